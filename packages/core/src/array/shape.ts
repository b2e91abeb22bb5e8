import { DomainError, ShapeError } from "../error/error.ts";
import { checkRoom, type DType } from "../scalar/dtype.ts";
import { describe } from "./description.ts";

/** The sizes of an array's axes, outermost first. Every shape that the library makes is frozen. */
export type Shape = readonly number[];

/** One axis or several; negative ones count from the end. */
export type Axes = number | readonly number[];

export const scalarShape: Shape = Object.freeze([]);

/** The number of elements: the product of the sizes. */
export const sizeOf = (shape: Shape): number => sizeBetween(shape, 0, shape.length);

/** The product of the sizes from one axis up to another. */
export const sizeBetween = (shape: Shape, from: number, to: number): number => {
  let size = 1;
  // By index: iterating over a frozen array, or slicing it, costs many times as much.
  for (let i = from; i < to; i++) size *= shape[i] ?? 1;
  return size;
};

/** Whether two shapes have the same sizes in the same order. */
export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** A shape as text: `[2, 3]`. */
export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Frozen shapes of few and small sizes, by these: finding one costs a quarter of freezing it, and most are met again. */
const known = new Map<number, Shape>();
const mostKnown = 4096;
const fewSizes = 4;
const smallSize = 1024;

/** Sizes that are known to be good, in a list that its caller has just made, as a shape. */
export const frozen = (sizes: number[]): Shape => {
  if (sizes.length === 0) return scalarShape;
  if (sizes.length > fewSizes) return Object.freeze(sizes);
  let key = sizes.length;
  for (const size of sizes) {
    if (!(size < smallSize)) return Object.freeze(sizes);
    key = key * smallSize + size;
  }
  const old = known.get(key);
  if (old !== undefined) return old;
  if (known.size >= mostKnown) known.clear();
  const shape = Object.freeze(sizes);
  known.set(key, shape);
  return shape;
};

const isList: (x: unknown) => boolean = Array.isArray;

/** As many axes as an array may be made with: NumPy's limit too. */
export const mostAxes = 64;

export const checkRank = (name: string, sizes: Shape): void => {
  if (sizes.length > mostAxes)
    throw new ShapeError(
      `${name}: a shape has at most ${mostAxes} sizes, not ${sizes.length}. Give the sizes, not the data.`,
    );
};

/** A user's list of sizes, `what` it is in words: copied and checked. */
export const checkSizes = (name: string, what: string, given: readonly number[]): number[] => {
  if (!isList(given)) {
    const hint = typeof given === "number" ? ` Write [${String(given)}].` : "";
    throw new DomainError(`${name}: ${what} is a list of sizes, not ${describe(given)}.${hint}`);
  }
  // Array.from sees holes, which are no sizes either.
  const sizes = Array.from(given);
  for (const n of sizes)
    if (!Number.isSafeInteger(n) || n < 0)
      throw new DomainError(
        `${name}: a size must be a whole number from 0 on: [${sizes.map(describe).join(", ")}] holds ${describe(n)}.`,
      );
  return sizes;
};

/** A user's shape: copied, checked and frozen. */
export const checkShape = (name: string, shape: Shape): Shape => {
  const sizes = checkSizes(name, "a shape", shape);
  checkRank(name, sizes);
  // Not even a number where a product is infinite before it meets a size of 0.
  if (!(sizeOf(sizes) <= Number.MAX_SAFE_INTEGER))
    throw new ShapeError(`${name}: the shape ${formatShape(sizes)} has more than 2^53 elements. Use smaller sizes.`);
  return frozen(sizes);
};

/** A user's shape of an array for which there is room. */
export const roomFor = (name: string, shape: Shape, dtype: DType): Shape => {
  const sizes = checkShape(name, shape);
  checkRoom(dtype, sizeOf(sizes), name);
  return sizes;
};

/** Strides, in elements, of a contiguous array. */
export const rowMajor = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] ?? 1;
  }
  return strides;
};

/** Some elements of a list, by their places in it. */
export const pick = (list: readonly number[], places: readonly number[]): number[] => places.map((i) => list[i] ?? 0);

/** Strides of an array as if it had a shape that it broadcasts to: 0 along the axes that it repeats. */
export const broadcastStrides = (from: Shape, strides: readonly number[], to: Shape): number[] => {
  const lead = to.length - from.length;
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : (strides[i - lead] ?? 0)));
};

/** Where the elements of a shape lie, in row-major order. */
export const placesOf = (shape: Shape, strides: readonly number[], offset: number): readonly number[] =>
  shape.reduce<readonly number[]>(
    (places, n, axis) =>
      places.flatMap((place) => Array.from({ length: n }, (_, i) => place + i * (strides[axis] ?? 0))),
    [offset],
  );

/** Where each of several consecutive parts of these sizes ends. */
export const endsOf = (sizes: readonly number[]): readonly number[] => {
  let end = 0;
  return sizes.map((size) => (end += size));
};

/** NumPy's broadcasting: shapes are aligned from the right, and a size of 1 gives way to any other. */
export const broadcastShapes = (name: string, a: Shape, b: Shape): Shape => {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  const rank = Math.max(a.length, b.length);
  const sizes = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(`${name}: cannot broadcast ${formatShape(a)} with ${formatShape(b)}: ${m} is not ${n}`);
    sizes[rank - i] = m === 1 ? n : m;
  }
  return sameShape(sizes, a) ? a : sameShape(sizes, b) ? b : frozen(sizes);
};

/** An array seen around one axis: how many blocks come before it, its size, and how many elements are behind it. */
export const around = (shape: Shape, axis: number): readonly [before: number, n: number, after: number] => [
  sizeBetween(shape, 0, axis),
  shape[axis] ?? 1,
  sizeBetween(shape, axis + 1, shape.length),
];

const wrongAxis = (name: string, axis: unknown, shape: Shape, hint: string): ShapeError =>
  new ShapeError(
    typeof axis === "number"
      ? `${name}: axis ${axis} is out of range for ${formatShape(shape)}${hint && `. ${hint}`}`
      : `${name}: an axis is a whole number, not ${describe(axis)}.`,
  );

/**
 * An axis of a shape, counted from the start.
 *
 * @param hint - what else may have been meant
 */
export const normalizeAxis = (name: string, axis: number, shape: Shape, hint = ""): number => {
  if (!Number.isInteger(axis) || axis < -shape.length || axis >= shape.length) throw wrongAxis(name, axis, shape, hint);
  return axis < 0 ? axis + shape.length : axis;
};

/** The same where it may be left out of a vector. NumPy would flatten, which is for the caller to write. */
export const onlyAxis = (name: string, axis: number | undefined, shape: Shape, call: string): number => {
  if (axis === undefined && shape.length > 1)
    throw new ShapeError(`${name}: ${formatShape(shape)} has ${shape.length} axes. Name one: ${call}`);
  return normalizeAxis(name, axis ?? 0, shape);
};

const isAscending = (list: readonly number[]): boolean => {
  for (let i = 1; i < list.length; i++) if ((list[i - 1] ?? 0) >= (list[i] ?? 0)) return false;
  return true;
};

const everyAxis: readonly (readonly number[])[] = [[], [0], [0, 1], [0, 1, 2], [0, 1, 2, 3]];

const wrongAxes = (name: string, axes: unknown, hint: string): ShapeError =>
  new ShapeError(`${name}: axes are a number or a list of numbers, not ${describe(axes)}.${hint && ` ${hint}`}`);

/** Axes counted from the start, ascending; all of them by default. */
export const normalizeAxes = (name: string, axes: Axes | undefined, shape: Shape, hint = ""): readonly number[] => {
  if (axes === undefined) return everyAxis[shape.length] ?? shape.map((_, i) => i);
  if (typeof axes === "number") return [normalizeAxis(name, axes, shape, hint)];
  if (!isList(axes)) throw wrongAxes(name, axes, hint);
  const list: number[] = [];
  for (const axis of axes) list.push(normalizeAxis(name, axis, shape));
  if (isAscending(list)) return list;
  if (new Set(list).size !== list.length)
    throw new ShapeError(`${name}: an axis is given twice: ${formatShape([axes].flat())} of ${formatShape(shape)}`);
  return list.toSorted((a, b) => a - b);
};
