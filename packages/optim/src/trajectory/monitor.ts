import { DomainError, DTypeError } from "@gradfold/core";
import { describe, optionsOf } from "@gradfold/core/transform";
import { checkRun } from "./check.ts";
import type { Trajectory } from "./trajectory.ts";

/** A fold over the losses of a run, row by row. */
export interface Monitor<A> {
  readonly init: A;
  /** A method, so that a monitor of more can be given where one of less is asked for. */
  next(so: A, loss: number): A;
}

/** Throws unless something is a monitor. */
export const checkMonitor = (name: string, what: string, x: unknown): void => {
  const { next } = typeof x === "object" && x !== null ? (x as Partial<Monitor<unknown>>) : {};
  if (typeof next !== "function")
    throw new DTypeError(`${name}: ${what} must be { init, next(so, loss) }, not ${describe(x)}.`);
};

/** The least loss so far. */
export interface Best {
  /** Its state; −1 before the first one. */
  readonly step: number;
  readonly loss: number;
  /** Losses seen. */
  readonly seen: number;
}

export interface EarlyStoppingOptions {
  /** The number of losses in a row without an improvement after which to stop. */
  readonly patience: number;
  /** Less than this below the best loss is no improvement (0). */
  readonly minDelta?: number;
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
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n + 1, { loss: (n - 2) * (n - 2) }], 0, steps(5));
 * trajectory.watch(run, trajectory.bestSoFar()); // => { step: 2, loss: 0, seen: 5 }
 */
export const bestSoFar = (): Monitor<Best> => ({ init: nothing, next: (so, loss) => improve(so, loss, 0) });

/**
 * Stops when the loss has not improved for a while, as a fold.
 *
 * @throws DomainError when patience is not a whole number from 1 on, or minDelta is negative
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const until = trajectory.earlyStopping({ patience: 3 });
 * const run = trajectory.fold((n: number) => [n + 1, { loss: Math.abs(n - 2) }], 0, steps(100), { until });
 * [run.length, run.metrics.loss]; // => [ 7, [ 2, 1, 0, 1, 2, 3 ] ]
 */
export const earlyStopping = (options: EarlyStoppingOptions): Monitor<Best & { readonly stopped: boolean }> => {
  const { patience, minDelta } = optionsOf("trajectory.earlyStopping", options, { minDelta: 0 }, ["patience"]);
  if (!Number.isInteger(patience) || patience < 1)
    throw new DomainError(
      `trajectory.earlyStopping: patience must be a whole number from 1 on, not ${describe(patience)}.`,
    );
  if (!(typeof minDelta === "number" && minDelta >= 0))
    throw new DomainError(`trajectory.earlyStopping: minDelta must be 0 or more, not ${describe(minDelta)}.`);
  return {
    init: { ...nothing, stopped: false },
    next: (so, loss) => {
      const best = improve(so, loss, minDelta);
      return { ...best, stopped: best.seen - 1 - best.step >= patience };
    },
  };
};

/**
 * Folds the rows of a metric, the loss if no other is named.
 *
 * @throws DomainError when the run has no such metric
 * @example
 * import { steps, trajectory } from "@gradfold/optim";
 * const run = trajectory.fold((n: number) => [n + 1, { loss: n }], 0, steps(4));
 * trajectory.watch(run, { init: 0, next: (sum, loss) => sum + loss }); // => 6
 */
export const watch = <State, M, A>(run: Trajectory<State, M>, monitor: Monitor<A>, metric = "loss"): A => {
  checkRun("trajectory.watch", run);
  checkMonitor("trajectory.watch", "the monitor", monitor);
  const { columns } = run.rows(0, run.length - 1);
  const values = columns[metric];
  if (values === undefined)
    throw new DomainError(
      `trajectory.watch: the run has no metric ${metric}. It has ${Object.keys(columns).join(", ") || "none"}.`,
    );
  return values.reduce<A>((so, loss) => monitor.next(so, loss), monitor.init);
};
