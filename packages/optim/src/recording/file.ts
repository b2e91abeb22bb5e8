import { type DType, type NDArray, toTypedArray, tree, TreeError } from "@gradfold/core";
import { allocateAlone, bytesOf, contiguous, decoded, formatShape, lazy, sizeOf } from "@gradfold/core/transform";
import { frameOf, type Keyframe } from "../trajectory/keyframe.ts";
import { byName } from "../value.ts";
import { areStretches, checkValues, mostStretches } from "./check.ts";
import { failure, readTexts, short, stringOf, type Reader, toJson, within } from "./json.ts";
import type { Lost, Recording } from "./recording.ts";
import {
  type Column,
  type Contents,
  isCount,
  read,
  type Result,
  type Source,
  sourceOf,
  type Tensor,
  write,
  type Written,
} from "./safetensors.ts";
import {
  build,
  eachLeaf,
  type LeafKind,
  leafOf,
  mostNodes,
  nodesOf,
  pathsOf,
  readSkeleton,
  type Skeleton,
  skeletonOf,
} from "./skeleton.ts";

const format = "gradfold";
const version = 1;

/** The names of tensors: `state/params`, or `state` where the state is a leaf itself. */
const named = (group: string, path: string): string => (path === "" ? group : `${group}/${path}`);

/** Every metric's name stands behind this, be it the empty one. */
const metricsGroup = "metrics/";

const numbers = (name: string, length: number, values: () => Float64Array): Column => ({
  name,
  dtype: "float64",
  shape: [length],
  parts: () => [values()],
});

const formOf = (name: string, final: unknown): Skeleton => {
  const skeleton = skeletonOf(final);
  const nodes = nodesOf(skeleton);
  if (nodes <= mostNodes) return skeleton;
  throw new TreeError(
    `${name}: a state of ${nodes} leaves and branches has more than ${mostNodes}. Put leaves together.`,
  );
};

/**
 * A recording as a file, or the error of what could not be read again; no part of it is made yet. What passes without steps
 * passes with any number of them.
 */
export const fileOf = (name: string, made: Recording): Written => {
  checkValues(name, made);
  const { final, keyframes, metrics, steps, lost = [] } = made;
  const skeleton = formOf(name, final);
  const paths = pathsOf(skeleton);
  const leaves: readonly NDArray[] = tree.leaves(final);
  const rows = keyframes.map(({ state }) => tree.leaves(state));
  /** The same leaf of all keyframes, one after another. */
  const kept = ({ dtype, shape }: NDArray, i: number): Column => ({
    name: named("keyframes", paths[i] ?? ""),
    dtype,
    shape: [rows.length, ...shape],
    parts: () => rows.flatMap((row) => row[i] ?? []).map(toTypedArray),
  });
  const last = (x: NDArray, i: number): Column => ({
    name: named("state", paths[i] ?? ""),
    dtype: x.dtype,
    shape: x.shape,
    parts: () => [toTypedArray(x)],
  });
  return write(
    name,
    [
      numbers("keyframe_steps", rows.length, () => Float64Array.from(keyframes, ({ step }) => step)),
      ...leaves.map(kept),
      // In their own order, in which a reader gets them.
      ...Object.entries(metrics).map(([metric, values]) =>
        numbers(`${metricsGroup}${metric}`, steps, () => Float64Array.from(values)),
      ),
      ...leaves.map(last),
    ],
    {
      format,
      version: String(version),
      numerics: String(made.numerics),
      steps: String(steps),
      state: toJson(skeleton),
      description: toJson(made.description),
      ...(lost.length > 0 ? { lost: toJson(lost.map(({ from, to }) => [from, to])) } : {}),
    },
    // One without steps may be the beginning of a run.
    steps === 0,
  );
};

/**
 * A recording as the bytes of a safetensors file, which Python reads too: tensors `state/…` (the last one), `keyframes/…`
 * (with a row for each of `keyframe_steps`), `metrics/…` and `checksum`; the rest in its metadata.
 *
 * {@link decode} gives back what was encoded: the form of the states is that of the last one.
 *
 * @throws TreeError when the states have different forms; DomainError when metrics, keyframes or description are none, or
 * when names and description take more than 16 MiB
 * @example
 * import { either } from "@gradfold/core";
 * import { recording, steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * const bytes = recording.encode(recording.of(run));
 * either.map((read: recording.Recording) => read.final)(recording.decode(bytes)); // => { _tag: 'Right', right: 8 }
 */
export const encode = (made: Recording): Uint8Array => {
  const { length, parts } = fileOf("recording.encode", made);
  const bytes = new Uint8Array(allocateAlone("bool", length, "recording.encode").buffer);
  let at = 0;
  for (const part of parts()) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** A text that is a word or a number, if it is there. */
const wordIn = ({ metadata }: Contents, name: string): string => {
  const quoted = metadata.get(name);
  return quoted !== undefined && quoted.length <= 16 ? stringOf(quoted) : "";
};

const countIn = (contents: Contents, name: string): number | undefined => {
  const text = wordIn(contents, name);
  const n = /^\d+$/.test(text) ? Number(text) : NaN;
  return isCount(n) ? n : undefined;
};

const isColumn = (tensor: Tensor | undefined, length?: number): tensor is Tensor =>
  tensor !== undefined &&
  tensor.dtype === "float64" &&
  tensor.shape.length === 1 &&
  (length === undefined || tensor.shape[0] === length);

const numbersOf = ({ elements }: Contents, tensor: Tensor): Float64Array => {
  const data = elements(tensor);
  return data instanceof Float64Array ? data : Float64Array.from(data);
};

/** Where the elements of a state's leaf are, in `state` and in every row of `keyframes`. */
interface Leaf {
  readonly final: Tensor;
  readonly rows: Tensor;
}

const isPlain: Readonly<Record<LeafKind, DType | undefined>> = { array: undefined, number: "float64", boolean: "bool" };

/** The leaf of a path, if it is there in both, in one type, and as the skeleton says. */
const leafIn = ({ tensors }: Contents, path: string, kind: LeafKind, frames: number): Leaf | undefined => {
  const [final, rows] = [tensors.get(named("state", path)), tensors.get(named("keyframes", path))];
  if (final === undefined || rows === undefined || final.dtype !== rows.dtype) return undefined;
  if (formatShape(rows.shape) !== formatShape([frames, ...final.shape])) return undefined;
  const plain = isPlain[kind];
  return plain === undefined || (final.dtype === plain && final.shape.length === 0) ? { final, rows } : undefined;
};

/** The tensors of all leaves, by their paths. */
const leavesIn = (contents: Contents, skeleton: Skeleton, frames: number): ReadonlyMap<string, Leaf> => {
  const leaves = new Map<string, Leaf>();
  // A path is a part of a name. Those of a hostile form are long, and each would be written out to be looked for.
  const longest = [...contents.tensors.keys()].reduce((most, { length }) => Math.max(most, length), 0);
  eachLeaf(skeleton, (path, kind) => {
    const leaf = path.length < longest ? leafIn(contents, path, kind, frames) : undefined;
    if (leaf === undefined)
      throw failure(`the state lacks its leaf ${short(path) || "at the root"}, or it has two types.`);
    leaves.set(path, leaf);
  });
  return leaves;
};

const keyframeSteps = (contents: Contents, steps: number): Float64Array => {
  const tensor = contents.tensors.get("keyframe_steps");
  const data = isColumn(tensor) ? numbersOf(contents, tensor) : new Float64Array();
  if (data[0] === 0 && data.every((step, i) => isCount(step) && step <= steps && step > (data[i - 1] ?? -1)))
    return data;
  throw failure("the keyframes are not those of a run.");
};

/** Those of a recording without steps, however many: an array takes more memory than its place in a header. */
const noNumbers = new Float64Array();

function* columnsIn(contents: Contents, steps: number): Generator<readonly [name: string, column: Float64Array]> {
  for (const [name, tensor] of contents.tensors) {
    if (!name.startsWith(metricsGroup)) continue;
    const metric = name.slice(metricsGroup.length);
    if (!isColumn(tensor, steps))
      throw failure(`the metric ${toJson(short(metric))} has not one number for each of ${steps} steps.`);
    yield [metric, steps === 0 ? noNumbers : numbersOf(contents, tensor)];
  }
}

/** Stretches of steps, as `[[10,20],[40,50]]`. */
const readLost =
  (steps: number) =>
  (reader: Reader): readonly Lost[] => {
    const lost: Lost[] = [];
    reader.need("[");
    reader.list("]", () => {
      reader.need("[");
      const from = reader.count();
      reader.need(",");
      lost.push({ from, to: reader.count() });
      if (lost.length > mostStretches) throw failure(`there are more than ${mostStretches} stretches of lost steps.`);
      reader.need("]");
    });
    if (areStretches(lost, steps)) return lost;
    throw failure("the steps that are lost are none of the run's.");
  };

/** What the texts of a file say. */
const textsIn = (contents: Contents) => {
  const { metadata } = contents;
  if (wordIn(contents, "format") !== format) throw failure("no recording of gradfold's.");
  const made = countIn(contents, "version");
  if (made !== undefined && made > version)
    throw failure(`the file has version ${made}, newer than ${version}. Read it with a newer gradfold.`, "unsupported");
  const [numerics, steps] = [countIn(contents, "numerics"), countIn(contents, "steps")];
  const [description, state, lost] = ["description", "state", "lost"].map((name) => metadata.get(name));
  if (
    made !== version ||
    numerics === undefined ||
    steps === undefined ||
    description === undefined ||
    state === undefined
  )
    throw failure("the metadata lacks a version, a number of steps, a state or a description.");
  return {
    steps,
    numerics,
    description: byName(
      Array.from(within(description, "the description", readTexts), ([name, text]) => [name, stringOf(text)] as const),
    ),
    skeleton: within(state, "the form of the state", readSkeleton),
    ...(lost === undefined ? {} : { lost: within(lost, "the list of lost steps", readLost(steps)) }),
  };
};

/** The states in one group of tensors, row by row, as parts of what is read here. */
const statesOf = (contents: Contents, skeleton: Skeleton, leaves: ReadonlyMap<string, Leaf>, group: keyof Leaf) => {
  const data = new Map(Array.from(leaves, ([path, leaf]) => [path, contents.elements(leaf[group])]));
  return (row: number): unknown =>
    build(skeleton, (path, kind) => {
      const [leaf, elements] = [leaves.get(path), data.get(path)];
      if (leaf === undefined || elements === undefined) return null;
      const { dtype, shape } = leaf.final;
      const size = sizeOf(Object.freeze(shape));
      const part = elements.subarray(row * size, (row + 1) * size);
      return leafOf(contiguous(dtype, shape, part), kind, part[0] ?? NaN);
    });
};

/** The recording in a file that is read piece by piece. */
export const decodeFrom = (source: Source): Result<Recording> =>
  decoded(() => {
    const contents = read(source);
    const { skeleton, ...texts } = textsIn(contents);
    const { steps } = texts;
    const at = keyframeSteps(contents, steps);
    const metrics = byName(columnsIn(contents, steps));
    const leaves = leavesIn(contents, skeleton, at.length);
    if (contents.tensors.size !== 2 * leaves.size + Object.keys(metrics).length + 1)
      throw failure("there are tensors that no recording has.");
    const [final, states] = [
      statesOf(contents, skeleton, leaves, "final"),
      statesOf(contents, skeleton, leaves, "rows"),
    ];
    // There may be millions of them, of which each takes more memory than its bytes.
    const keyframes = lazy(() => Array.from(at, (step, row) => frameOf(step, () => states(row))));
    return {
      ...texts,
      metrics,
      get keyframes(): readonly Keyframe<unknown>[] {
        return keyframes();
      },
      final: final(0),
    };
  });

/**
 * The recording in the bytes of a file: the left is what is wrong with it, if it is truncated, damaged, hostile, newer
 * than this program, or no recording.
 *
 * @throws DTypeError when it is not given bytes
 * @example
 * import { recording } from "@gradfold/optim";
 * recording.decode(new Uint8Array(3))._tag; // => 'Left'
 */
export const decode = (bytes: Uint8Array | ArrayBuffer | SharedArrayBuffer | DataView): Result<Recording> =>
  decodeFrom(sourceOf(bytesOf("recording.decode", bytes)));
