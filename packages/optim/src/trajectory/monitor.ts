import { DomainError, DTypeError } from "@gradfold/core";
import { describe, optionsOf } from "@gradfold/core/library";
import { checkRun } from "./check.ts";
import { inner, type Trajectory } from "./trajectory.ts";

/** A fold over a metric of a run, row by row. */
export interface Monitor<A> {
  /** The name of the metric ("loss"). */
  readonly metric?: string;
  /** What the fold starts with. */
  readonly init: A;
  /** A method, so that a monitor of more can be given where one of less is asked for. */
  next(so: A, loss: number): A;
}

/** The metric that monitors look at if no other is named. */
export const usualMetric = "loss";

/** Throws unless something is a monitor. */
export const checkMonitor = (name: string, what: string, x: unknown): void => {
  const { next, metric } = typeof x === "object" && x !== null ? (x as Partial<Monitor<unknown>>) : {};
  if (typeof next !== "function")
    throw new DTypeError(`${name}: ${what} must be { init, next(so, loss) }, not ${describe(x)}.`);
  if (metric !== undefined && typeof metric !== "string")
    throw new DTypeError(`${name}: the metric of ${what} must be a name, not ${describe(metric)}.`);
};

/** The least loss so far. */
export interface Best {
  /** Its state; −1 before the first one. */
  readonly step: number;
  /** Its loss; infinity before the first one. */
  readonly loss: number;
  /** Losses seen. */
  readonly seen: number;
}

export interface EarlyStoppingOptions {
  /** The number of losses in a row without an improvement after which to stop. */
  readonly patience: number;
  /** Less than this below the best loss is no improvement (0). */
  readonly minDelta?: number;
  /** The metric that is to fall, in the place of the loss. Rows in which it is NaN are gaps between evaluations. */
  readonly metric?: string;
}

/** The least loss so far, and the number of losses since then. */
/** What a fold says that can end a run. */
export interface Stopping {
  /** Whether the run ends here. */
  readonly stopped: boolean;
}

interface Waiting extends Best, Stopping {
  readonly waited: number;
}

const improve = (so: Best, loss: number, minDelta: number): Best => {
  const seen = so.seen + 1;
  // The first one counts, if it is a number at all; NaN is never below anything.
  return loss < so.loss - minDelta ? { step: so.seen, loss, seen } : { ...so, seen };
};

const nothing: Best = { step: -1, loss: Infinity, seen: 0 };

/**
 * Finds the state with the least loss, as a fold: the earliest one, if several share it.
 *
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n + 1, { loss: (n - 2) * (n - 2) }], 0, steps(5));
 * trajectory.watch(run, trajectory.bestSoFar()); // => { step: 2, loss: 0, seen: 5 }
 */
export const bestSoFar = (): Monitor<Best> => ({ init: nothing, next: (so, loss) => improve(so, loss, 0) });

/**
 * Stops when the loss, or another metric, has not improved for a while, as a fold. Where a metric is evaluated every few
 * steps, as by `withValidation`, `patience` counts evaluations.
 *
 * @throws DomainError when patience is not a whole number from 1 on, or minDelta is negative; DTypeError when the metric is no
 *   name
 * @example
 * import { steps, trajectory } from "gradfold";
 * const until = trajectory.earlyStopping({ patience: 3 });
 * const run = trajectory.fold((n: number) => [n + 1, { loss: Math.abs(n - 2) }], 0, steps(100), { until });
 * [run.length, run.metrics.loss]; // => [ 7, [ 2, 1, 0, 1, 2, 3 ] ]
 */
export const earlyStopping = (options: EarlyStoppingOptions): Monitor<Best & Stopping> => {
  const op = "trajectory.earlyStopping";
  const { patience, minDelta, metric } = optionsOf(op, options, { minDelta: 0, metric: usualMetric }, ["patience"]);
  if (!Number.isInteger(patience) || patience < 1)
    throw new DomainError(`${op}: patience must be a whole number from 1 on, not ${describe(patience)}.`);
  if (!(typeof minDelta === "number" && minDelta >= 0))
    throw new DomainError(`${op}: minDelta must be 0 or more, not ${describe(minDelta)}.`);
  if (typeof metric !== "string") throw new DTypeError(`${op}: the metric must be a name, not ${describe(metric)}.`);
  const init: Waiting = { ...nothing, waited: 0, stopped: false };
  return {
    metric,
    init,
    next: (so: Waiting, loss) => {
      const best = improve(so, loss, minDelta);
      const isGap = metric !== usualMetric && Number.isNaN(loss);
      const waited = best.step === so.seen ? 0 : so.waited + (isGap ? 0 : 1);
      return { ...best, waited, stopped: waited >= patience };
    },
  } satisfies Monitor<Waiting>;
};

/**
 * Folds the rows of a metric: the one that is named, or that of the monitor.
 *
 * @throws DomainError when the run has no such metric
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n + 1, { loss: n }], 0, steps(4));
 * trajectory.watch(run, { init: 0, next: (sum, loss) => sum + loss }); // => 6
 */
export const watch = <State, M, A>(run: Trajectory<State, M>, monitor: Monitor<A>, name?: string): A => {
  checkRun("trajectory.watch", run);
  checkMonitor("trajectory.watch", "the monitor", monitor);
  const metric = name ?? monitor.metric ?? usualMetric;
  const { columns } = run[inner].rows(0, run.length - 1);
  const values = columns[metric];
  if (values === undefined)
    throw new DomainError(
      `trajectory.watch: the run has no metric ${metric}. It has ${Object.keys(columns).join(", ") || "none"}.`,
    );
  return values.reduce<A>((so, loss) => monitor.next(so, loss), monitor.init);
};
