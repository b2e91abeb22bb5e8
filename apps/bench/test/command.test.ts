import { expect, test, vi } from "vitest";
import { main } from "../src/command.ts";

/** What the command printed and its exit code. */
const bench = async (...argv: readonly string[]) => {
  const printed: string[] = [];
  const complained: string[] = [];
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => complained.push(String(text)) > 0);
  try {
    return { code: await main(argv), out: printed.join(""), err: complained.join("") };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
};

test.each([
  [["W99"], "There are W1, W2:1000,"],
  [["W"], "There are W1, W2:1000,"],
  [["W5", "W6"], "too many arguments"],
  [["--peers", "loops,MATLAB"], 'There is no peer "MATLAB"; there are loops, gradfold jit, gradfold, C,'],
  [["--peers", ""], 'There is no peer ""'],
  [["--rounds", "0"], "A whole number from 1 to 10000 is needed."],
  [["--rounds", "1.5"], "A whole number from 1 to 10000 is needed."],
  [["--milliseconds", "long"], "A whole number from 1 to 10000 is needed."],
  [["--milliseconds"], "argument missing"],
  [["W5", "--record"], "--record needs all workloads. Name none."],
  [["--before", "/nowhere"], "A checkout of this repository is needed, with its packages built."],
  [["programs", "W5"], "There are logistic, orbit, adam-20,"],
  [["programs", "ode", "--limit", "0"], "A whole number from 1 to 10000 is needed."],
  [["--nonsense"], "unknown option '--nonsense'"],
])("%j is a usage error: one line and exit code 2", async (argv, complaint) => {
  const { code, out, err } = await bench(...argv);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toMatch(/^error: .*\n$/);
  expect(err).toContain(complaint);
});

test("help is no error, and names the peers", async () => {
  const { code, out } = await bench("--help");
  expect(code).toBe(0);
  expect(out).toContain("Usage: bench [options] [command] [workload]");
  expect(out.replace(/\s+/g, " ")).toContain("gradfold jit,gradfold,C,jax-js");
});
