import type { View } from "./array.ts";
import { compileCode } from "./code.ts";
import { allocate, type DType, isFloat, type Store } from "./dtype.ts";
import { type Combine, type Monoid, monoidOf } from "./monoid.ts";
import { block2, codeOf, type Fold, foldOf, type Rule } from "./order.ts";
import { pick, rowMajor, type Shape, sizeOf } from "./shape.ts";
import { copy, isRowMajor, viewOn } from "./view.ts";

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
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const n = sizeOf(pick(x.shape, axes));
  const permuted = [...kept, ...axes];
  const turned = viewOn(x.data, pick(x.shape, permuted), pick(x.stride, permuted), x.offset);
  const run = runStride(pick(x.shape, axes), pick(x.stride, axes));
  const source = run === undefined ? viewOn(copy(turned, dtype), turned.shape, rowMajor(turned.shape), 0) : turned;
  const stride = run ?? 1;
  const { data } = source;
  const { beside, fold } = reducer;
  const { outer, width, step } = besideOf(source, kept.length);
  if (beside !== undefined && width >= fewRuns && Math.abs(step) < Math.abs(stride))
    eachOffset(source, outer, (offset, i) => {
      beside(n, width, data, offset, stride, step, out, i * width);
    });
  else
    eachOffset(source, kept.length, (offset, i) => {
      out[i] = fold(n, data, offset, stride);
    });
  return out;
};

/** The last of the first `kept` axes that can be walked as one run: how many are before them, and the run. */
const besideOf = (
  { shape, stride }: View,
  kept: number,
): { readonly outer: number; readonly width: number; readonly step: number } => {
  let best = { outer: kept, width: 1, step: 1 };
  for (let outer = kept - 1; outer >= 0; outer--) {
    const sizes = shape.slice(outer, kept);
    const step = runStride(sizes, stride.slice(outer, kept));
    if (step === undefined) break;
    best = { outer, width: sizeOf(sizes), step };
  }
  return best;
};

/** The kept axes behind the last one that is reduced. Axes of size 1 never matter. */
export const axesBehind = (shape: Shape, axes: readonly number[]): readonly number[] => {
  const last = axes.findLast((axis) => shape[axis] !== 1) ?? shape.length;
  return shape.map((_, axis) => axis).filter((axis) => axis > last && !axes.includes(axis));
};

/** Whether so many results lie side by side that they follow rule 2, as `isWide` says of products. */
export const areBeside = (width: number): boolean => width >= 4;

/** Sums and products of floats have an order, by the shape as written; whole numbers and extrema need none. */
const ruleOf = (combine: Combine, dtype: DType, shape: Shape, axes: readonly number[]): Rule => {
  if (!isFloat(dtype) || combine === "maximum" || combine === "minimum") return "turn";
  if (axes.length === shape.length) return "lanes";
  return areBeside(sizeOf(pick(shape, axesBehind(shape, axes)))) ? "blocks" : "lanes";
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
const runStride = (shape: Shape, strides: readonly number[]): number | undefined => {
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
const eachOffset = (x: View, rank: number, visit: (offset: number, i: number) => void): void => {
  let i = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === rank) visit(offset, i++);
    else for (let k = 0; k < (x.shape[axis] ?? 1); k++) walk(axis + 1, offset + k * (x.stride[axis] ?? 0));
  };
  walk(0, x.offset);
};
