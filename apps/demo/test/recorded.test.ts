import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
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

/** What the demo does when a signal reaches it while it records. */
const stopped = async (signal: "SIGINT" | "SIGTERM" | "SIGHUP", ...argv: readonly string[]) => {
  const result = demo(...argv);
  while (process.listenerCount(signal) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  process.emit(signal);
  // A second signal would find nobody listening, and end the process at once.
  expect(process.listenerCount(signal)).toBe(0);
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
  const first = await stopped("SIGINT", ...long);
  expect(first.code).toBe(130);
  expect(first.err).toMatch(/^stopped after \d+00 of 3000 steps, saved in .* Go on with: pnpm demo resume /);
  let steps = orThrow(load(file)).steps;
  expect(steps).toBeLessThan(3000);
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    expect((await stopped(signal, "resume", file, "--no-pictures")).code).toBe(code);
    expect(orThrow(load(file)).steps).toBeGreaterThan(steps);
    steps = orThrow(load(file)).steps;
  }
  const last = await demo("resume", file, "--no-pictures");
  expect(last.code).toBe(0);
  const whole = await demo("--steps", "3000", "--no-pictures");
  expect(whole.out.endsWith(last.out)).toBe(true);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
  expect(await demo("resume", file, "--no-pictures")).toEqual(last);
});

test("a damaged recording goes on, with words of what is lost", async () => {
  await stopped("SIGINT", "--steps", "3000", "--no-pictures", "--record", file);
  const bytes = readFileSync(file);
  const at = bytes.length - 200;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const last = await demo("resume", file, "--no-pictures");
  expect([last.code, last.err]).toEqual([
    0,
    expect.stringMatching(/^.* is damaged\. .*(step|steps) \d+.*\n/) as string,
  ]);
  const whole = await demo("--steps", "3000", "--no-pictures");
  expect(whole.out.endsWith(last.out)).toBe(true);
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
  test("is never written over by its own metrics or pictures, by whatever path", async () => {
    const bytes = readFileSync(file);
    const link = join(folder, "link");
    symlinkSync(file, link);
    symlinkSync(folder, join(folder, "folder"));
    for (const path of [file, link, join(folder, ".", "folder", "run.safetensors"), relative(".", file)])
      for (const flag of ["--csv", "--jsonl"])
        expect(await demo("export", file, flag, path)).toMatchObject({
          code: 1,
          err: `error: ${path} is there already. Remove it, or give another name.\n`,
        });
    const picture = join(folder, "fit.svg");
    expect(await demo("--steps", "2", "--record", picture, "--out", join(folder, "folder"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("fit.svg is the recording itself. Draw into another folder") as string,
    });
    expect([orThrow(load(picture)).steps, readFileSync(file).equals(bytes)]).toEqual([2, true]);
  });
  test("is exported over no file that holds something else, and none is written then", async () => {
    const [csv, jsonl] = [join(folder, "new", "m.csv"), join(folder, "m.jsonl")];
    writeFileSync(jsonl, "mine");
    const refused = await demo("export", file, "--csv", csv, "--jsonl", jsonl);
    expect([refused.code, readFileSync(jsonl, "utf8"), existsSync(csv)]).toEqual([1, "mine", false]);
    expect(await demo("export", file, "--csv", csv, "--jsonl", `${folder}/./new/m.csv`)).toMatchObject({ code: 1 });
    expect((await demo("export", file, "--csv", csv)).code).toBe(0);
    expect((await demo("export", file, "--csv", csv)).code).toBe(0);
  });
  test("is one run in a folder of events", async () => {
    const events = join(folder, "events");
    expect((await demo("export", file, "--tensorboard", events)).code).toBe(0);
    const names = readdirSync(events);
    expect((await demo("export", file, "--tensorboard", events)).code).toBe(0);
    expect([names.length, readdirSync(events)]).toEqual([1, names]);
    utimesSync(file, 1e9, 1e9);
    expect(await demo("export", file, "--tensorboard", events)).toMatchObject({
      code: 1,
      err: expect.stringContaining("holds another run's events") as string,
    });
    expect(readdirSync(events)).toEqual(names);
  });
});

test("tables quote names, and say what is no number", () => {
  const columns = { 'a,"b"': [1, NaN], loss: Float64Array.of(0.1, Infinity) };
  expect(toCsv(columns)).toBe('step,"a,""b""",loss\n0,1,0.1\n1,NaN,Infinity\n');
  expect(toJsonLines(columns)).toBe('{"step":0,"a,\\"b\\"":1,"loss":0.1}\n{"step":1,"a,\\"b\\"":null,"loss":null}\n');
});

test("tables keep every name and every number", () => {
  const columns = Object.fromEntries(
    ["10", "9", "step", "_step", "constructor", "__proto__", "", "\ud800", "\ud801", "\ufffd", "\ufffd (2)"].map(
      (name, i) => [name, [i, -0]],
    ),
  );
  const names = Object.keys(columns);
  const [header = "", ...rows] = toCsv(columns).trimEnd().split("\n");
  expect(header.split(",")[0]).toBe("__step");
  expect(new Set(header.split(",")).size).toBe(names.length + 1);
  expect(Buffer.from(header).toString("utf8")).toBe(header);
  expect(rows.map((row) => row.split(",").map(Number))).toEqual([
    [0, ...names.map((name) => columns[name]?.[0])],
    [1, ...names.map(() => -0)],
  ]);
  const [first = ""] = toJsonLines(columns).split("\n");
  const read = JSON.parse(first) as object;
  expect(Object.keys(read).toSorted()).toEqual(["__step", ...names].toSorted());
  expect(Object.getOwnPropertyDescriptor(read, "__proto__")?.value).toBe(5);
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
  const time = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0]; // 1.5
  expect(events).toEqual([
    [...time, 0x1a, 13, ...new TextEncoder().encode("brain.Event:2")],
    [...time, 0x2a, 13, 0x0a, 11, 0x0a, 4, ...new TextEncoder().encode("loss"), 0x15, 0, 0, 0, 0x3f],
  ]);
  expect(crc.buf(new TextEncoder().encode("123456789")) >>> 0).toBe(0xe3069283);
  const three = toEvents({ loss: [1, 2, 3], "": [4, 5, 6] }, 10);
  const times: number[] = [];
  for (let at = 0; at < three.length;) {
    const length = Number(new DataView(three.buffer, three.byteOffset + at).getBigUint64(0, true));
    times.push(new DataView(three.buffer, three.byteOffset + at + 13).getFloat64(0, true));
    at += 16 + length;
  }
  expect(times).toEqual([8, 8, 9, 10]); // the version, then an event a step
  const many = toEvents({ loss: new Float64Array(301) }, 0);
  expect([...many.subarray(-16 - 13 - 12, -4 - 13 - 2)].slice(-2)).toEqual([300 - 256 + 128, 2]);
});
