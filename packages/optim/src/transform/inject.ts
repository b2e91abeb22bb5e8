import { add, array, DTypeError, type Scalar, zeros } from "@gradfold/core";
import { checkFunction, describe, isNDArray, isRecord, typed } from "@gradfold/core/library";
import { scheduledAt } from "../schedule/rate.ts";
import type { Rate } from "../schedule/schedule.ts";
import { check, factor } from "../setting.ts";
import { given } from "./given.ts";
import { anyScalar, ofInner, recordOf, scalar } from "./state.ts";
import { type Extra, stateful, type Transform, type Untyped } from "./transform.ts";

const name = "injectHyperparams";

const hyperparam = { ...factor(), must: "a number, a scalar array or a schedule" };

type Hyperparams<A> = Readonly<Record<string, A>>;

type Make = (hyperparams: Hyperparams<Scalar>) => unknown;

/** Hyper-parameters as data. */
export interface InjectState<H, S> {
  /** How many steps were taken. */
  readonly count: Scalar;
  /** The hyper-parameters by name, as scalar arrays: change them for another value. */
  readonly hyperparams: { readonly [K in keyof H]: Scalar };
  /** The state of the optimizer made of them. */
  readonly inner: S;
}

/**
 * An optimizer whose hyper-parameters lie in its state: to be plotted, and changed on the way by putting other numbers
 * there. Those that are schedules are computed anew in each step.
 *
 * @param make - the optimizer for given hyper-parameters
 * @param hyperparams - numbers, scalars or schedules
 * @throws DTypeError when a hyper-parameter is something else, or `make` gives no transform
 * @example
 * import { array, injectHyperparams, sgd } from "gradfold";
 * const { init, update } = injectHyperparams((h) => sgd(h.learningRate), { learningRate: 0.1 });
 * const g = array([1, 2]);
 * const state = init(g);
 * const faster = { ...state, hyperparams: { learningRate: array(1) } };
 * [update(g, state, g)[0], update(g, faster, g)[0]]; // => [ float64 [2] [-0.1, -0.2], float64 [2] [-1, -2] ]
 */
export const injectHyperparams = typed<
  <H extends Readonly<Record<string, Rate>>, S>(
    make: (hyperparams: { readonly [K in keyof H]: Scalar }) => Transform<S>,
    hyperparams: H,
  ) => Transform<InjectState<H, S>>
>((make: Make, hyperparams: Hyperparams<Rate>): unknown => {
  checkFunction(name, make);
  if (!isRecord(hyperparams))
    throw new DTypeError(
      `${name}: hyper-parameters are an object such as { learningRate: 0.1 }, not ${describe(hyperparams)}.`,
    );
  const entries = Object.entries(hyperparams);
  for (const [key, rate] of entries) if (typeof rate !== "function") check(name, key, hyperparam, rate);
  const valuesAt = (count: Scalar, kept: Hyperparams<Scalar | number>): Hyperparams<Scalar> =>
    Object.fromEntries(
      entries.map(([key, rate]) => {
        const constant = typeof rate === "function" ? scheduledAt(`${name}: ${key}`, rate, count) : rate;
        const value = typeof rate !== "function" && Object.hasOwn(kept, key) ? (kept[key] ?? constant) : constant;
        return [key, isNDArray(value) ? value : array(value)];
      }),
    );
  const made = (values: Hyperparams<Scalar>): Untyped => given(name, "what make gives", make(values));
  const parts = recordOf(Object.fromEntries(entries.map(([key]) => [key, anyScalar])));
  return stateful(
    name,
    { count: scalar, hyperparams: parts, inner: ofInner },
    {
      init: (params) => {
        const count = zeros([]);
        const values = valuesAt(count, {});
        return { count, hyperparams: values, inner: made(values).init(params) };
      },
      learningRate: typed<NonNullable<Untyped["learningRate"]>>(
        (before: InjectState<Hyperparams<Rate>, unknown>, after: InjectState<Hyperparams<Rate>, unknown>) =>
          made(after.hyperparams).learningRate?.(before.inner, after.inner),
      ),
      update: typed<Untyped["update"]>(
        (updates: unknown, state: InjectState<Hyperparams<Rate>, unknown>, params: unknown, extra: Extra<unknown>) => {
          const values = valuesAt(state.count, state.hyperparams);
          const [changed, inner, ...reached] = made(values).update(updates, state.inner, params, extra);
          return [changed, { count: add(state.count, 1), hyperparams: values, inner }, ...reached];
        },
      ),
    },
  );
});
