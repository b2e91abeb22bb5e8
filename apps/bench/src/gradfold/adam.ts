import { add, div, mul, type NDArray, ones, type Scalar, type Shape, sqrt, square, sub, tree } from "@gradfold/core";
import type { Params, Transform } from "@gradfold/optim";

interface AdamState {
  readonly mean: Params;
  readonly square: Params;
  /** 0.9^t and 0.999^t. */
  readonly powers: readonly [Scalar, Scalar];
}

/**
 * Adam: means of gradients and of their squares, without their bias (D. P. Kingma, J. Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015).
 */
export const adam = (rate: number): Transform<AdamState> => {
  const one = ones([], { dtype: "float32" });
  const blend =
    (decay: number) =>
    <S extends Shape>(old: NDArray<S>, fresh: NDArray<S>): NDArray<S> =>
      add(mul(old, decay), mul(fresh, 1 - decay));
  return {
    init: (params) => ({
      mean: tree.zerosLike(params),
      square: tree.zerosLike(params),
      powers: [one, one],
    }),
    update: (gradient, state) => {
      const powers = [mul(state.powers[0], 0.9), mul(state.powers[1], 0.999)] as const;
      const mean = tree.map(blend(0.9), state.mean, gradient);
      const squares = tree.map(blend(0.999), state.square, tree.map(square, gradient));
      const move = <S extends Shape>(m: NDArray<S>, v: NDArray<S>): NDArray<S> =>
        div(mul(div(m, sub(1, powers[0])), -rate), add(sqrt(div(v, sub(1, powers[1]))), 1e-8));
      return [tree.map(move, mean, squares), { mean, square: squares, powers }];
    },
  };
};
