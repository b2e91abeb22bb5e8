import type { DType } from "@gradfold/core";
import { contiguous, formatShape, lazy, sizeOf } from "@gradfold/core/library";
import { bytesOf, decoded, isCount, type Reader, readTexts, short, stringOf, toJson } from "@gradfold/core/files";
import { frameOf, type Keyframe } from "../trajectory/keyframe.ts";
import { byName } from "../value.ts";
import { areStretches, mostStretches, pairsOf } from "./check.ts";
import { type Contents, read, type Tensor } from "./contents.ts";
import { failure, type Result } from "./failure.ts";
import { within } from "./json.ts";
import { format, metricsGroup, named, version } from "./names.ts";
import type { Lost, Recording } from "./recording.ts";
import { build, eachLeaf, type LeafKind, leafOf, readSkeleton, type Skeleton } from "./skeleton.ts";
import { type Source, sourceOf } from "./source.ts";

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

const readDescription = (reader: Reader): Readonly<Record<string, string>> =>
  byName(Array.from(readTexts(reader, failure), ([name, text]) => [name, stringOf(text)] as const));

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
    description: within(description, "the description", readDescription, (texts) => texts),
    skeleton: within(state, "the form of the state", readSkeleton, (skeleton) => skeleton),
    ...(lost === undefined ? {} : { lost: within(lost, "the list of lost steps", readLost(steps), pairsOf) }),
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
 * import { recording } from "gradfold";
 * recording.decode(new Uint8Array(3))._tag; // => 'Left'
 */
export const decode = (bytes: Uint8Array | ArrayBuffer | SharedArrayBuffer | DataView): Result<Recording> =>
  decodeFrom(sourceOf(bytesOf("recording.decode", bytes)));
