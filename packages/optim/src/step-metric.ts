import { DomainError, type Scalar, sub, TreeError } from "@gradfold/core";
import { isList } from "@gradfold/core/library";
import type { Evaluation } from "./evaluation.ts";
import { kind } from "./setting.ts";
import { leafwise } from "./transform/leafwise.ts";
import { globalNorm } from "./transform/norm.ts";
import type { Untyped } from "./transform/transform.ts";
import { byName } from "./value.ts";

/* What a training step can measure beside the loss. */

/** A step as its metrics see it. */
interface Taken {
  readonly optimizer: Untyped;
  readonly before: { readonly params: unknown; readonly optimizer: unknown };
  readonly after: { readonly params: unknown; readonly optimizer: unknown };
}

const rateOf = ({ optimizer, before, after }: Taken): Scalar => {
  const rate = optimizer.learningRate?.(before.optimizer, after.optimizer);
  if (rate !== undefined) return rate;
  throw new DomainError(
    "trainStep: the metric learningRate: the optimizer tells no learning rate. Those that end with scaleByLearningRate, a line search or injectHyperparams of these do.",
  );
};

const measures = {
  gradientNorm: ({ gradient }: Evaluation): Scalar => globalNorm(gradient),
  stepLength: (_: Evaluation, { before, after }: Taken): Scalar =>
    globalNorm(leafwise((p, q) => [sub(q, p)], before.params, after.params)[0]),
  learningRate: (_: Evaluation, taken: Taken): Scalar => rateOf(taken),
} as const;

/** The name of a metric that `trainStep` can give beside the loss. */
export type StepMetric = keyof typeof measures;

const names = Object.keys(measures).map((name) => `"${name}"`);

export const stepMetrics = kind<readonly StepMetric[]>(
  `a list of ${names.join(", ")}`,
  (x) => isList(x) && x.every((name) => typeof name === "string" && Object.hasOwn(measures, name)),
);

/** The metrics of a loss and those that are asked for by name. */
export const withNamed = (asked: readonly StepMetric[], here: Evaluation, taken: Taken): Evaluation["metrics"] => {
  if (asked.length === 0) return here.metrics;
  const twice = asked.find((name) => Object.hasOwn(here.metrics, name));
  if (twice !== undefined)
    throw new TreeError(
      `trainStep: ${twice} is a metric of the step, so that nothing beside the loss can have this name. Rename it.`,
    );
  return byName([
    ...Object.entries(here.metrics),
    ...asked.map((name) => [name, measures[name](here, taken)] as const),
  ]);
};
