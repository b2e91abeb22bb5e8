import { type NDArray, reshape, slice } from "@gradfold/core";
import {
  allocate,
  bytesPerElement,
  contiguous,
  isList,
  isNDArray,
  isRecord,
  runIfKept,
  sizeOf,
} from "@gradfold/core/library";
import { type AtLeaf, type Clash, clashOf, sameInRun } from "../form.ts";

/*
 * States of one form, kept leaf by leaf. The objects of a small state cost the garbage collector more than the step that
 * made them cost, so arrays of few bytes are copied into one buffer; larger ones are kept as they are.
 */

/** States one after another. */
export interface Kept {
  /** Makes a state: its lists and records are new, and not frozen yet, which would cost more than to make them. */
  readonly at: (i: number) => unknown;
}

/** The same leaf of all states. */
interface Column {
  readonly get: (i: number) => unknown;
}

interface Writable extends Column {
  readonly set: (i: number, leaf: unknown) => void;
}

/** Arrays of up to this many bytes are copied. */
const mostCopied = 2048;

/** So few elements are copied faster by a loop. */
const few = 32;

const references = (n: number): Writable => {
  const leaves = new Array<unknown>(n);
  return {
    get: (i) => leaves[i],
    set: (i, leaf) => {
      leaves[i] = leaf;
    },
  };
};

/** Copies of arrays like one. A leaf whose elements are no run of a buffer, as a value that is traced, is kept as it is. */
const copies = ({ dtype, shape }: NDArray, n: number): Writable => {
  const size = sizeOf(shape);
  const data = allocate(dtype, n * size);
  const others = new Map<number, unknown>();
  return {
    get: (i) => (others.has(i) ? others.get(i) : contiguous(dtype, shape, data, i * size)),
    set: (i, leaf) => {
      const run = isNDArray(leaf) ? runIfKept(leaf) : undefined;
      if (run === undefined) others.set(i, leaf);
      else if (size > few) data.set(run.data.subarray(run.start, run.start + size), i * size);
      else for (let j = 0; j < size; j++) data[i * size + j] = run.data[run.start + j] ?? NaN;
    },
  };
};

const writable = (leaf: unknown, n: number): Writable =>
  isNDArray(leaf) && n > 1 && bytesPerElement[leaf.dtype] * sizeOf(leaf.shape) <= mostCopied
    ? copies(leaf, n)
    : references(n);

/** The rows of an array, whose first axes are those of the loops that gave it. */
const rowsOf = (stacked: NDArray, axes: number): Column => {
  const { dtype, shape } = stacked;
  const row = Object.freeze(shape.slice(axes));
  const size = sizeOf(row);
  const run = runIfKept(stacked);
  if (run !== undefined) return { get: (i) => contiguous(dtype, row, run.data, run.start + i * size) };
  const flat = reshape(stacked, [sizeOf(shape.slice(0, axes)), ...row]);
  return { get: (i) => slice(flat, [i]) };
};

/** The state of each i, put together as one state is, of the columns that `columnOf` gives for its leaves, in order. */
const stateOf = (node: unknown, columnOf: (leaf: unknown) => Column): Kept["at"] => {
  if (isList(node)) {
    const children = node.map((child) => stateOf(child, columnOf));
    return (i) => children.map((child) => child(i));
  }
  if (!isRecord(node)) return columnOf(node).get;
  const keys = Object.keys(node);
  const children = Object.values(node).map((child) => stateOf(child, columnOf));
  const isBare = Object.getPrototypeOf(node) === null;
  const template = { ...node }; // which is not frozen: V8 copies it ten times as fast
  return (i) => {
    // A copy has the keys already, so that even "__proto__" is one of them.
    const made: Record<string, unknown> = isBare ? { __proto__: null, ...template } : { ...template };
    for (let j = 0; j < keys.length; j++) made[keys[j] ?? ""] = children[j]?.(i);
    return made;
  };
};

/** The states that are the rows of a tree of arrays, whose first axes are those of the loops that gave it. */
export const rowsKept = (stacked: unknown, axes: number): Kept => ({
  at: stateOf(stacked, (leaf) => (isNDArray(leaf) ? rowsOf(leaf, axes) : { get: () => leaf })),
});

interface Keeper extends Kept {
  /** Keeps one more state, if it has the form of the others; gives the first place where it has not. */
  readonly keep: (state: unknown) => Clash | undefined;
}

/** Keeps up to n states of the form of one, with each leaf as `own` makes it. */
export const openKept = (like: unknown, n: number, own = (leaf: unknown): unknown => leaf): Keeper => {
  const columns: Writable[] = [];
  const at = stateOf(like, (leaf) => {
    const column = writable(leaf, n);
    columns.push(column);
    return column;
  });
  let count = 0;
  let next = 0;
  const keepLeaf: AtLeaf = (found, wanted) => {
    const clash = sameInRun(found, wanted);
    columns[next++]?.set(count, own(found));
    return clash;
  };
  return {
    at,
    keep: (state) => {
      next = 0;
      const clash = clashOf(state, like, keepLeaf);
      if (clash === undefined) count++;
      return clash;
    },
  };
};
