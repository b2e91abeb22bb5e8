import {
  add,
  array,
  type DType,
  matmul,
  mean,
  type NDArray,
  ones,
  random,
  type Scalar,
  square,
  stack,
  sub,
  type Vector,
} from "@gradfold/core";

export const n = 100;

/** The slope and intercept that the data is made with; the noise adds one half to the intercept. */
export const truth = [3, 2.5] as const;

/** Rows of [u, 1] and what is to be predicted from them. */
export interface Data {
  readonly x: NDArray<[number, 2]>;
  readonly y: NDArray<[number]>;
}

export interface Problem {
  readonly data: { readonly x: NDArray<[100, 2]>; readonly y: NDArray<[100]> };
  readonly m: Vector<2>;
  readonly b: NDArray<[100]>;
  /** The first guess. */
  readonly a: Vector<2>;
}

/** The blog's data: y = x @ m + b, with u uniform in [-1, 1) and b uniform in [0, 1). */
export const makeProblem = (seed: number, dtype: DType): Problem => {
  const [forX, forB] = random.split(random.key(seed));
  const u = random.uniform(forX, [n], { min: -1, max: 1, dtype });
  const x = stack([u, ones([n], { dtype })], 1);
  const m = array([3, 2], { dtype });
  const b = random.uniform(forB, [n], { dtype });
  return { data: { x, y: add(matmul(x, m), b) }, m, b, a: array([0.5, 0.75], { dtype }) };
};

/** The mean squared error of the line a on some rows. */
export const loss = (a: Vector<2>, { x, y }: Data): Scalar => mean(square(sub(matmul(x, a), y)));
