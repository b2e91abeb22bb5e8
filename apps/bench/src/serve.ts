import { createInterface } from "node:readline";
import type { Data } from "./data.ts";
import type { Job, Peer } from "./job.ts";
import type { Task } from "./workload.ts";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const why = (e: unknown): string => (e instanceof Error ? `${e.name}: ${e.message}` : String(e)).replaceAll("\n", " ");

/** The answer to one request: `check`, or `run` and a number of units. */
const answer = async (job: Job, [request, units]: readonly string[]): Promise<string> => {
  if (request === "check") return `result ${(await job.check()).join(" ")}`;
  const start = performance.now();
  const running = job.run(Number(units));
  // Awaiting nothing would still wait for a turn of the event loop.
  if (running) await running;
  return `time ${(performance.now() - start) / 1e3}`;
};

/**
 * A peer's side of the conversation, line by line: it says `ready` and its version, and answers `check` with `result` and
 * numbers, `run` with `time` and seconds; or `failed` and why. It ends with its input. Peers in other languages do the
 * same.
 */
export const serve = async ({ version, take }: Peer, task: Task, data: Data): Promise<void> => {
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
