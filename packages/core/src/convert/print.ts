import { type NDArray, type Operand, prototype, type View } from "../array/array.ts";
import { viewIfKnown } from "../array/primitive.ts";
import { formatShape } from "../array/shape.ts";
import { DTypeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { toJSON } from "./json.ts";
import { type Notation, notationOf } from "./notation.ts";

/** Beyond this number of elements only the ends of each axis are shown. */
const summarizeFrom = 1000;
const shownAtEnds = 3;

/** Lines are broken before they are longer than this, where they can be. */
const lineWidth = 75;

/** Places of an axis to show; null stands for those left out. */
const shown = (n: number, summarize: boolean): readonly (number | null)[] => {
  const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);
  return summarize && n > 2 * shownAtEnds
    ? [...range(0, shownAtEnds), null, ...range(n - shownAtEnds, n)]
    : range(0, n);
};

/** The numbers that will be shown, in order. */
const visible = (x: View, summarize: boolean): readonly number[] => {
  const walk = (axis: number, offset: number): readonly number[] =>
    axis === x.dimension
      ? [x.data[offset] ?? NaN]
      : shown(x.shape[axis] ?? 0, summarize).flatMap((i) =>
          i === null ? [] : walk(axis + 1, offset + i * (x.stride[axis] ?? 0)),
        );
  return x.size === 0 ? [] : walk(0, x.offset);
};

/** Words with commas between them, in lines that leave room for the brackets around them. */
const wrap = (words: readonly string[], depth: number): string => {
  const lines: string[] = [];
  let line = "";
  for (const [i, word] of words.entries()) {
    if (line !== "" && depth + line.length + word.length > lineWidth - depth) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += i === words.length - 1 ? word : `${word}, `;
  }
  return [...lines, line].join(`\n${" ".repeat(depth)}`);
};

const layout = (x: View, notation: Notation, summarize: boolean): string => {
  const walk = (axis: number, offset: number): string => {
    if (axis === x.dimension) return notation(x.data[offset] ?? NaN);
    const parts = shown(x.shape[axis] ?? 0, summarize).map((i) =>
      i === null ? "..." : walk(axis + 1, offset + i * (x.stride[axis] ?? 0)),
    );
    const between = `,${"\n".repeat(x.dimension - axis - 1)}${" ".repeat(axis + 1)}`;
    return `[${axis === x.dimension - 1 ? wrap(parts, axis + 1) : parts.join(between)}]`;
  };
  // A scalar has none to be below.
  return x.size === 0 ? "[]" : walk(0, x.offset).trimStart();
};

/**
 * An array as text: dtype, shape and elements, as NumPy writes them, with at most 8 digits behind the point; of more than
 * 1000 elements only the ends are shown. What `console.log` shows.
 *
 * @example
 * import { array, print } from "gradfold";
 * print(array([0.5, 0.75])); // => 'float64 [2] [0.5 , 0.75]'
 * print(array([1e-5, 1])); // => 'float64 [2] [1.e-05, 1.e+00]'
 */
export const print = (x: Operand): string => {
  const array = operand("print", x);
  const head = `${array.dtype} ${formatShape(array.shape)}`;
  const elements = viewIfKnown(array, "print");
  if (elements === undefined) return `${head} (not known yet)`;
  const summarize = elements.size > summarizeFrom;
  const body = layout(elements, notationOf(visible(elements, summarize), array.dtype), summarize);
  return `${head}${body.includes("\n") ? "\n" : " "}${body}`;
};

// Node's console calls this instead of listing an object's fields.
const inspect = Symbol.for("nodejs.util.inspect.custom");

/** What JavaScript's operators do to an object is to ask it for a number: `+` and `==` as it likes, others outright. */
const refuseOperator = (x: NDArray, hint: string): never => {
  const functions = hint === "number" ? "mul, sub, div, pow, remainder, neg, less, greater, sin, …" : "add, equal, …";
  throw new DTypeError(
    `array: JavaScript's operators and Math take numbers, not an array of shape ${formatShape(x.shape)}. ` +
      `Use the functions of @gradfold/core: ${functions} item(x) is the number of one element, String(x) the text.`,
  );
};

Object.defineProperties(prototype, {
  [Symbol.toPrimitive]: {
    value(this: NDArray, hint: string) {
      return hint === "string" ? print(this) : refuseOperator(this, hint);
    },
  },
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
      return toJSON(this);
    },
  },
});
