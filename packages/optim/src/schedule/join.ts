import { array, DomainError, DTypeError, less, maximum, type Scalar, sub, where } from "@gradfold/core";
import { checkFunction, describe, isList, isNDArray } from "@gradfold/core/library";
import { count, countFromZero, finite, fromZero, kind, type Settings, settings } from "../setting.ts";
import { cosine, type CosineDecay, exponential, type ExponentialDecay, exponentialSettings, line } from "./decay.ts";
import { scheduledAt } from "./rate.ts";
import { type Schedule, type ScalarSchedule, scheduled } from "./schedule.ts";

const asArray = (x: number | Scalar): Scalar => (isNDArray(x) ? x : array(x));

/**
 * One schedule after another; each counts its steps from its own boundary.
 *
 * @param schedules - at least one
 * @param boundaries - at which step each but the first begins, ascending
 * @throws DomainError when there are not as many boundaries as schedules but one, or they do not ascend
 * @example
 * import { schedule } from "gradfold";
 * const both = schedule.join([schedule.constant(1), schedule.linear({ init: 2, end: 3, transitionSteps: 4 })], [10]);
 * [both(9), both(10), both(12)]; // => [ float64 [] 1, float64 [] 2, float64 [] 2.5 ]
 */
export const join = (schedules: readonly Schedule[], boundaries: readonly number[]): ScalarSchedule => {
  for (const [what, list] of Object.entries({ schedules, boundaries }))
    if (!isList(list)) throw new DTypeError(`schedule.join: ${what} must be a list, not ${describe(list)}.`);
  schedules.forEach((each, i) => {
    checkFunction(`schedule.join: schedule ${i}`, each);
  });
  return joined("schedule.join", schedules, boundaries);
};

const joined = (name: string, schedules: readonly Schedule[], boundaries: readonly number[]): ScalarSchedule => {
  const [first, ...rest] = schedules;
  if (first === undefined || boundaries.length !== rest.length)
    throw new DomainError(
      `${name}: ${schedules.length} schedules need ${Math.max(schedules.length - 1, 0)} boundaries, not ${boundaries.length}.`,
    );
  boundaries.forEach((at, i) => {
    if (!Number.isInteger(at) || at < (boundaries[i - 1] ?? 0))
      throw new DomainError(
        `${name}: boundaries must be whole numbers that ascend: ${boundaries.map(String).join(", ")}.`,
      );
  });
  const valueAt = (schedule: Schedule, count: Scalar): Scalar => asArray(scheduledAt(name, schedule, count));
  return scheduled(name, (count) =>
    rest.reduce<Scalar>(
      (before, next, i) => {
        const at = boundaries[i] ?? 0;
        // Where the next one has not begun its value is not used.
        return where(less(count, at), before, valueAt(next, maximum(sub(count, at), 0)));
      },
      valueAt(first, count),
    ),
  );
};

export interface Warmup {
  /** The value at the start. */
  readonly init: number;
  /** The value after the warm-up. */
  readonly peak: number;
  /** How many steps it takes from `init` to `peak`; 0 for none. */
  readonly warmupSteps: number;
}

const warmupSettings: Settings<Warmup> = { init: finite(), peak: finite(), warmupSteps: countFromZero() };

const readWarmup = settings(warmupSettings);

/** A straight line up to the peak, and what comes after it; without steps to warm up, that alone. */
const warmedUp = (name: string, { init, peak, warmupSteps }: Warmup, after: Schedule): ScalarSchedule =>
  warmupSteps === 0
    ? joined(name, [after], [])
    : joined(
        name,
        [line(name, { init, end: peak, transitionSteps: warmupSteps, transitionBegin: 0 }), after],
        [warmupSteps],
      );

/**
 * Up from `init` to `peak` in `warmupSteps` steps along a straight line; then `peak`. Without a step to warm up it is `peak`
 * from the start, as in the schedules below; Optax's stays at `init` for ever then.
 *
 * @throws DomainError when a number is not finite, or steps are not whole
 * @example
 * import { schedule } from "gradfold";
 * schedule.warmupConstant({ init: 0, peak: 1, warmupSteps: 4 })(1); // => float64 [] 0.25
 */
export const warmupConstant = (options: Warmup): ScalarSchedule => {
  const settings = readWarmup("schedule.warmupConstant", options);
  return warmedUp("schedule.warmupConstant", settings, () => settings.peak);
};

export interface WarmupCosineDecay extends Warmup, Pick<CosineDecay, "exponent"> {
  /** How many steps until the end, those of the warm-up among them. */
  readonly decaySteps: number;
  /** 0 by default. */
  readonly end?: number;
}

const readWarmupCosine = settings<WarmupCosineDecay>({
  ...warmupSettings,
  decaySteps: count(),
  end: finite(0),
  exponent: fromZero(1),
});

/**
 * Up from `init` to `peak` in `warmupSteps` steps along a straight line, and down to `end` at `decaySteps` along half of
 * a cosine.
 *
 * @throws DomainError when a number is not finite, steps are not whole, or the warm-up takes them all
 * @example
 * import { schedule } from "gradfold";
 * const rate = schedule.warmupCosineDecay({ init: 0, peak: 1, warmupSteps: 5, decaySteps: 25 });
 * [rate(1), rate(5), rate(15)]; // => [ float64 [] 0.2, float64 [] 1, float64 [] 0.5 ]
 */
export const warmupCosineDecay = (options: WarmupCosineDecay): ScalarSchedule =>
  cycle("schedule.warmupCosineDecay", readWarmupCosine("schedule.warmupCosineDecay", options));

const cycle = (name: string, settings: Required<WarmupCosineDecay>): ScalarSchedule => {
  const { peak, warmupSteps, decaySteps, end, exponent } = settings;
  if (decaySteps <= warmupSteps)
    throw new DomainError(
      `${name}: decaySteps must be above warmupSteps: ${decaySteps} and ${warmupSteps}. They count from the start.`,
    );
  const alpha = peak === 0 ? 0 : end / peak;
  const decay = cosine(name, { init: peak, decaySteps: decaySteps - warmupSteps, alpha, exponent });
  return warmedUp(name, settings, decay);
};

export interface WarmupExponentialDecay extends Warmup, Omit<ExponentialDecay, "init"> {}

const { init: _, ...others } = exponentialSettings;

const readWarmupExponential = settings<WarmupExponentialDecay>({ ...others, ...warmupSettings });

/**
 * Up from `init` to `peak` in `warmupSteps` steps along a straight line, then {@link exponentialDecay} from there.
 *
 * @throws DomainError when a number is not finite, or steps are not whole
 * @example
 * import { schedule } from "gradfold";
 * const rate = schedule.warmupExponentialDecay({ init: 0, peak: 1, warmupSteps: 5, transitionSteps: 10, decayRate: 0.25 });
 * [rate(1), rate(10)]; // => [ float64 [] 0.2, float64 [] 0.5 ]
 */
export const warmupExponentialDecay = (options: WarmupExponentialDecay): ScalarSchedule => {
  const name = "schedule.warmupExponentialDecay";
  const settings = readWarmupExponential(name, options);
  return warmedUp(name, settings, exponential(name, { ...settings, init: settings.peak }));
};

export interface Restarts {
  /** The settings of each cycle, which begins where the one before it ends. */
  readonly cycles: readonly WarmupCosineDecay[];
}

const readRestarts = settings<Restarts>({ cycles: kind<Restarts["cycles"]>("a list of cycles", isList)() });

/**
 * {@link warmupCosineDecay} again and again: each cycle takes its `decaySteps`, and the last one stays at its end.
 *
 * I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017.
 *
 * @throws DomainError when there is no cycle, or one is refused by `warmupCosineDecay`
 * @example
 * import { schedule } from "gradfold";
 * const cycle = { init: 0, peak: 1, warmupSteps: 2, decaySteps: 10 };
 * schedule.sgdr({ cycles: [cycle, { ...cycle, peak: 0.5 }] })(12); // => float64 [] 0.5
 */
export const sgdr = (options: Restarts): ScalarSchedule => {
  const nameOf = (i: number): string => `schedule.sgdr: cycle ${i}`;
  const cycles = readRestarts("schedule.sgdr", options).cycles.map((each, i) => readWarmupCosine(nameOf(i), each));
  const ends = cycles.reduce<readonly number[]>((sums, c) => [...sums, (sums.at(-1) ?? 0) + c.decaySteps], []);
  return joined(
    "schedule.sgdr",
    cycles.map((each, i) => cycle(nameOf(i), each)),
    ends.slice(0, -1),
  );
};
