import type { Outcome } from "../src/measure.ts";

const measured = (peer: string, median: number, minimum: number, distance = 0) => ({
  peer,
  version: `${peer} 1`,
  median,
  minimum,
  distance,
});

export const peers = ["loops", "quick", "slow", "gone"] as const;

export const outcomes: readonly Outcome[] = [
  {
    workload: "W1",
    measured: [measured("loops", 2e-6, 1e-6), measured("slow", 1.5e-3, 1e-3, 3e-7), measured("quick", 1e-6, 8e-7)],
    leftOut: [{ peer: "gone", why: "it ended: killed" }],
  },
  {
    workload: "W5",
    measured: [measured("loops", 0.25, 0.2), measured("quick", 0.3, 0.1)],
    leftOut: [
      { peer: "slow", why: "not compiled" },
      { peer: "gone", why: "wrong by 1.2e-2" },
    ],
  },
];
