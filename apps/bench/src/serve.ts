import { createInterface } from "node:readline";
import type { Data } from "./data.ts";
import type { Job, Peer } from "./job.ts";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const why = (e: unknown): string => (e instanceof Error ? `${e.name}: ${e.message}` : String(e)).replaceAll("\n", " ");

/** Seconds by the clock, and those that the threads of this process were computing. */
const clocks = {
  run: () => performance.now() / 1e3,
  spend: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
} as const;

/** The most memory that this process has held, in bytes. */
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

/** The answer to one request: `check`, `memory`, or `run` or `spend` and a number of units. */
const answer = async (job: Job, [request, units]: readonly string[]): Promise<string> => {
  if (request === "check") return `result ${(await job.check()).join(" ")}`;
  if (request === "memory") return `memory ${peakBytes()}`;
  const now = request === "spend" ? clocks.spend : clocks.run;
  const start = now();
  const running = job.run(Number(units));
  // Awaiting nothing would still wait for a turn of the event loop.
  if (running) await running;
  return `time ${now() - start}`;
};

/**
 * A peer's side of the conversation, line by line: it says `ready` and its version, and answers `check` with `result` and
 * numbers, `run` with `time` and seconds by the clock, `spend` with those of computing, `memory` with `memory` and bytes;
 * or `failed` and why. It ends with its input. Peers in other languages do the
 * same.
 */
export const serve = async <T>({ version, take }: Peer<T>, task: T, data: Data): Promise<void> => {
  let job: Job;
  try {
    job = take(task, data);
  } catch (e) {
    say(`failed ${why(e)}`);
    return;
  }
  say(`ready ${version}`);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await answer(job, line.split(" ")));
    } catch (e) {
      say(`failed ${why(e)}`);
    }
  }
};
