import { DTypeError, item, type Scalar, TreeError } from "@gradfold/core";
import { describe, isRecord } from "@gradfold/core/library";
import { checkTree } from "../argument.ts";
import { change, type Clash, isScalar } from "../form.ts";
import { withKnown } from "../known.ts";
import type { AnyStep } from "./trajectory.ts";

type Metrics = Readonly<Record<string, unknown>>;

const checkMetrics: (name: string, metrics: unknown) => asserts metrics is Metrics = (name, metrics) => {
  if (!isRecord(metrics))
    throw new TreeError(
      `${name}: the step must give its metrics as a record, as { loss } or {}, not ${describe(metrics)}.`,
    );
};

const changed = (name: string, next: unknown, { path, found, wanted }: Clash): TreeError => {
  checkTree(name, "the state that the step gives", next);
  return new TreeError(
    `${name}: the step changes the form of the state at ${path || "the root"}: ${found} is not ${wanted}. A run's states have one form.`,
  );
};

/**
 * One step from a state: what the step gives is looked at where it comes back. `look` gives the first place where the next
 * state has not the form of a run's states; `known` is what the step before gave third, if this one has the very same input.
 *
 * @throws TreeError when the step gives no pair, no record of metrics, or a state of another form
 */
export const takeStep = (
  name: string,
  step: AnyStep,
  state: unknown,
  input: unknown,
  look = (next: unknown): Clash | undefined => change(next, state),
  known?: unknown,
): readonly [state: unknown, metrics: Metrics, known: unknown] => {
  const given = known === undefined ? step(state, input) : step(state, input, known);
  const [next, metrics, toTell] = withKnown(name, "the step must give [state, metrics]", given);
  checkMetrics(name, metrics);
  const clash = look(next);
  if (clash !== undefined) throw changed(name, next, clash);
  return [next, metrics, toTell];
};

/** Throws unless a metric is a number or a scalar array. */
export const checkMetric: (name: string, metric: string, value: unknown) => asserts value is number | Scalar = (
  name,
  metric,
  value,
) => {
  if (isScalar(value)) return;
  throw new DTypeError(`${name}: the metric ${metric} must be a number or a scalar array, not ${describe(value)}.`);
};

export const metricOf = (name: string, metric: string, value: unknown): number => {
  if (typeof value === "number") return value;
  checkMetric(name, metric, value);
  return item(value);
};

const listed = (names: readonly string[]): string => names.join(", ") || "none";

/** Throws unless a row has metrics of these names. */
export const checkNames = (name: string, names: readonly string[], row: Metrics): void => {
  const found = Object.keys(row);
  let isSame = found.length === names.length;
  for (let i = 0; i < names.length && isSame; i++) isSame = found[i] === names[i] || Object.hasOwn(row, names[i] ?? "");
  if (isSame) return;
  throw new TreeError(
    `${name}: the metrics are ${listed(found)} where they were ${listed(names)}. Give each of them at every step, as NaN where there is none.`,
  );
};
