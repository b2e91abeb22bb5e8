import { describe, expect, test } from "vitest";
import type { Command } from "../src/child.ts";
import { programData } from "../src/program/data.ts";
import { measureProgram } from "../src/program/measure.ts";
import { compiled, eager } from "../src/program/peer.ts";
import { type Program, programs, type ProgramTask } from "../src/program/program.ts";
import { programTable } from "../src/program/table.ts";
import { peer } from "./process.ts";

const network = {
  kind: "network",
  sizes: [3, 5, 4],
  activation: "relu",
  batch: 7,
  batches: 1,
  rate: 1e-2,
  checked: 1,
} as const;

/** All kinds of tasks, tiny. */
const tasks: readonly ProgramTask[] = [
  { kind: "logistic", size: 3, rounds: 2, checked: 4 },
  { kind: "orbit", steps: 1 },
  { kind: "unrolled", steps: 2, network },
  { kind: "deep", layers: 3, units: 4, batch: 2 },
  { kind: "logSumExp", size: 30, gradient: false },
  { kind: "logSumExp", size: 30, gradient: true },
  { kind: "adjustment", cameras: 2, points: 5, observations: 7 },
  { kind: "ode", size: 4, steps: 3 },
];

describe.each(tasks)("$kind", (task) => {
  const data = programData(task);

  test("has data that are always the same", () => expect(programData(task)).toEqual(data));

  test("has the bits of eager code, and numbers that are finite", async () => {
    const wanted = await eager.take(task, data).check();
    const job = compiled.take(task, data);
    await job.run(2);
    expect(await job.check()).toEqual(wanted);
    expect(wanted.every(Number.isFinite)).toBe(true);
  });
});

test("Every kind of program is among the tiny ones", () => {
  expect(new Set(programs.map(({ task }) => task.kind))).toEqual(new Set(tasks.map(({ kind }) => kind)));
});

/** It says these numbers, and that a call takes so many seconds and its memory grows by a MiB a call. */
const saying = (numbers: string, seconds: number): Command =>
  peer(
    `global.calls ??= 0; const [request, units] = line.split(' '); global.calls += Number(units ?? 0);` +
      `console.log(request === 'check' ? 'result ${numbers}' : ` +
      `request === 'memory' ? 'memory ' + global.calls * 2 ** 20 : 'time ' + ${seconds} * units)`,
  );

const program: Program = {
  name: "ode",
  title: "",
  task: { kind: "ode", size: 1, steps: 1 },
  call: "first",
  tolerance: 1e-6,
  memory: true,
};

test("Programs are measured in fresh processes; who differs or ends is told", async () => {
  const commands = [
    ["C++", saying("1 2", 0.5)],
    ["JAX", saying("1 2", 1)],
    ["far", saying("1 3", 0.5)],
    ["ends", peer("console.error('killed'); process.exit(1)")],
  ] as const;
  const found = await measureProgram(program, commands, { rounds: 3, patience: 60 });
  expect(found.map(({ readings }) => readings.length)).toEqual([3, 3, 0, 0]);
  expect(`\n${programTable([{ program, found }])}\n`).toBe(`
|                 |           C++ |                 JAX |             far |             ends |
| --------------- | ------------: | ------------------: | --------------: | ---------------: |
| ode, first call |   500 ms ±0 % |   1.00 s 2.00× ±0 % | wrong by 3.3e-1 | it ended: killed |
| ode, memory     | 1.00 MiB ±0 % | 1.00 MiB 1.00× ±0 % | wrong by 3.3e-1 | it ended: killed |
`);
});

test("Who says nothing for too long is ended, and not started again", async () => {
  const found = await measureProgram(program, [["hangs", peer("")]], { rounds: 3, patience: 1 });
  expect(found).toEqual([{ contestant: "hangs", readings: [], why: "it said nothing for 1 s" }]);
});
