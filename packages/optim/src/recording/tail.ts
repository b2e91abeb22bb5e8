import { array, item, type NDArray, toTypedArray, type tree, TreeError } from "@gradfold/core";
import {
  allocate,
  contiguous,
  isList,
  isNDArray,
  isRecord,
  runIfKept,
  sameShape,
  sizeOf,
} from "@gradfold/core/transform";
import { misfit } from "../trajectory/difference.ts";
import { bytesOf, type Form, type Journal, raw, trailerBytes, viewOf } from "./journal.ts";
import { build, leafOf } from "./skeleton.ts";

/* The state behind a record's steps, and what the record is. */

/** Where a record is, as it says itself, and the checksums of its parts. */
export interface Trailer {
  readonly record: number;
  readonly from: number;
  readonly count: number;
  readonly rows: number;
  readonly state: number;
}

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
      return (
        isList(node) && node.length === children.length && children.every((child, i) => gather(child, node[i], leaves))
      );
    }
    case "record": {
      const { keys, children } = structure;
      if (!isRecord(node) || Object.keys(node).length !== keys.length) return false;
      return keys.every((key, i) => {
        const child = children[i];
        return child !== undefined && Object.hasOwn(node, key) && gather(child, node[key], leaves);
      });
    }
  }
};

const asArray = (leaf: unknown): NDArray | undefined =>
  isNDArray(leaf) ? leaf : typeof leaf === "number" || typeof leaf === "boolean" ? array(leaf) : undefined;

/**
 * The leaves of a state in the form of the first one, in their order. This is `tree.leaves` in a third of the time, for a
 * state may be written at every step.
 */
const leavesOf = ({ like, structure, leaves: likes }: Form, state: unknown): readonly NDArray[] => {
  const found: unknown[] = [];
  const leaves = gather(structure, state, found) ? found.map(asArray) : [];
  const fitting = leaves.filter(
    (leaf, i) => leaf !== undefined && leaf.dtype === likes[i]?.dtype && sameShape(leaf.shape, likes[i].shape),
  );
  if (leaves.every((leaf) => leaf !== undefined) && fitting.length === likes.length) return leaves;
  const { leaf, reason } = misfit(state, like) ?? { leaf: "", reason: "the trees have different branches" };
  throw new TreeError(`record: a state has another form than the first one at ${leaf || "the root"}: ${reason}.`);
};

/** The elements of an array, to be read only. */
const elementsOf = (x: NDArray): Uint8Array => {
  const kept = runIfKept(x);
  return raw(kept === undefined ? toTypedArray(x) : kept.data.subarray(kept.start, kept.start + sizeOf(x.shape)));
};

/**
 * Writes the tail of a record into bytes of its size, and gives its trailer.
 *
 * @throws TreeError for a state of another form than the first one
 */
export const writeTail = (
  { form, sum, seed }: Journal,
  { record, from, count, rows }: Omit<Trailer, "state">,
  state: unknown,
  bytes: Uint8Array,
): void => {
  let offset = 0;
  for (const leaf of leavesOf(form, state)) {
    const elements = elementsOf(leaf);
    bytes.set(elements, offset);
    offset += elements.length;
  }
  const end = bytes.length - trailerBytes;
  bytes.fill(0, offset, end);
  const view = viewOf(bytes.subarray(end));
  view.setFloat64(0, record, true);
  view.setFloat64(8, from, true);
  [count, rows, sum(bytes.subarray(0, end))].forEach((n, i) => view.setUint32(16 + 4 * i, n, true));
  view.setUint32(28, sum(bytes.subarray(end, -4), seed), true);
};

const isPlace = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** The trailer at the end of a tail; undefined if it is none. */
export const trailerIn = ({ every, sum, seed }: Journal, bytes: Uint8Array): Trailer | undefined => {
  const trailer = bytes.subarray(-trailerBytes);
  if (trailer.length < trailerBytes) return undefined;
  const view = viewOf(trailer);
  if (view.getUint32(28, true) !== sum(trailer.subarray(0, 28), seed)) return undefined;
  const [record, from, count] = [view.getFloat64(0, true), view.getFloat64(8, true), view.getUint32(16, true)];
  if (!isPlace(record) || !isPlace(from) || !isPlace(from + count) || count < 1 || count > every) return undefined;
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
