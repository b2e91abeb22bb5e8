import { type ArrayType, sizeOf } from "@gradfold/core/transform";
import { type Reach, reachOf, type Source } from "./affine.ts";
import type { Builder } from "./builder.ts";

/* Arrays put side by side, or over one another, in one of zeros. */

const areApart = (a: readonly Reach[], b: readonly Reach[]): boolean =>
  a.some(({ low, high }, axis) => {
    const other = b[axis];
    return other !== undefined && (high < other.low || other.high < low);
  });

/** Whether no two of these can meet; undefined is what reaches anywhere. */
const allApart = (reaches: readonly (readonly Reach[] | undefined)[]): boolean =>
  reaches.every((a, i) => reaches.slice(i + 1).every((b) => a !== undefined && b !== undefined && areApart(a, b)));

export const lowerPlace = (
  { define, valueOf }: Builder,
  operands: readonly number[],
  targets: readonly Source[],
  type: ArrayType,
): number => {
  const size = sizeOf(type.shape);
  if (size === 0) return define(type, { kind: "zero" });
  const parts = operands.flatMap((input, i) => {
    const target = targets[i];
    return target === undefined || sizeOf(valueOf(input).shape) === 0 ? [] : [{ input, target }];
  });
  const sizes = parts.map(({ input }) => sizeOf(valueOf(input).shape));
  const isApart =
    parts.length < 2 || allApart(parts.map(({ input, target }) => reachOf(target, valueOf(input).shape, type.shape)));
  const isCovered = sizes.includes(size) || (isApart && sizes.reduce((sum, n) => sum + n, 0) === size);
  return define(type, { kind: "place", parts, isApart, isCovered });
};
