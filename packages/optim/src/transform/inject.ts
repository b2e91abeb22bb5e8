import { add, array, type Scalar, zeros } from "@gradfold/core";
import { isNDArray, typed } from "@gradfold/core/transform";
import type { Rate } from "../schedule/schedule.ts";
import { rateAt } from "./scale.ts";
import type { Transform, Untyped } from "./transform.ts";

/** Hyper-parameters as data. */
export interface InjectState<H, S> {
  readonly count: Scalar;
  readonly hyperparams: { readonly [K in keyof H]: Scalar };
  readonly inner: S;
}

type Inject = <H extends Readonly<Record<string, Rate>>, S>(
  make: (hyperparams: { readonly [K in keyof H]: Scalar }) => Transform<S>,
  hyperparams: H,
) => Transform<InjectState<H, S>>;

/**
 * An optimizer whose hyper-parameters lie in its state: to be plotted, and changed on the way by putting other numbers
 * there. Those that are schedules are computed anew in each step.
 *
 * @param make - the optimizer for given hyper-parameters
 * @param hyperparams - numbers, scalars or schedules
 * @example
 * import { array } from "@gradfold/core";
 * import { injectHyperparams, sgd } from "@gradfold/optim";
 * const { init, update } = injectHyperparams((h) => sgd(h.learningRate), { learningRate: 0.1 });
 * const g = array([1, 2]);
 * const state = init(g);
 * const faster = { ...state, hyperparams: { learningRate: array(1) } };
 * [update(g, state, g)[0], update(g, faster, g)[0]]; // => [ float64 [2] [-0.1, -0.2], float64 [2] [-1, -2] ]
 */
export const injectHyperparams = typed<Inject>(
  (
    make: (hyperparams: Readonly<Record<string, Scalar>>) => Untyped,
    given: Readonly<Record<string, Rate>>,
  ): Untyped => {
    const valuesAt = (count: Scalar, kept: Readonly<Record<string, Scalar>>): Readonly<Record<string, Scalar>> =>
      Object.fromEntries(
        Object.entries(given).map(([name, rate]) => {
          const value = typeof rate === "function" ? rateAt(rate, count) : (kept[name] ?? rate);
          return [name, isNDArray(value) ? value : array(value)];
        }),
      );
    return {
      init: (params) => {
        const count = zeros([]);
        const hyperparams = valuesAt(count, {});
        return { count, hyperparams, inner: make(hyperparams).init(params) };
      },
      update: typed<Untyped["update"]>(
        (updates: unknown, state: InjectState<Record<string, Rate>, unknown>, params: unknown, extra: object) => {
          const hyperparams = valuesAt(state.count, state.hyperparams);
          const [changed, inner] = make(hyperparams).update(updates, state.inner, params, { ...extra });
          return [changed, { count: add(state.count, 1), hyperparams, inner }];
        },
      ),
    };
  },
);
