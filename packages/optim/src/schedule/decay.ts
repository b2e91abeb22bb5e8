import { add, array, clip, cos, div, floor, maximum, minimum, mul, pow, type Scalar, sub } from "@gradfold/core";
import {
  check,
  count,
  countFromZero,
  finite,
  finitePositive,
  flag,
  fromZero,
  orNull,
  type Settings,
  settings,
} from "../setting.ts";
import { type ScalarSchedule, scheduled } from "./schedule.ts";

/**
 * The same value at every step.
 *
 * @throws DomainError when the value is not finite
 * @example
 * import { schedule } from "gradfold";
 * schedule.constant(0.1)(7); // => float64 [] 0.1
 */
export const constant = (value: number): ScalarSchedule => {
  check("schedule.constant", "the value", finite(), value);
  return scheduled("schedule.constant", () => array(value));
};

export interface Polynomial {
  /** The value at the start. */
  readonly init: number;
  /** The value at the end. */
  readonly end: number;
  /** The exponent, from 0 on; 1 is a straight line. */
  readonly power: number;
  /** How many steps it takes from `init` to `end`. */
  readonly transitionSteps: number;
  /** How many steps to wait at `init`. */
  readonly transitionBegin?: number;
}

type Line = Omit<Polynomial, "power">;

const lineSettings: Settings<Line> = {
  init: finite(),
  end: finite(),
  transitionSteps: count(),
  transitionBegin: countFromZero(0),
};

const readPolynomial = settings<Polynomial>({ ...lineSettings, power: fromZero() });

const readLine = settings(lineSettings);

/**
 * From `init` to `end` along (init - end) (1 - t/T)^power + end, where t counts from `transitionBegin` and T is
 * `transitionSteps`; then `end`.
 *
 * @throws DomainError when a number is not finite, or there are no steps
 * @example
 * import { schedule } from "gradfold";
 * schedule.polynomial({ init: 1, end: 0, power: 2, transitionSteps: 10 })(5); // => float64 [] 0.25
 */
export const polynomial = (options: Polynomial): ScalarSchedule =>
  transition("schedule.polynomial", readPolynomial("schedule.polynomial", options));

const transition = (name: string, settings: Required<Polynomial>): ScalarSchedule => {
  const { init, end, power, transitionSteps, transitionBegin } = settings;
  return scheduled(name, (count) => {
    const done = div(clip(sub(count, transitionBegin), { min: 0, max: transitionSteps }), transitionSteps);
    const left = sub(1, done);
    return add(mul(power === 1 ? left : pow(left, power), init - end), end);
  });
};

/**
 * From `init` to `end` along a straight line; then `end`.
 *
 * @throws DomainError when a number is not finite, or there are no steps
 * @example
 * import { schedule } from "gradfold";
 * schedule.linear({ init: 1, end: 0, transitionSteps: 10 })(2); // => float64 [] 0.8
 */
export const linear = (options: Line): ScalarSchedule => line("schedule.linear", readLine("schedule.linear", options));

/** {@link linear}, of settings that were read, by the name of the schedule that it is a part of. */
export const line = (name: string, settings: Required<Line>): ScalarSchedule =>
  transition(name, { ...settings, power: 1 });

export interface ExponentialDecay {
  /** The value at the start. */
  readonly init: number;
  /** In how many steps the value is multiplied by `decayRate` once. */
  readonly transitionSteps: number;
  /** The factor, above 0. */
  readonly decayRate: number;
  /** How many steps to wait at `init`; 0 by default. */
  readonly transitionBegin?: number;
  /** Whether to go down only once in every `transitionSteps`. */
  readonly staircase?: boolean;
  /** Where to stop; null, which is the default, is nowhere. */
  readonly end?: number | null;
}

export const exponentialSettings: Settings<ExponentialDecay> = {
  init: finite(),
  transitionSteps: count(),
  decayRate: finitePositive(),
  transitionBegin: countFromZero(0),
  staircase: flag(false),
  end: orNull(finite()),
};

const readExponential = settings(exponentialSettings);

/**
 * init · decayRate^(t/T), where t counts from `transitionBegin` and T is `transitionSteps`, but not beyond `end`.
 *
 * PyTorch's `ExponentialLR` is that of `transitionSteps` 1, `StepLR` that of a staircase.
 *
 * @throws DomainError when a number is not finite, there are no steps, or the rate is not above 0
 * @example
 * import { schedule } from "gradfold";
 * const halving = schedule.exponentialDecay({ init: 1, transitionSteps: 10, decayRate: 0.5, staircase: true });
 * halving(25); // => float64 [] 0.25
 */
export const exponentialDecay = (options: ExponentialDecay): ScalarSchedule =>
  exponential("schedule.exponentialDecay", readExponential("schedule.exponentialDecay", options));

/** {@link exponentialDecay}, of settings that were read, by the name of the schedule that it is a part of. */
export const exponential = (name: string, settings: Required<ExponentialDecay>): ScalarSchedule => {
  const { init, transitionSteps, decayRate, transitionBegin, staircase, end } = settings;
  const stop = (x: Scalar): Scalar => (end === null ? x : decayRate < 1 ? maximum(x, end) : minimum(x, end));
  return scheduled(name, (count) => {
    const begun = maximum(sub(count, transitionBegin), 0);
    const powers = div(begun, transitionSteps);
    return stop(mul(pow(decayRate, staircase ? floor(powers) : powers), init));
  });
};

export interface CosineDecay {
  /** The value at the start. */
  readonly init: number;
  /** How many steps it takes to the end. */
  readonly decaySteps: number;
  /** Where it ends, as a part of `init`; 0 by default. */
  readonly alpha?: number;
  /** 1 by default. */
  readonly exponent?: number;
}

const readCosine = settings<CosineDecay>({
  init: finite(),
  decaySteps: count(),
  alpha: finite(0),
  exponent: fromZero(1),
});

/**
 * init · ((1 - alpha) (½ (1 + cos πt/T))^exponent + alpha) for T = `decaySteps`; then init · alpha.
 *
 * I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
 *
 * @throws DomainError when a number is not finite, or there are no steps
 * @example
 * import { schedule } from "gradfold";
 * schedule.cosineDecay({ init: 1, decaySteps: 10, alpha: 0.5 })(10); // => float64 [] 0.5
 */
export const cosineDecay = (options: CosineDecay): ScalarSchedule =>
  cosine("schedule.cosineDecay", readCosine("schedule.cosineDecay", options));

/** {@link cosineDecay}, of settings that were read, by the name of the schedule that it is a part of. */
export const cosine = (name: string, { init, decaySteps, alpha, exponent }: Required<CosineDecay>): ScalarSchedule =>
  scheduled(name, (count) => {
    const half = mul(add(cos(mul(div(minimum(count, decaySteps), decaySteps), Math.PI)), 1), 0.5);
    return mul(add(mul(exponent === 1 ? half : pow(half, exponent), 1 - alpha), alpha), init);
  });

export interface InverseTime {
  /** The value at the start. */
  readonly init: number;
  /** The steps that count as one unit of time. */
  readonly transitionSteps: number;
  /** By how much the denominator grows in one unit of time. */
  readonly decayRate: number;
  /** How many steps to wait at `init`; 0 by default. */
  readonly transitionBegin?: number;
  /** Whether to go down only once in every `transitionSteps`; false by default. */
  readonly staircase?: boolean;
}

const readInverse = settings<InverseTime>({
  init: finite(),
  transitionSteps: count(),
  decayRate: fromZero(),
  transitionBegin: countFromZero(0),
  staircase: flag(false),
});

/**
 * init / (1 + decayRate · t/T), where t counts from `transitionBegin` and T is `transitionSteps`.
 *
 * PyTorch's `Adagrad` has this as `lr_decay`, with T = 1.
 *
 * @throws DomainError when a number is not finite, there are no steps, or the rate is negative
 * @example
 * import { schedule } from "gradfold";
 * schedule.inverseTime({ init: 1, transitionSteps: 1, decayRate: 0.5 })(2); // => float64 [] 0.5
 */
export const inverseTime = (options: InverseTime): ScalarSchedule => {
  const name = "schedule.inverseTime";
  const { init, transitionSteps, decayRate, transitionBegin, staircase } = readInverse(name, options);
  return scheduled(name, (count) => {
    const time = div(maximum(sub(count, transitionBegin), 0), transitionSteps);
    return div(init, add(mul(staircase ? floor(time) : time, decayRate), 1));
  });
};
