import { expect, test } from "vitest";
import type { Command } from "../src/child.ts";
import { compare } from "../src/measure.ts";
import { named } from "../src/workload.ts";
import { peer } from "./process.ts";

/** It says these numbers, and that a unit takes so many seconds. */
const saying = (numbers: string, seconds: number): Command =>
  peer(`console.log(line === 'check' ? 'result ${numbers}' : 'time ' + ${seconds} * line.split(' ')[1])`);

test("Who agrees is measured; who differs, refuses, ends or is not there is left out and said", async () => {
  const [workload] = named("W5");
  const contestants = [
    { name: "loops", command: saying("1 -2", 0.25) },
    { name: "near", command: saying("1.0001 -2", 0.5) },
    { name: "far", command: saying("1.001 -2", 0.25) },
    { name: "short", command: saying("1", 0.25) },
    {
      name: "refuses",
      command: peer("console.log('failed TraceError: jit: the operation sort is not compiled yet. Do.')"),
    },
    { name: "fails", command: peer("console.log(line === 'check' ? 'result 1 -2' : 'failed Error: no memory')") },
    { name: "ends", command: peer("console.error('killed'); process.exit(1)") },
    { name: "nowhere", command: ["/no/such/program"] },
  ] as const;
  const outcome = workload && (await compare(workload, contestants, { rounds: 3, milliseconds: 1000, timing: "run" }));
  expect(outcome?.measured).toEqual([
    { peer: "loops", version: "1.0", median: 0.25, minimum: 0.25, distance: 0 },
    { peer: "near", version: "1.0", median: 0.5, minimum: 0.5, distance: expect.closeTo(5e-5) as number },
  ]);
  expect(Object.fromEntries(outcome?.leftOut.map(({ peer, why }) => [peer, why]) ?? [])).toEqual({
    far: "wrong by 5.0e-4",
    short: "wrong by Infinity",
    refuses: "not compiled",
    fails: "Error: no memory",
    ends: "it ended: killed",
    nowhere: "spawn /no/such/program ENOENT",
  });
});
