import { type Child, type Command, start } from "../child.ts";
import { expectReply, Failure, timed, warmUp } from "../measure.ts";
import { distance, median } from "../statistics.ts";
import type { Program } from "./program.ts";

/** What one process showed. */
interface Reading {
  readonly seconds: number;
  /** By how much its memory grew at most. */
  readonly bytes: number;
  readonly numbers: readonly number[];
}

/** What a contestant's processes showed, or why there are none. */
export interface Readings {
  readonly contestant: string;
  readonly readings: readonly Reading[];
  readonly why?: string;
}

interface Patience {
  /** Processes of each contestant. */
  readonly rounds: number;
  /** Seconds until a process that says nothing is given up. */
  readonly patience: number;
}

/** Samples of warm calls in a process, and the seconds of each. */
const [samples, sampleSeconds] = [7, 0.1] as const;

/** Seconds of a call when the engine has compiled all that it will. */
const warmCall = async (child: Child): Promise<number> => {
  const units = Math.max(1, Math.round(sampleSeconds / (await warmUp(child, "spend"))));
  const seconds: number[] = [];
  for (let i = 0; i < samples; i++) seconds.push((await timed(child, "spend", units)) / units);
  return median(seconds);
};

const memoryOf = async (child: Child): Promise<number> => (await expectReply("memory", child.next("memory"))).bytes;

/** A process from its start to its end. */
const read = async (command: Command, { call }: Program, patience: number): Promise<Reading> => {
  const child = start(command, patience);
  try {
    await expectReply("ready", child.next());
    const before = await memoryOf(child);
    const first = await timed(child, "spend", 1);
    const seconds = call === "first" ? first : await warmCall(child);
    const bytes = (await memoryOf(child)) - before;
    const { numbers } = await expectReply("result", child.next("check"));
    return { seconds, bytes, numbers };
  } finally {
    child.end();
  }
};

/** What takes more seconds than this is measured once. */
const slow = 20;

/**
 * Runs a program in processes of its own, the contestants in turn. Who fails, is given up, or is too far
 * from the first one's numbers is told as such, and not started again.
 */
export const measureProgram = async (
  program: Program,
  commands: readonly (readonly [contestant: string, command: Command])[],
  { rounds, patience }: Patience,
): Promise<readonly Readings[]> => {
  const found = commands.map(([contestant, command]) => ({ contestant, command, readings: [] as Reading[], why: "" }));
  for (let round = 0; round < rounds; round++)
    for (const one of found) {
      if (one.why !== "" || (one.readings[0]?.seconds ?? 0) > slow) continue;
      try {
        const reading = await read(one.command, program, patience);
        const numbers = found.find(({ readings }) => readings.length > 0)?.readings[0]?.numbers ?? reading.numbers;
        const off = distance(reading.numbers, numbers);
        if (off > program.tolerance) one.why = `wrong by ${off.toExponential(1)}`;
        else one.readings.push(reading);
      } catch (e) {
        if (!(e instanceof Failure)) throw e;
        one.why = e.message;
      }
    }
  return found.map(({ contestant, readings, why }) => ({ contestant, readings, ...(why === "" ? {} : { why }) }));
};
