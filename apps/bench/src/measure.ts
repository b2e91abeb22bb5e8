import { type Child, type Command, type Reply, start } from "./child.ts";
import { distance, median } from "./statistics.ts";
import type { Workload } from "./workload.ts";

/** What takes part in a comparison. */
export interface Contestant {
  readonly name: string;
  readonly command: Command;
}

interface Measured {
  readonly peer: string;
  readonly version: string;
  /** Seconds a unit. */
  readonly median: number;
  readonly minimum: number;
  /** How far its numbers are from those of the first contestant. */
  readonly distance: number;
}

interface LeftOut {
  readonly peer: string;
  readonly why: string;
}

export interface Outcome {
  readonly workload: string;
  readonly measured: readonly Measured[];
  readonly leftOut: readonly LeftOut[];
}

/** What tells the time: the clock, or the seconds that a process was computing, which others disturb less. */
export type Timing = "run" | "spend";

export interface Effort {
  readonly rounds: number;
  /** How long a sample should take. */
  readonly milliseconds: number;
  readonly timing: Timing;
}

export class Failure extends Error {}

type ReplyOf<K extends Reply["kind"]> = Extract<Reply, { readonly kind: K }>;

export const expectReply = async <K extends Reply["kind"]>(kind: K, reply: Promise<Reply>): Promise<ReplyOf<K>> => {
  const given = await reply;
  if (given.kind === kind) return given as ReplyOf<K>; // as the kind tells
  throw new Failure(given.kind === "failed" ? given.why : `it said ${given.kind} instead of ${kind}`);
};

/** Seconds for so many units. */
export const timed = async (child: Child, timing: Timing, units: number): Promise<number> =>
  (await expectReply("time", child.next(`${timing} ${units}`))).seconds;

/** Seconds for warming up: enough for the engines' compilers. */
const warm = 0.6;

/** Runs more and more units, and gives the seconds of one at the end. */
export const warmUp = async (child: Child, timing: Timing): Promise<number> => {
  let units = 1;
  let seconds = await timed(child, timing, units);
  for (let spent = seconds; spent < warm; spent += seconds) {
    units = Math.max(1, Math.min(units * 8, Math.round((units * 0.1) / Math.max(seconds, 1e-7))));
    seconds = await timed(child, timing, units);
  }
  return seconds / units;
};

interface Ready {
  readonly peer: string;
  readonly version: string;
  readonly child: Child;
  readonly numbers: readonly number[];
}

interface Runner extends Ready {
  readonly distance: number;
  readonly units: number;
  readonly rounds: number;
  readonly samples: number[];
}

/**
 * Compares contestants on a workload, each in a process of its own. Their numbers are compared with those of the first
 * before anything is timed; who is too far off is left out. Then they take turns, so that what disturbs the machine
 * disturbs all.
 */
export const compare = async (
  { name, tolerance }: Workload,
  contestants: readonly Contestant[],
  effort: Effort,
): Promise<Outcome> => {
  const leftOut: LeftOut[] = [];
  const children: Child[] = [];
  const trying = async <A>(peer: string, act: () => Promise<A>): Promise<readonly A[]> => {
    try {
      return [await act()];
    } catch (e) {
      if (!(e instanceof Failure)) throw e;
      leftOut.push({ peer, why: e.message.replace(/^TraceError: .*? is not compiled yet.*$/, "not compiled") });
      return [];
    }
  };
  const ready: Ready[] = [];
  for (const { name: peer, command } of contestants) {
    const child = start(command);
    children.push(child);
    const found = await trying(peer, async () => {
      const { version } = await expectReply("ready", child.next());
      const { numbers } = await expectReply("result", child.next("check"));
      return { peer, version, child, numbers };
    });
    ready.push(...found);
  }
  const runners: Runner[] = [];
  for (const one of ready) {
    const off = distance(one.numbers, ready[0]?.numbers ?? []);
    const found = await trying(one.peer, async () => {
      if (off > tolerance) throw new Failure(`wrong by ${off.toExponential(1)}`);
      const seconds = await warmUp(one.child, effort.timing);
      const units = Math.max(1, Math.round(effort.milliseconds / 1e3 / seconds));
      const rounds = Math.min(effort.rounds, seconds > 2 ? 3 : seconds > 0.5 ? 5 : Infinity);
      return { ...one, distance: off, units, rounds, samples: [] };
    });
    runners.push(...found);
  }
  for (let round = 0; round < effort.rounds; round++)
    for (const { peer, child, units, rounds, samples } of runners)
      if (round < rounds)
        await trying(peer, async () => {
          samples.push((await timed(child, effort.timing, units)) / units);
        });
  for (const child of children) child.end();
  const measured = runners
    .filter(({ peer, samples }) => samples.length > 0 && !leftOut.some((left) => left.peer === peer))
    .map(({ peer, version, distance, samples }) => ({
      peer,
      version,
      median: median(samples),
      minimum: Math.min(...samples),
      distance,
    }));
  return { workload: name, measured, leftOut };
};
