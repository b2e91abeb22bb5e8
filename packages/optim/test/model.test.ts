// A model goes from the program that trains it to one that knows no step and no optimizer.
import {
  add,
  array,
  cast,
  either,
  item,
  matmul,
  mean,
  type NDArray,
  npz,
  pipe,
  safetensors,
  square,
  sub,
  tanh,
  toNested,
  tree,
  zeros,
} from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { expect, test } from "vitest";
import { adam, recording, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { load, save } from "../src/node/index.ts";
import { memoryDisk } from "./memory.ts";
import { failure, right } from "./recorded.ts";

interface Layer {
  readonly weight: NDArray;
  readonly bias: NDArray;
}
interface Model {
  readonly layers: readonly Layer[];
}

const modelOf = (sizes: readonly number[]): Model => ({
  layers: sizes.slice(1).map((outputs, i) => ({ weight: zeros([sizes[i] ?? 0, outputs]), bias: zeros([outputs]) })),
});

const predict = ({ layers }: Model, x: NDArray): NDArray =>
  layers.reduce((y, { weight, bias }, i) => {
    const z: NDArray = add(matmul(y as never, weight as never), bias);
    return i === layers.length - 1 ? z : tanh(z);
  }, x);

const sizes = [2, 3, 1];
const start = tree.map((x) => add(x, 0.1), modelOf(sizes));
const x: NDArray = array([
  [1, 2],
  [3, -1],
  [0, 0.5],
]);
const y: NDArray = array([[1], [2], [0]]);
const optimizer = adam(0.1);
const step = trainStep(
  valueAndGrad((model: Model) => mean(square(sub(predict(model, x), y)))),
  optimizer,
);
const run = trajectory.fold(step, trainState(start, optimizer), steps(20));

/** The parameters in a file, and its description, by core alone. */
const read = (bytes: Uint8Array) =>
  pipe(
    safetensors.decode(bytes),
    either.flatMap(({ arrays, metadata }) => {
      const like = modelOf(JSON.parse(metadata["sizes"] ?? "[]") as number[]);
      return pipe(
        tree.fromNamed(arrays, like),
        either.map((model) => ({ model, metadata })),
      );
    }),
  );

const same = (a: Model, b: Model): boolean =>
  tree.leaves(tree.map((p, q) => cast(square(sub(p, q)), "float64"), a, b)).every((d) => item(mean(d)) === 0);

test("Parameters and a description are a file, written whole or not at all, of which predictions are the same", () => {
  const disk = memoryDisk();
  const bytes = safetensors.encode(run.final.params, { metadata: { sizes: JSON.stringify(sizes), task: "plane" } });
  right(save("/model", bytes, { fs: disk.fs }));
  const { model, metadata } = right(read(disk.files.get("/model")?.bytes ?? new Uint8Array()));
  expect(metadata).toEqual({ sizes: "[2,3,1]", task: "plane" });
  expect(same(model, run.final.params)).toBe(true);
  expect(toNested(predict(model, x))).toEqual(toNested(predict(run.final.params, x)));
  const full = memoryDisk(({ kind }) => {
    if (kind === "sync") throw Object.assign(new Error("full"), { code: "ENOSPC" });
  });
  full.files.set("/model", { bytes: Uint8Array.of(1) });
  expect(failure(save("/model", bytes, { fs: full.fs }))).toMatchObject({ name: "FileError", code: "ENOSPC" });
  expect([...full.files]).toEqual([["/model", { bytes: Uint8Array.of(1) }]]);
});

test("A model of other sizes is refused by the name of its parameter", () => {
  const bytes = safetensors.encode(run.final.params, { metadata: { sizes: "[2,4,1]" } });
  expect(failure(read(bytes)).message).toBe(
    'tree.fromNamed: "layers.0.weight": float64 [2, 4] is needed, not float64 [2, 3].',
  );
  const deeper = safetensors.encode(run.final.params, { metadata: { sizes: "[2,3,1,1]" } });
  expect(failure(read(deeper)).message).toBe('tree.fromNamed: "layers.2.bias", "layers.2.weight" are missing.');
});

test("The parameters of a recorded run are read without its step", () => {
  const disk = memoryDisk();
  right(save("/run", recording.of(run), { fs: disk.fs }));
  const params = pipe(
    load("/run", { fs: disk.fs }),
    either.flatMap(({ final }) =>
      tree.fromNamed(tree.toNamed((final as { readonly params: unknown }).params), modelOf(sizes)),
    ),
  );
  expect(same(right(params), run.final.params)).toBe(true);
  // Any reader of the format sees them too.
  const { arrays } = right(safetensors.decode(disk.files.get("/run")?.bytes ?? new Uint8Array()));
  expect(Object.keys(arrays).filter((name) => name.startsWith("state/params."))).toEqual([
    "state/params.layers[0].bias",
    "state/params.layers[0].weight",
    "state/params.layers[1].bias",
    "state/params.layers[1].weight",
  ]);
});

test("Parameters as an npz archive are the same tree", () => {
  const arrays = right(npz.decode(npz.encode(run.final.params, { compress: true })));
  expect(same(right(tree.fromNamed(arrays, modelOf(sizes))), run.final.params)).toBe(true);
});
