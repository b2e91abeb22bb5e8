import { type NDArray, type Operand, prototype, type View } from "./array.ts";
import type { DType } from "./dtype.ts";
import { TraceError } from "./error.ts";
import { operand } from "./operand.ts";
import { view } from "./primitive.ts";
import { toNested } from "./read.ts";
import { formatShape, sizeOf } from "./shape.ts";

/** Beyond so many elements only the ends of each axis are shown. */
const summarizeFrom = 1000;
const shownAtEnds = 3;

/** Places of an axis to show; null stands for those left out. */
const shown = (n: number, summarize: boolean): readonly (number | null)[] => {
  const all = Array.from({ length: n }, (_, i) => i);
  return summarize && n > 2 * shownAtEnds ? [...all.slice(0, shownAtEnds), null, ...all.slice(-shownAtEnds)] : all;
};

/** The numbers that will be shown, in order. */
const visible = (x: View, summarize: boolean): readonly number[] => {
  const walk = (axis: number, offset: number): readonly number[] =>
    axis === x.dimension
      ? [x.data[offset] ?? NaN]
      : shown(x.shape[axis] ?? 0, summarize).flatMap((i) =>
          i === null ? [] : walk(axis + 1, offset + i * (x.stride[axis] ?? 0)),
        );
  return walk(0, x.offset);
};

type Format = (value: number) => string;

/** One format for all numbers of an array: whole, with 4 decimals, or in powers of ten where they differ too much. */
const formatOf = (values: readonly number[], dtype: DType): Format => {
  if (dtype === "bool") return (value) => (value === 0 ? "false" : "true");
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const whole = sizes.every((v) => Number.isInteger(v));
  const special =
    (format: Format): Format =>
    (value) =>
      Number.isFinite(value) ? format(value) : String(value);
  if (whole && largest < 1e8) return special((value) => (Object.is(value, -0) ? "-0" : String(value)));
  if (largest >= 1e8 || largest < 1e-3 || largest / smallest >= 1e8) return special((value) => value.toExponential(4));
  return special((value) => value.toFixed(4));
};

const layout = (x: View, format: Format, summarize: boolean): string => {
  const width = visible(x, summarize).reduce((w, value) => Math.max(w, format(value).length), 0);
  const walk = (axis: number, offset: number): string => {
    if (axis === x.dimension) return format(x.data[offset] ?? NaN).padStart(x.dimension === 0 ? 0 : width);
    const parts = shown(x.shape[axis] ?? 0, summarize).map((i) =>
      i === null ? "…" : walk(axis + 1, offset + i * (x.stride[axis] ?? 0)),
    );
    const last = axis === x.dimension - 1;
    return `[${parts.join(last ? ", " : `,${"\n".repeat(x.dimension - axis - 1)}${" ".repeat(axis + 1)}`)}]`;
  };
  return walk(0, x.offset);
};

/**
 * An array as text: dtype, shape and rounded elements; large arrays are summarised. What `console.log` shows.
 *
 * @example
 * import { array, print } from "@gradfold/core";
 * print(array([0.5, 0.75])); // => 'float64 [2] [0.5000, 0.7500]'
 */
export const print = (x: Operand): string => {
  const array = operand("print", x);
  const head = `${array.dtype} ${formatShape(array.shape)}`;
  const elements = elementsIfKnown(array);
  if (elements === undefined) return `${head} (not known yet)`;
  // Lists of no elements take room as well.
  const summarize = sizeOf(array.shape.map((n) => Math.max(n, 1))) > summarizeFrom;
  const body = layout(elements, formatOf(visible(elements, summarize), array.dtype), summarize);
  return `${head}${body.includes("\n") ? "\n" : " "}${body}`;
};

const elementsIfKnown = (x: NDArray): View | undefined => {
  try {
    return view(x, "print");
  } catch (e) {
    if (e instanceof TraceError) return undefined;
    throw e;
  }
};

// Node's console calls this instead of listing an object's fields.
const inspect = Symbol.for("nodejs.util.inspect.custom");

Object.defineProperties(prototype, {
  [inspect]: {
    value(this: NDArray) {
      return print(this);
    },
  },
  toString: {
    value(this: NDArray) {
      return print(this);
    },
  },
  toJSON: {
    value(this: NDArray) {
      return toNested(this);
    },
  },
});
