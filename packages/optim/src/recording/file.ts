import { type DType, either, type NDArray, toTypedArray, tree, TreeError } from "@gradfold/core";
import { allocate, contiguous, formatShape, sizeOf } from "@gradfold/core/transform";
import { misfit } from "../trajectory/difference.ts";
import { frameOf } from "../trajectory/keyframe.ts";
import type { Recording } from "./recording.ts";
import {
  type Contents,
  isCount,
  parse,
  read,
  type Result,
  stringify,
  type Tensor,
  write,
  wrong,
} from "./safetensors.ts";
import { build, checkSkeleton, type LeafKind, leafOf, pathsOf, type Skeleton, skeletonOf } from "./skeleton.ts";

const format = "gradfold";
const version = 1;

/** The names of tensors: `state/params`, or `state` where the state is a leaf itself. */
const within = (group: string, path: string): string => (path === "" ? group : `${group}/${path}`);

const stateTensor = (name: string, x: NDArray): Tensor => ({
  name,
  dtype: x.dtype,
  shape: x.shape,
  data: toTypedArray(x),
});

const column = (name: string, data: Float64Array): Tensor => ({ name, dtype: "float64", shape: [data.length], data });

/** The same leaf of all keyframes, one after another. */
const stack = (name: string, { dtype, shape }: NDArray, rows: readonly (NDArray | undefined)[]): Tensor => {
  const size = sizeOf(shape);
  const data = allocate(dtype, rows.length * size);
  rows.forEach((x, i) => x !== undefined && data.set(toTypedArray(x), i * size));
  return { name, dtype, shape: [rows.length, ...shape], data };
};

const checkForm = ({ final, keyframes }: Recording): void => {
  for (const { step, state } of keyframes) {
    const found = misfit(state, final);
    if (found !== undefined)
      throw new TreeError(
        `recording.encode: the state of step ${step} has another form than the last one at ${found.leaf || "the root"}: ${found.reason}.`,
      );
  }
};

/**
 * A recording as the bytes of a safetensors file, which Python reads too: tensors `state/…` (the last one), `keyframes/…`
 * (with a row for each of `keyframe_steps`), `metrics/…` and `checksum`; the rest in its metadata.
 *
 * @throws TreeError when the states have different forms
 * @example
 * import { either } from "@gradfold/core";
 * import { recording, steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * const bytes = recording.encode(recording.of(run));
 * either.map((read: recording.Recording) => read.final)(recording.decode(bytes)); // => { _tag: 'Right', right: 8 }
 */
export const encode = (made: Recording): Uint8Array => {
  checkForm(made);
  const skeleton = skeletonOf(made.final);
  const paths = pathsOf(skeleton);
  const rows = made.keyframes.map(({ state }) => tree.leaves(state));
  const leaves = tree.leaves(made.final).map((x, i) => ({ x, path: paths[i] ?? "", rows: rows.map((row) => row[i]) }));
  return write(
    [
      ...leaves.map(({ x, path }) => stateTensor(within("state", path), x)),
      ...leaves.map(({ x, path, rows }) => stack(within("keyframes", path), x, rows)),
      column(
        "keyframe_steps",
        Float64Array.from(made.keyframes, ({ step }) => step),
      ),
      ...Object.entries(made.metrics).map(([name, values]) => column(within("metrics", name), values)),
    ],
    {
      format,
      version: String(version),
      numerics: String(made.numerics),
      steps: String(made.steps),
      state: stringify(skeleton),
      description: stringify(made.description),
    },
  );
};

const countOf = (text: string | undefined): number | undefined => {
  const n = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return isCount(n) ? n : undefined;
};

const isColumn = (tensor: Tensor | undefined): tensor is Tensor & { readonly data: Float64Array } =>
  tensor !== undefined && tensor.dtype === "float64" && tensor.shape.length === 1;

/** Where the elements of a state's leaf are, in `state` and in every row of `keyframes`. */
interface Leaf {
  readonly final: Tensor;
  readonly rows: Tensor;
}

const isPlain: Readonly<Record<LeafKind, DType | undefined>> = { array: undefined, number: "float64", boolean: "bool" };

/** The leaf of a path, if it is there in both, in one type, and as the skeleton says. */
const leafIn = ({ tensors }: Contents, path: string, kind: LeafKind, frames: number): Leaf | undefined => {
  const [final, rows] = [tensors.get(within("state", path)), tensors.get(within("keyframes", path))];
  if (final === undefined || rows === undefined || final.dtype !== rows.dtype) return undefined;
  if (formatShape(rows.shape) !== formatShape([frames, ...final.shape])) return undefined;
  const plain = isPlain[kind];
  return plain === undefined || (final.dtype === plain && final.shape.length === 0) ? { final, rows } : undefined;
};

/** The leaf in one row of a tensor. */
const rowOf = ({ dtype, data }: Tensor, shape: Tensor["shape"], row: number, kind: LeafKind): unknown => {
  const size = sizeOf(shape);
  const elements = data.subarray(row * size, (row + 1) * size);
  return leafOf(contiguous(dtype, Object.freeze([...shape]), elements), kind, elements[0] ?? NaN);
};

const keyframeSteps = ({ tensors }: Contents, steps: number): Float64Array | undefined => {
  const tensor = tensors.get("keyframe_steps");
  if (!isColumn(tensor) || tensor.data[0] !== 0) return undefined;
  const { data } = tensor;
  return data.every((step, i) => isCount(step) && step <= steps && step > (data[i - 1] ?? -1)) ? data : undefined;
};

const metricsIn = ({ tensors }: Contents, steps: number): Readonly<Record<string, Float64Array>> | undefined => {
  const found = [...tensors].filter(([name]) => name.startsWith("metrics/"));
  const columns = found.flatMap(([name, tensor]) =>
    isColumn(tensor) && tensor.data.length === steps ? [[name.slice("metrics/".length), tensor.data] as const] : [],
  );
  return columns.length === found.length ? Object.fromEntries(columns) : undefined;
};

const isDescription = (x: unknown): x is Recording["description"] =>
  typeof x === "object" &&
  x !== null &&
  !Array.isArray(x) &&
  Object.values(x).every((text) => typeof text === "string");

/** What the texts of a file say. */
const textsIn = ({
  metadata,
}: Contents): Result<Pick<Recording, "steps" | "numerics" | "description"> & { skeleton: Skeleton }> => {
  if (metadata["format"] !== format) return wrong("no recording of gradfold's.");
  const made = countOf(metadata["version"]);
  if (made !== undefined && made > version)
    return wrong(`the file has version ${made}, newer than ${version}. Read it with a newer gradfold.`, "unsupported");
  const [numerics, steps] = [countOf(metadata["numerics"]), countOf(metadata["steps"])];
  const parsed = parse(metadata["description"] ?? "");
  const description = either.isRight(parsed) && isDescription(parsed.right) ? parsed.right : undefined;
  if (made !== version || numerics === undefined || steps === undefined || description === undefined)
    return wrong("the metadata lacks a version, a number of steps, or a description.");
  return either.map((skeleton: Skeleton) => ({ steps, numerics, description, skeleton }))(
    either.flatMap((form: unknown) => checkSkeleton(form))(parse(metadata["state"] ?? "")),
  );
};

const recordingIn = (contents: Contents): Result<Recording> => {
  const texts = textsIn(contents);
  if (either.isLeft(texts)) return texts;
  const { skeleton, steps, ...rest } = texts.right;
  const at = keyframeSteps(contents, steps);
  const metrics = metricsIn(contents, steps);
  if (at === undefined) return wrong("the keyframes are not those of a run.");
  if (metrics === undefined) return wrong(`a metric has not one number for each of ${steps} steps.`);
  const leaves = new Map<string, Leaf>();
  const missing: string[] = [];
  build(skeleton, (path, kind) => {
    const leaf = leafIn(contents, path, kind, at.length);
    if (leaf === undefined) missing.push(path);
    else leaves.set(path, leaf);
  });
  if (missing.length > 0) return wrong(`the state lacks its leaf ${missing[0] || "at the root"}, or it has two types.`);
  if (contents.tensors.size !== 2 * leaves.size + Object.keys(metrics).length + 1)
    return wrong("there are tensors that no recording has.");
  const stateOf = (pick: (leaf: Leaf) => Tensor, row: number): unknown =>
    build(skeleton, (path, kind) => {
      const leaf = leaves.get(path);
      return leaf === undefined ? null : rowOf(pick(leaf), leaf.final.shape, row, kind);
    });
  const keyframes = Array.from(at, (step, row) => frameOf(step, () => stateOf(({ rows }) => rows, row)));
  return either.right({ ...rest, steps, metrics, keyframes, final: stateOf(({ final }) => final, 0) });
};

/**
 * The recording in the bytes of a file: the left is what is wrong with it, if it is truncated, damaged, hostile, newer
 * than this program, or no recording.
 *
 * @example
 * import { recording } from "@gradfold/optim";
 * recording.decode(new Uint8Array(3))._tag; // => 'Left'
 */
export const decode = (bytes: Uint8Array): Result<Recording> => either.flatMap(recordingIn)(read(bytes));
