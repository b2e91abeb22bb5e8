import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./files.ts";

const execute = promisify(execFile);

/** Runs a program and gives what it printed; a failure rejects with all of it. */
export const run = async (cwd: string, program: string, ...args: readonly string[]): Promise<string> => {
  try {
    // Package managers' wrappers set NODE_PATH, where Node finds more than a stranger has.
    return (await execute(program, args, { cwd, maxBuffer: 1e8, env: { ...process.env, NODE_PATH: "" } })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout}${message.includes(stderr) ? "" : stderr}`.trim(), { cause: error });
  }
};

export const expectEqual = (actual: unknown, expected: unknown): void => {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} is not ${b}`);
};

export type Check = readonly [claim: string, check: () => unknown];

/** Makes all checks, a few at a time, tells how each went, and reports the counts as vitest does. */
export const makeChecks = async (report: string, checks: readonly Check[]): Promise<void> => {
  const queue = checks.values();
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (const [claim, check] of queue) {
      try {
        await check();
        console.log(`✓ ${claim}`);
      } catch (error) {
        failures.push(claim);
        console.error(`✗ ${claim}\n${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  const counts = { numPassedTests: checks.length - failures.length, numFailedTests: failures.length };
  console.log(`${counts.numPassedTests} checks hold, ${counts.numFailedTests} fail`);
  mkdirSync(join(root, ".cache/reports"), { recursive: true });
  writeFileSync(join(root, `.cache/reports/${report}.json`), JSON.stringify(counts));
  process.exitCode = failures.length > 0 ? 1 : 0;
};
