import { add, greaterEqual, less, logicalOr, minimum, type Scalar, where, zeros } from "@gradfold/core";

/* Where values and gradients are rounding alone, steps lead about for ever: a search that gains nothing ends. */

/** The best of a search so far, and for how many steps there was nothing better. */
export interface Idle {
  readonly value: Scalar;
  readonly gradientNorm: Scalar;
  readonly steps: Scalar;
}

interface Reached {
  readonly value: Scalar;
  readonly gradientNorm: Scalar;
}

/** At the start of a search. */
export const notIdle = ({ value, gradientNorm }: Reached): Idle => ({ value, gradientNorm, steps: zeros([]) });

/** After a step. */
export const idleAfter = (before: Idle, { value, gradientNorm }: Reached): Idle => {
  const isBetter = logicalOr(less(value, before.value), less(gradientNorm, before.gradientNorm));
  return {
    value: minimum(before.value, value),
    gradientNorm: minimum(before.gradientNorm, gradientNorm),
    steps: where(isBetter, 0, add(before.steps, 1)),
  };
};

const most = 5;

/** Whether for too many steps neither value nor gradient became less than ever before. */
export const isIdle = ({ steps }: Idle): Scalar => greaterEqual(steps, most);
