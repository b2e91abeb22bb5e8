/* What cannot be compiled is remembered, and keeps no array alive: seen in a process in which nobody else is about. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundled } from "../child.ts";
import { root } from "../files.ts";

const contents = `
  import { add, item, mul, ones, sum } from "@gradfold/core";
  import { grad } from "@gradfold/autodiff";
  import { jit, scan } from "@gradfold/compile";

  const unbounded = jit((x) => add(unbounded(x), 1));
  const functions = {
    "asks for a value": jit((x) => add(x, item(sum(x)))),
    "calls itself without end": unbounded,
    "calls itself without end inside of a transform": grad(jit((x) => sum(unbounded(x)))),
    "calls itself without end in a loop": (x) => scan((y) => [unbounded(y), null], x, null, { length: 2 }),
    "asks for a value inside of a transform": grad(jit((x) => sum(mul(x, item(sum(x)))))),
    "gives no tree of arrays": jit(() => Symbol("none")),
  };
  const f = functions[process.argv[2]];

  /** Calls the function on an array that nobody else knows. */
  const call = () => {
    const x = ones([1000]);
    try {
      f(x);
      return { end: "result", reference: new WeakRef(x) };
    } catch ({ name }) {
      return { end: name, reference: new WeakRef(x) };
    }
  };

  const ends = [call(), call(), call()];
  // A reference that was just made is held until the next turn of the event loop.
  setTimeout(() => {
    gc();
    const alive = ends.filter(({ reference }) => reference.deref() !== undefined).length;
    process.stdout.write(JSON.stringify({ alive, ends: ends.map(({ end }) => end) }));
  });
`;

const { file: program, remove } = bundled({ stdin: { contents, resolveDir: join(root, "scripts") } });

afterAll(remove);

test.each([
  ["asks for a value", "TraceError"],
  ["calls itself without end", "TraceError"],
  ["calls itself without end inside of a transform", "TraceError"],
  ["calls itself without end in a loop", "TraceError"],
  ["asks for a value inside of a transform", "result"],
  ["gives no tree of arrays", "TreeError"],
])("A function that %s keeps none of its arguments alive", (name, end) => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", program, name], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ alive: 0, ends: [end, end, end] });
});
