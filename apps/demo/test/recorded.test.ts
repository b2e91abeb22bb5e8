import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { option, orThrow } from "@gradfold/core";
import { recording, trajectory } from "@gradfold/optim";
import { load, save } from "@gradfold/optim/node";
import crc from "crc-32/crc32c.js";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fit } from "../src/fit.ts";
import { makeProblem } from "../src/problem.ts";
import { reopened } from "../src/recorded.ts";
import { toCsv, toJsonLines } from "../src/table.ts";
import { toEvents } from "../src/tensorBoard.ts";
import { demo } from "./demo.ts";

const folder = mkdtempSync(join(tmpdir(), "gradfold-demo-recorded-"));
const file = join(folder, "run.safetensors");
beforeEach(() => readdirSync(folder).forEach((name) => rmSync(join(folder, name), { recursive: true })));
afterAll(() => rmSync(folder, { recursive: true }));

const made = {
  steps: 60,
  learningRate: 0.1,
  batchSize: 16,
  seed: 3,
  optimizer: "momentum",
  dtype: "float32",
} as const;
const flags = "--steps 60 --batch-size 16 --seed 3 --optimizer momentum --dtype float32 --no-pictures".split(" ");
const straight = fit(makeProblem(3, "float32"), made);

/** What the demo does, interrupted while it records. */
const interrupted = async (...argv: readonly string[]) => {
  const result = demo(...argv);
  while (process.listenerCount("SIGINT") === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  process.emit("SIGINT");
  // A second interrupt would find nobody listening, and end the process at once.
  expect(process.listenerCount("SIGINT")).toBe(0);
  return result;
};

test("a recorded run prints as one that is not, and its file holds it to the last bit", async () => {
  const [plain, kept] = [await demo(...flags), await demo(...flags, "--record", file)];
  expect(kept).toEqual(plain);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
  const { run } = reopened(file);
  expect(trajectory.diff(run, straight)).toEqual(option.none);
  expect(run.metrics).toEqual(straight.metrics);
});

test("an interrupted run is saved, and goes on where it was, to the same end", async () => {
  const long = ["--steps", "3000", "--no-pictures", "--record", file];
  const first = await interrupted(...long);
  expect(first.code).toBe(130);
  expect(first.err).toMatch(/^stopped after \d+00 of 3000 steps, saved in .* Go on with: pnpm demo resume /);
  const part = orThrow(load(file));
  expect(part.steps).toBeLessThan(3000);
  const second = await interrupted("resume", file, "--no-pictures");
  expect([second.code, orThrow(load(file)).steps > part.steps]).toEqual([130, true]);
  const last = await demo("resume", file, "--no-pictures");
  expect(last.code).toBe(0);
  const whole = await demo("--steps", "3000", "--no-pictures");
  expect(whole.out.endsWith(last.out)).toBe(true);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
  expect(await demo("resume", file)).toMatchObject({ code: 1, err: expect.stringContaining("finished") as string });
});

test("a recording without steps is one of the first guess", async () => {
  expect((await demo("--steps", "0", "--no-pictures", "--record", file)).code).toBe(0);
  expect(orThrow(load(file)).steps).toBe(0);
});

describe("a recorded run", () => {
  beforeEach(async () => {
    await demo(...flags, "--record", file);
  });

  test("forks, and shows both curves", async () => {
    const { code, out, err } = await demo("replay", file, "--fork", "20", "--learning-rate", "0.01");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("over 60 steps");
    expect(out.match(/·/g)?.length).toBeGreaterThan(20);
    expect(out.match(/━/g)?.length).toBeGreaterThan(20);
    expect(out).toMatch(/═/);
    expect(out).toContain("━ forked at step 20: the last step's loss is ");
    const same = await demo("replay", file, "--fork", "20");
    const [one, other] = [...same.out.matchAll(/loss is (.*)/g)].map(([, loss]) => loss);
    expect(one).toBe(other);
    expect((await demo("replay", file, "--fork", "20", "--steps", "100")).out).toContain("over 120 steps");
    expect(await demo("replay", file, "--fork", "61")).toMatchObject({
      code: 1,
      err: "error: trajectory.fork: there is no state 61 in a run of 61 states.\n",
    });
    expect(await demo("replay", "--fork", "20")).toMatchObject({ code: 2 });
  });
  test("is not recorded over, and not taken for what it is not", async () => {
    expect(await demo(...flags, "--record", file)).toMatchObject({
      code: 1,
      err: `error: record: ${file} is there already. Resume it, or remove it.\n`,
    });
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, -1));
    for (const argv of [
      ["replay", file],
      ["resume", file],
      ["export", file, "--csv", join(folder, "a.csv")],
    ])
      expect(await demo(...argv)).toMatchObject({ code: 1, err: expect.stringMatching(/^error: .*\n$/) as string });
    const read = orThrow(recording.decode(bytes));
    const described = async (description: Readonly<Record<string, string>>) => {
      orThrow(save(file, { ...read, description }));
      return (await demo("replay", file)).err;
    };
    expect(await described({})).toContain("This recording is not one of the demo's.");
    expect(await described({ ...read.description, steps: "1e99" })).toContain("A whole number from 0 to 1000000");
    expect(await described({ ...read.description, dtype: "__proto__" })).toContain(
      "__proto__ is none of float64, float32.",
    );
    expect(await described({ ...read.description, seed: "4" })).toContain("the step gives other bits: state 0 differs");
    expect(await described({ ...read.description, dtype: "float64" })).toContain("recording of another model");
  });
  test("has its metrics written as tables and events", async () => {
    const [csv, jsonl, events] = ["m.csv", "m.jsonl", "events"].map((name) => join(folder, name));
    const { code, out } = await demo(
      ...`export ${file} --csv ${csv} --jsonl ${jsonl} --tensorboard ${events}`.split(" "),
    );
    expect([code, out.match(/^wrote /gm)?.length]).toEqual([0, 3]);
    const lines = readFileSync(join(folder, "m.csv"), "utf8").split("\n");
    expect([lines.length, lines[0], lines[1]]).toEqual([62, "step,loss", `0,${straight.metrics.loss[0]}`]);
    const rows = readFileSync(join(folder, "m.jsonl"), "utf8").trimEnd().split("\n");
    expect(rows.map((row) => (JSON.parse(row) as { loss: number }).loss)).toEqual(Array.from(straight.metrics.loss));
    expect(readdirSync(join(folder, "events"))[0]).toMatch(/^events\.out\.tfevents\.\d{10}\.gradfold$/);
    expect((await demo("export", file)).code).toBe(2);
  });
});

test("tables quote names, and say what is no number", () => {
  const columns = { 'a,"b"': [1, NaN], loss: Float64Array.of(0.1, Infinity) };
  expect(toCsv(columns)).toBe('step,"a,""b""",loss\n0,1,0.1\n1,NaN,Infinity\n');
  expect(toJsonLines(columns)).toBe('{"step":0,"a,\\"b\\"":1,"loss":0.1}\n{"step":1,"a,\\"b\\"":null,"loss":null}\n');
});

test("an event file is records of a length, its checksum, an event and its checksum", () => {
  const bytes = toEvents({ loss: [0.5] }, 1.5);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const masked = (part: Uint8Array): number => {
    const sum = crc.buf(part) >>> 0;
    return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  };
  const events: number[][] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data));
    events.push([...data]);
    at += 16 + length;
  }
  const time = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0];
  expect(events).toEqual([
    [...time, 0x1a, 13, ...new TextEncoder().encode("brain.Event:2")],
    [...time, 0x2a, 13, 0x0a, 11, 0x0a, 4, ...new TextEncoder().encode("loss"), 0x15, 0, 0, 0, 0x3f],
  ]);
  expect(crc.buf(new TextEncoder().encode("123456789")) >>> 0).toBe(0xe3069283);
  const many = toEvents({ loss: new Float64Array(301) }, 0);
  expect([...many.subarray(-16 - 13 - 12, -4 - 13 - 2)].slice(-2)).toEqual([300 - 256 + 128, 2]);
});
