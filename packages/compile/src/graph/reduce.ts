import { type ArrayType, sizeOf } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { areBeside, axesBehind, block1, type Combine, pick, placesOf } from "@gradfold/core/compiler";
import { everyPlace } from "./affine.ts";
import { type Builder, permuted } from "./builder.ts";

/*
 * The order in which terms are joined follows from the shapes as written; see core's `kernel/order.ts` and `kernel/reduce.ts`.
 */

/** A row reduction over the trailing axes, in lanes; the results of its blocks are reduced in lanes too. */
export const reduceTrailing = (
  builder: Builder,
  combine: Combine,
  input: number,
  reduced: number,
  type: ArrayType,
  into?: { readonly value: number; readonly element: number },
): number => {
  const { define, valueOf } = builder;
  const { shape, dtype } = valueOf(input);
  const outer = shape.slice(0, shape.length - reduced);
  const n = sizeOf(shape.slice(shape.length - reduced));
  if (n <= block1) return define(type, { kind: "rowReduction", combine, input, reduced, partial: false, into });
  const blocks = { shape: [...outer, Math.ceil(n / block1)], dtype };
  const partials = define(blocks, { kind: "rowReduction", combine, input, reduced, partial: true, into: undefined });
  return reduceTrailing(builder, combine, partials, 1, type, into);
};

/** Several row reductions, each from an offset of its own, whose results are the elements of one value. */
export const reduceEach = (
  builder: Builder,
  combine: Combine,
  type: ArrayType,
  count: number,
  reduced: number,
  term: (element: number) => number,
): number => {
  const value = builder.define(type, { kind: "assembled" });
  for (let element = 0; element < count; element++)
    reduceTrailing(builder, combine, term(element), reduced, { shape: [], dtype: type.dtype }, { value, element });
  return value;
};

/** At most this many reductions of one operand share one loop. */
const fewReductions = 9;

export const lowerReduction = (
  builder: Builder,
  combine: Combine,
  input: number,
  axes: readonly number[],
  type: ArrayType,
): number => {
  const { define, valueOf } = builder;
  const { shape, dtype } = valueOf(input);
  const sizesOf = (list: readonly number[]): readonly number[] => pick(shape, list);
  const terms = sizeOf(sizesOf(axes));
  if (sizeOf(type.shape) === 0) return define(type, { kind: "zero" });
  if (terms === 1) return define(type, { kind: "move", source: everyPlace(type.shape), input });
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const inner = axesBehind(shape, axes);
  const outer = kept.filter((axis) => !inner.includes(axis));
  const width = sizeOf(sizesOf(inner));
  if (areBeside(width)) {
    const turned = permuted(builder, input, [...outer, ...axes, ...inner]);
    return define(type, { kind: "columnReduction", combine, input: turned, outer: outer.length, reduced: axes.length });
  }
  const count = sizeOf(sizesOf(kept));
  if (width === 1 || count > fewReductions)
    return reduceTrailing(builder, combine, permuted(builder, input, [...kept, ...axes]), axes.length, type);
  const strides = rowMajor(shape);
  const offsets = placesOf(sizesOf(kept), pick(strides, kept), 0);
  return reduceEach(builder, combine, type, count, axes.length, (element) => {
    const source = { offset: offsets[element] ?? 0, strides: pick(strides, axes) };
    return define({ shape: sizesOf(axes), dtype }, { kind: "move", input, source });
  });
};
