import type { View } from "../array/array.ts";
import { rowMajor, type Shape, sizeBetween, sizeOf } from "../array/shape.ts";
import { copy, isRowMajor, viewOn } from "../array/view.ts";
import { compileCode } from "../scalar/code.ts";
import { allocate, type DType, isFloat, type Store } from "../scalar/dtype.ts";
import { type Combine, type Monoid, monoidOf } from "../scalar/monoid.ts";
import { block2, codeOf, type Fold, foldOf, type Rule } from "./order.ts";

/** Reduces `width` neighbouring runs of n elements at once, and writes the results from `o` on. */
type FoldBeside = (n: number, width: number, x: Store, p: number, s: number, t: number, out: Store, o: number) => void;

/** How the elements along some axes become one: run by run, or many runs side by side, to the same bits. */
export interface Reducer {
  readonly fold: Fold;
  /** Undefined where the order of a run has accumulators of its own. */
  readonly beside: FoldBeside | undefined;
}

/** So many runs are worth walking side by side. */
const fewRuns = 4;

/** Reduces some axes of a view into a fresh buffer; the elements of each run come in row-major order of these axes. */
export const reduceOver = (x: View, dtype: DType, axes: readonly number[], out: Store, reducer: Reducer): Store => {
  if (axes.length === x.dimension && isRowMajor(x)) {
    out[0] = reducer.fold(x.size, x.data, x.offset, 1);
    return out;
  }
  const { kept, gone } = apart(x, axes);
  const n = sizeOf(gone.shape);
  const run = runStride(gone);
  if (run === undefined) {
    const shape = [...kept.shape, ...gone.shape];
    const turned = viewOn(x.data, shape, [...kept.stride, ...gone.stride], x.offset);
    const last = shape.flatMap((_, axis) => (axis < kept.shape.length ? [] : [axis]));
    return reduceOver(viewOn(copy(turned, dtype), shape, rowMajor(shape), 0), dtype, last, out, reducer);
  }
  const { beside, fold } = reducer;
  const { outer, width, step } = besideOf(kept);
  if (beside !== undefined && width >= fewRuns && Math.abs(step) < Math.abs(run))
    eachOffset(kept, outer, x.offset, (offset, i) => {
      beside(n, width, x.data, offset, run, step, out, i * width);
    });
  else
    eachOffset(kept, kept.shape.length, x.offset, (offset, i) => {
      out[i] = fold(n, x.data, offset, run);
    });
  return out;
};

/** Some axes of a view. */
interface Part {
  readonly shape: number[];
  readonly stride: number[];
}

/** The axes of a view that are kept, and those that are reduced. */
const apart = ({ shape, stride }: View, axes: readonly number[]): { readonly kept: Part; readonly gone: Part } => {
  const kept: Part = { shape: [], stride: [] };
  const gone: Part = { shape: [], stride: [] };
  for (let axis = 0; axis < shape.length; axis++) {
    const part = axes.includes(axis) ? gone : kept;
    part.shape.push(shape[axis] ?? 1);
    part.stride.push(stride[axis] ?? 0);
  }
  return { kept, gone };
};

/** The last of the kept axes that can be walked as one run: how many are before them, and the run. */
const besideOf = ({
  shape,
  stride,
}: Part): { readonly outer: number; readonly width: number; readonly step: number } => {
  let best = { outer: shape.length, width: 1, step: 1 };
  for (let outer = shape.length - 1; outer >= 0; outer--) {
    const part = { shape: shape.slice(outer), stride: stride.slice(outer) };
    const step = runStride(part);
    if (step === undefined) break;
    best = { outer, width: sizeOf(part.shape), step };
  }
  return best;
};

/** The axis behind the last one that is reduced. Axes of size 1 never matter. */
const firstBehind = (shape: Shape, axes: readonly number[]): number =>
  (axes.findLast((axis) => shape[axis] !== 1) ?? shape.length) + 1;

/** The kept axes behind the last one that is reduced. */
export const axesBehind = (shape: Shape, axes: readonly number[]): readonly number[] => {
  const first = firstBehind(shape, axes);
  return shape.map((_, axis) => axis).filter((axis) => axis >= first && !axes.includes(axis));
};

/** Whether so many results lie side by side that they are summed in blocks, as `isWide` says of products. */
export const areBeside = (width: number): boolean => width >= 4;

/** Sums and products of floats have an order, by the shape as written; whole numbers and extrema need none. */
const ruleOf = (combine: Combine, dtype: DType, shape: Shape, axes: readonly number[]): Rule => {
  if (!isFloat(dtype) || combine === "maximum" || combine === "minimum") return "turn";
  return areBeside(sizeBetween(shape, firstBehind(shape, axes), shape.length)) ? "blocks" : "lanes";
};

const reducers: Reducer[] = [];

/** The reducer of an operation over some axes; compiled at first use, as the other kernels are. */
export const reducerOf = (combine: Combine, dtype: DType, shape: Shape, axes: readonly number[]): Reducer => {
  const rule = ruleOf(combine, dtype, shape, axes);
  return (reducers[codeOf(combine, dtype, rule)] ??= makeReducer(combine, dtype, rule));
};

const makeReducer = (combine: Combine, dtype: DType, rule: Rule): Reducer => {
  const monoid = monoidOf(combine, dtype);
  const beside = {
    lanes: () => undefined,
    blocks: () => besideInBlocks(monoid, dtype),
    turn: () => besideInTurn(monoid),
  };
  return { fold: foldOf(combine, dtype, rule), beside: beside[rule]() };
};

const besideInTurn = (monoid: Monoid): FoldBeside => {
  const join = compileCode<FoldBeside>(
    `(n, width, x, p, s, t, out, o) => {
      for (let i = 0; i < n; i++, p += s)
        for (let j = 0, q = p; j < width; j++, q += t) out[o + j] = ${monoid.print("out[o + j]", "x[q]")};
    }`,
    { fround: Math.fround },
  );
  return (n, width, x, p, s, t, out, o) => {
    out.fill(n === 0 ? monoid.nothing : monoid.identity, o, o + width);
    join(n, width, x, p, s, t, out, o);
  };
};

/** The partial results of blocks are rows, which are joined by the same rule. */
const besideInBlocks = (monoid: Monoid, dtype: DType): FoldBeside => {
  const block = besideInTurn(monoid);
  const run: FoldBeside = (n, width, x, p, s, t, out, o) => {
    if (n <= block2) {
      block(n, width, x, p, s, t, out, o);
      return;
    }
    const blocks = Math.ceil(n / block2);
    const parts = allocate(dtype, blocks * width);
    for (let k = 0; k < blocks; k++)
      block(Math.min(block2, n - k * block2), width, x, p + k * block2 * s, s, t, parts, k * width);
    run(blocks, width, parts, 0, width, 1, out, o);
  };
  return run;
};

/** The stride with which these axes can be walked as one run, if they can. */
const runStride = ({ shape, stride: strides }: Part): number | undefined => {
  let run = 1;
  let expected: number | undefined;
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i] ?? 1;
    const stride = strides[i] ?? 0;
    if (n === 1) continue;
    if (expected === undefined) run = stride;
    else if (stride !== expected) return undefined;
    expected = stride * n;
  }
  return run;
};

/** Visits the places of the first `rank` axes in row-major order. */
const eachOffset = (
  { shape, stride }: Part,
  rank: number,
  start: number,
  visit: (offset: number, i: number) => void,
): void => {
  let i = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === rank) visit(offset, i++);
    else for (let k = 0; k < (shape[axis] ?? 1); k++) walk(axis + 1, offset + k * (stride[axis] ?? 0));
  };
  walk(0, start);
};
