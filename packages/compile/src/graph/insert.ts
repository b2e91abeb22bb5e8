import { type ArrayType, sizeOf } from "@gradfold/core/library";
import { inLayers, type Reach } from "@gradfold/core/compiler";
import { reachOf, type Source } from "./affine.ts";
import type { Builder } from "./builder.ts";

/* Arrays inserted into zeros: side by side, or one over another. */

/** Whether no two parts overlap. The bounds of a part are undefined if they are not known. */
const areDisjoint = (reaches: readonly (readonly Reach[] | undefined)[]): boolean => {
  const known = reaches.flatMap((reach) => (reach === undefined ? [] : [reach]));
  return known.length === reaches.length && inLayers(known, (reach) => reach).length === 1;
};

export const lowerInsert = (
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
  const isDisjoint =
    parts.length < 2 ||
    areDisjoint(parts.map(({ input, target }) => reachOf(target, valueOf(input).shape, type.shape)));
  const coversResult = sizes.includes(size) || (isDisjoint && sizes.reduce((sum, n) => sum + n, 0) === size);
  return define(type, { kind: "insert", parts, isDisjoint, coversResult });
};
