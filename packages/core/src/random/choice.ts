import { isNDArray, type NDArray } from "../array/array.ts";
import { checkShape, formatShape, normalizeAxis, roomFor, type Shape, sizeOf } from "../array/shape.ts";
import { zeros } from "../convert/make.ts";
import { expectShape } from "../convert/read.ts";
import { DomainError, ShapeError } from "../error/error.ts";
import { operand } from "../input/operand.ts";
import { optionsOf } from "../input/options.ts";
import { add } from "../operations/add.ts";
import { mul, neg, sub } from "../operations/arithmetic.ts";
import { checker, eachElement } from "../operations/checked.ts";
import { cumsum } from "../operations/cumulative.ts";
import { log } from "../operations/elementary.ts";
import { reshape } from "../operations/reshape.ts";
import { searchSorted } from "../operations/search.ts";
import { slice } from "../operations/slice.ts";
import { argsort } from "../operations/sort.ts";
import { cast } from "../operations/spread.ts";
import { take } from "../operations/take.ts";
import { floating } from "../scalar/dtype.ts";
import type { Replace } from "../static/axes.ts";
import { typed } from "../static/door.ts";
import type { Mutable } from "../static/text.ts";
import { gumbel } from "./exponential.ts";
import { integers } from "./integers.ts";
import { checkKey, type Key } from "./key.ts";
import { shuffled } from "./permutation.ts";
import { uniform } from "./uniform.ts";

interface Options {
  /** Whether a choice may be made again: true by default. */
  readonly replace?: boolean;
  /** A weight for each choice; equal ones by default. */
  readonly p?: NDArray;
}

export interface Choice {
  /** Numbers from 0 to before n. */
  <const Z extends Shape = []>(key: Key, n: number, shape?: Z, options?: Options): NDArray<Mutable<Z>>;
  /** Rows of an array along an axis. */
  <S extends Shape, const Z extends Shape = [], const Ax extends number = 0>(
    key: Key,
    x: NDArray<S>,
    shape?: Z,
    options?: Options & {
      /** The axis along which rows are chosen; 0 by default. */
      readonly axis?: Ax;
    },
  ): NDArray<number extends S["length"] ? Shape : number extends Ax ? Shape : Replace<S, `${Ax}`, Mutable<Z>>>;
}

/** What is asked for: some of n choices. */
interface Request {
  readonly n: number;
  readonly shape: Shape;
  readonly replace: boolean;
}

const tooMany = (count: number, possible: number): DomainError =>
  new DomainError(`random.choice: ${count} different ones of ${possible} cannot be chosen`);

const checkCount = ({ n, shape, replace }: Request): void => {
  const count = sizeOf(shape);
  if (n > 2 ** 31) throw new DomainError(`random.choice: the choices are int32, at most 2^31 of them, not ${n}`);
  if (count > 0 && n === 0) throw new DomainError("random.choice: there is nothing to choose from");
  if (!replace && count > n) throw tooMany(count, n);
};

const finiteFromZero = checker(
  "weight",
  0,
  eachElement((m, weight) => m.and(m.lessEqual(0, weight), m.less(weight, Infinity))),
);

/** Each row needs as many positive weights as are drawn; the number of a row that has fewer is refused. */
const enoughPositive = checker("weights", 1, (m, start, end, needed) => {
  const positive = m.variable(0);
  m.loop(start, end, (i) => positive.set(m.add(positive.get(), m.truth(m.less(0, m.load(0, i))))));
  m.refuse(m.less(positive.get(), needed), positive.get());
});

/** Weights of a float dtype, one for each choice. */
const checkWeights = (request: Request, p: NDArray): NDArray<[number]> => {
  const weights = operand("random.choice", p);
  const { n, shape, replace } = request;
  if (weights.shape.length !== 1 || weights.shape[0] !== n)
    throw new ShapeError(`random.choice: ${n} weights are needed, not of shape ${formatShape(weights.shape)}`);
  checkCount(request);
  const finite = finiteFromZero(
    weights,
    (wrong) => new DomainError(`random.choice: a weight is finite and not negative, but one is ${wrong}`),
  );
  const count = sizeOf(shape);
  const refusal = (positive: number): DomainError =>
    positive === 0
      ? new DomainError("random.choice: the weights are all 0. At least one must be positive")
      : tooMany(count, positive);
  const enough = enoughPositive(finite, refusal, Math.min(n, replace ? 1 : Math.max(count, 1)));
  return expectShape(cast(enough, floating(weights.dtype)), [n]);
};

/** The first of an order, in a shape. */
const firstOf = (order: NDArray, shape: Shape): NDArray => reshape(slice(order, [[0, sizeOf(shape)]]), shape);

/** Where a uniform number falls among the running sums of the weights. */
const weighted = (from: Key, weights: NDArray<[number]>, shape: Shape): NDArray => {
  const sums = cumsum(weights);
  const drawn = uniform(from, shape, { dtype: weights.dtype });
  return searchSorted(sums, mul(slice(sums, [-1]), sub(1, drawn)));
};

const chosen = (from: Key, request: Request, p: NDArray | undefined): NDArray => {
  const { n, shape, replace } = request;
  if (p === undefined) {
    checkCount(request);
    if (sizeOf(shape) === 0) return zeros(shape, { dtype: "int32" });
    return replace ? integers(from, shape, { max: n }) : firstOf(shuffled("choice", from, n), shape);
  }
  const weights = checkWeights(request, p);
  if (sizeOf(shape) === 0) return zeros(shape, { dtype: "int32" });
  if (replace) return weighted(from, weights, shape);
  // Gumbel's trick for several: the greatest sums are the choices, in the order in which they would be made.
  return firstOf(argsort(neg(add(gumbel(from, [n], { dtype: weights.dtype }), log(weights)))), shape);
};

/**
 * Some of the numbers 0 to n - 1, as int32, or of an array's rows along an axis (0), as JAX chooses them. Where one may be
 * chosen again and all are as likely, it is JAX without `jax_enable_x64`: with it, JAX draws 64-bit words, and chooses others.
 *
 * @param options - `replace`: whether one may be chosen again (true); `p`: n weights, of sum 1 or another, in whose
 * proportion choices are made (equal by default); `axis`
 * @throws DomainError when more are asked for than there are, or a weight is negative, or all are 0; ShapeError when there
 * is not a weight for each, or the axis is out of range
 * @example
 * import { random, toNested } from "gradfold";
 * toNested(random.choice(random.key(0), 10, [3], { replace: false })); // => [ 0, 1, 8 ]
 */
export const choice = typed<Choice>(
  (from: Key, of: number | NDArray, shape: Shape = [], options?: Options & { readonly axis?: number }) => {
    const { replace, p, axis } = optionsOf("random.choice", options, { replace: true, p: undefined, axis: 0 });
    checkKey("choice", from);
    const into = roomFor("random.choice", shape, "int32");
    if (!isNDArray(of)) {
      const [n = 0] = checkShape("random.choice", [of]);
      return chosen(from, { n, shape: into, replace }, p);
    }
    const along = normalizeAxis("random.choice", axis, of.shape);
    return take(of, chosen(from, { n: of.shape[along] ?? 0, shape: into, replace }, p), along);
  },
);
