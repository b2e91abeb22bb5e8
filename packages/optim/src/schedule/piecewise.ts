import { add, array, cos, DomainError, DTypeError, div, less, mul, type Scalar, sub, where } from "@gradfold/core";
import { describe, isList } from "@gradfold/core/library";
import { finite, kind, oneOf, type Settings, settings } from "../setting.ts";
import { type ScalarSchedule, scheduled } from "./schedule.ts";

/** From which step on, and by what to multiply the value from there on. */
export type Boundary = readonly [step: number, scale: number];

export interface PiecewiseConstant {
  /** The value at the start. */
  readonly init: number;
  /** In ascending order of their steps. */
  readonly boundariesAndScales: readonly Boundary[];
}

const isBoundary = (x: unknown): x is Boundary =>
  isList(x) && x.length === 2 && typeof x[0] === "number" && Number.isFinite(x[1]);

const checkBoundaries = (name: string, boundaries: readonly unknown[]): void => {
  let before = -1;
  for (const each of boundaries) {
    if (!isBoundary(each))
      throw new DTypeError(`${name}: a boundary must be [step, scale], two finite numbers, not ${describe(each)}.`);
    const [step] = each;
    if (!Number.isInteger(step) || step <= before)
      throw new DomainError(
        `${name}: boundaries must be whole numbers that ascend: ${step} after ${Math.max(before, 0)}.`,
      );
    before = step;
  }
};

const constantSettings: Settings<PiecewiseConstant> = {
  init: finite(),
  boundariesAndScales: kind<readonly Boundary[]>("a list of [step, scale]", isList)(),
};

const readConstant = settings(constantSettings);

/** The value up to each boundary, and after the last. */
const valuesOf = (init: number, boundaries: readonly Boundary[]): readonly number[] =>
  boundaries.reduce<readonly number[]>((values, [, scale]) => [...values, (values.at(-1) ?? init) * scale], [init]);

/**
 * `init`, multiplied by each boundary's scale from its step on.
 *
 * PyTorch's `MultiStepLR`.
 *
 * @throws DomainError when boundaries do not ascend, or a number is not finite
 * @example
 * import { schedule } from "gradfold";
 * const steps = schedule.piecewiseConstant({ init: 1, boundariesAndScales: [[10, 0.5], [20, 0.5]] });
 * [steps(9), steps(10), steps(20)]; // => [ float64 [] 1, float64 [] 0.5, float64 [] 0.25 ]
 */
export const piecewiseConstant = (options: PiecewiseConstant): ScalarSchedule => {
  const name = "schedule.piecewiseConstant";
  const { init, boundariesAndScales } = readConstant(name, options);
  checkBoundaries(name, boundariesAndScales);
  const values = valuesOf(init, boundariesAndScales);
  return scheduled(name, (count) =>
    boundariesAndScales.reduceRight<Scalar>(
      (after, [step], i) => where(less(count, step), values[i] ?? init, after),
      array(values.at(-1) ?? init),
    ),
  );
};

export interface PiecewiseInterpolate extends PiecewiseConstant {
  /** How it goes from one value to the next: along a line or half a cosine. */
  readonly kind: "linear" | "cosine";
}

const readInterpolate = settings<PiecewiseInterpolate>({
  ...constantSettings,
  kind: oneOf<PiecewiseInterpolate["kind"]>("linear", "cosine")(),
});

/**
 * From `init` to its product with the first scale, reached at the first boundary's step; from there to the next, and so
 * on: along straight lines, or along halves of a cosine.
 *
 * @throws DomainError when boundaries do not ascend, or a number is not finite
 * @example
 * import { schedule } from "gradfold";
 * schedule.piecewiseInterpolate({ kind: "linear", init: 1, boundariesAndScales: [[10, 0]] })(5); // => float64 [] 0.5
 */
export const piecewiseInterpolate = (options: PiecewiseInterpolate): ScalarSchedule =>
  interpolated("schedule.piecewiseInterpolate", readInterpolate("schedule.piecewiseInterpolate", options));

/** {@link piecewiseInterpolate}, of settings that were read, by the name of the schedule that it is a part of. */
export const interpolated = (
  name: string,
  { kind, init, boundariesAndScales }: PiecewiseInterpolate,
): ScalarSchedule => {
  checkBoundaries(name, boundariesAndScales);
  const values = valuesOf(init, boundariesAndScales);
  const between = (from: number, to: number, part: Scalar): Scalar =>
    kind === "linear"
      ? add(mul(part, to - from), from)
      : add(mul(add(cos(mul(part, Math.PI)), 1), (from - to) / 2), to);
  return scheduled(name, (count) =>
    boundariesAndScales.reduceRight<Scalar>(
      (after, [step], i) => {
        const begin = boundariesAndScales[i - 1]?.[0] ?? 0;
        // A first boundary at step 0 has nothing before it.
        const part = div(sub(count, begin), Math.max(step - begin, 1));
        return where(less(count, step), between(values[i] ?? init, values[i + 1] ?? init, part), after);
      },
      array(values.at(-1) ?? init),
    ),
  );
};
