import { type DType, item, type NDArray, toTypedArray, type tree, TreeError } from "@gradfold/core";
import {
  allocate,
  bytesPerElement,
  contiguous,
  isList,
  isNDArray,
  isRecord,
  runIfKept,
  sameShape,
  sizeOf,
  type Store,
} from "@gradfold/core/library";
import { isCount, raw } from "@gradfold/core/files";
import { misfit } from "../trajectory/difference.ts";
import { bytesOf, type Form, type Journal, trailerBytes } from "./journal.ts";
import { build, leafOf } from "./skeleton.ts";
import { viewOf } from "./source.ts";

/* The state behind a record's steps, and what the record is. */

/** Where a record is, as it says itself, and the checksums of its parts. */
export interface Trailer {
  readonly record: number;
  readonly from: number;
  readonly count: number;
  readonly rows: number;
  readonly state: number;
}

/** Makes the tail of a record, whose bytes are those of the next one too. */
type TailWriter = (trailer: Omit<Trailer, "state">, state: unknown) => Uint8Array;

/** Gathers the leaves of a tree in their order, and tells whether it has the branches of a structure. */
const gather = (structure: tree.Structure, node: unknown, leaves: unknown[]): boolean => {
  switch (structure.kind) {
    case "leaf":
      leaves.push(node);
      return true;
    case "empty":
      return node === structure.value;
    case "list": {
      const { children } = structure;
      if (!isList(node) || node.length !== children.length) return false;
      for (const [i, child] of children.entries()) if (!gather(child, node[i], leaves)) return false;
      return true;
    }
    case "record": {
      const { keys, children } = structure;
      if (!isRecord(node) || Object.keys(node).length !== keys.length) return false;
      for (const [i, child] of children.entries()) {
        const key = keys[i] ?? "";
        if (!Object.hasOwn(node, key) || !gather(child, node[key], leaves)) return false;
      }
      return true;
    }
  }
};

const viewsOf: Readonly<Record<DType, (bytes: Uint8Array, at: number, length: number) => Store>> = {
  float64: ({ buffer, byteOffset }, at, length) => new Float64Array(buffer, byteOffset + at, length),
  float32: ({ buffer, byteOffset }, at, length) => new Float32Array(buffer, byteOffset + at, length),
  int32: ({ buffer, byteOffset }, at, length) => new Int32Array(buffer, byteOffset + at, length),
  bool: (bytes, at, length) => bytes.subarray(at, at + length),
};

/** Where a leaf goes. */
interface Berth {
  readonly like: NDArray;
  readonly elements: Store;
  /** The elements' bytes, and where they go from there: behind bools, a place may be none for larger elements. */
  readonly moved: { readonly bytes: Uint8Array; readonly to: number } | undefined;
}

/** The places of leaves in the bytes of a state. */
const berthsOf = (likes: readonly NDArray[], state: Uint8Array): readonly Berth[] => {
  let end = 0;
  return likes.map((like): Berth => {
    const [to, length] = [end, sizeOf(like.shape)];
    end += bytesOf(like);
    const view = viewsOf[like.dtype];
    if (to % bytesPerElement[like.dtype] === 0) return { like, elements: view(state, to, length), moved: undefined };
    const bytes = new Uint8Array(new ArrayBuffer(bytesOf(like)));
    return { like, elements: view(bytes, 0, length), moved: { bytes, to } };
  });
};

/** Puts a leaf in its place, if it is of the type that belongs there. */
const put = ({ like: { dtype, shape }, elements }: Berth, leaf: unknown): boolean => {
  if (!isNDArray(leaf)) {
    const isIt = typeof leaf === "number" ? dtype === "float64" : typeof leaf === "boolean" && dtype === "bool";
    if (isIt) elements[0] = Number(leaf);
    return isIt && shape.length === 0;
  }
  if (leaf.dtype !== dtype || !sameShape(leaf.shape, shape)) return false;
  const { data, start } = runIfKept(leaf) ?? { data: toTypedArray(leaf), start: 0 };
  const { length } = elements;
  elements.set(data.length === length ? data : data.subarray(start, start + length));
  return true;
};

/**
 * What writes the tails of a journal, each into the same bytes as the one before: a state may be written at every step, so
 * nothing is made for it.
 *
 * @throws TreeError for a state of another form than the first one
 */
export const tailWriter = ({ form, tail, sum, seed }: Journal): TailWriter => {
  const { like, structure, leaves: likes } = form;
  const bytes = new Uint8Array(tail);
  const end = tail - trailerBytes;
  const [state, marks, trailer] = [bytes.subarray(0, end), bytes.subarray(end, -4), viewOf(bytes.subarray(end))];
  const berths = berthsOf(likes, state);
  const fill = (given: unknown): boolean => {
    const leaves: unknown[] = [];
    if (!gather(structure, given, leaves)) return false;
    for (const [i, berth] of berths.entries()) {
      if (!put(berth, leaves[i])) return false;
      if (berth.moved !== undefined) state.set(berth.moved.bytes, berth.moved.to);
    }
    return true;
  };
  return ({ record, from, count, rows }, given) => {
    if (!fill(given)) {
      const { leaf, reason } = misfit(given, like) ?? { leaf: "", reason: "the trees have different branches" };
      throw new TreeError(`record: a state has another form than the first one at ${leaf || "the root"}: ${reason}.`);
    }
    trailer.setFloat64(0, record, true);
    trailer.setFloat64(8, from, true);
    trailer.setUint32(16, count, true);
    trailer.setUint32(20, rows, true);
    trailer.setUint32(24, sum(state), true);
    trailer.setUint32(28, sum(marks, seed), true);
    return bytes;
  };
};

/** The trailer at the end of a tail; undefined if it is none. */
export const trailerIn = ({ every, sum, seed }: Journal, bytes: Uint8Array): Trailer | undefined => {
  const trailer = bytes.subarray(-trailerBytes);
  if (trailer.length < trailerBytes) return undefined;
  const view = viewOf(trailer);
  if (view.getUint32(28, true) !== sum(trailer.subarray(0, 28), seed)) return undefined;
  const [record, from, count] = [view.getFloat64(0, true), view.getFloat64(8, true), view.getUint32(16, true)];
  if (!isCount(record) || !isCount(from) || !isCount(from + count) || count < 1 || count > every) return undefined;
  return { record, from, count, rows: view.getUint32(20, true), state: view.getUint32(24, true) };
};

const leafAt = ({ dtype, shape }: NDArray, bytes: Uint8Array, offset: number): NDArray => {
  const elements = allocate(dtype, sizeOf(shape));
  raw(elements).set(bytes.subarray(offset, offset + elements.byteLength));
  return contiguous(dtype, shape, elements);
};

/** The state whose leaves are in some bytes. */
export const stateIn = ({ leaves: likes, paths, skeleton }: Form, bytes: Uint8Array): unknown => {
  let offset = 0;
  const leaves = new Map(
    likes.map((like, i) => {
      const leaf = leafAt(like, bytes, offset);
      offset += bytesOf(like);
      return [paths[i] ?? "", leaf];
    }),
  );
  return build(skeleton, (path, kind) => {
    const leaf = leaves.get(path);
    return leaf === undefined || kind === "array" ? leaf : leafOf(leaf, kind, item(leaf));
  });
};
