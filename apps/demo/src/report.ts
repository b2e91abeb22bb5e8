import {
  add,
  array,
  attempt,
  either,
  item,
  matmul,
  type NDArray,
  pipe,
  print,
  slice,
  toTypedArray,
} from "@gradfold/core";
import type { Run } from "./fit.ts";
import { type LeastSquares, leastSquares } from "./leastSquares.ts";
import type { Made } from "./option.ts";
import { type Data, loss, n, type Problem, truth } from "./problem.ts";

const number = (value: number): string =>
  !Number.isFinite(value) ? String(value) : Math.abs(value) >= 1e6 ? value.toExponential(4) : value.toFixed(4);

/** What the blog shows before it fits: the data, a product with the sizes the wrong way round, the first guess. */
export const reportProblem = ({ data, m, b, a }: Problem): string => {
  // The compiler refuses matmul(m, x); a program whose shapes it does not know gets this at run time.
  const wrong = attempt(() => add(matmul(m, data.x as NDArray), b));
  return [
    `x: ${n} rows of [u, 1]; the first five:`,
    print(slice(data.x, [[0, 5]])),
    `x.shape: [${data.x.shape.join(", ")}]`,
    `m = ${print(m)}, b: uniform in [0, 1), y = x @ m + b; the first five of y:`,
    print(slice(data.y, [[0, 5]])),
    `m @ x + b: ${pipe(
      wrong,
      either.match((error) => `${error.name}: ${error.message}`, print),
    )}`,
    `First guess a = ${print(a)}, mean squared error ${number(item(loss(a, data)))}`,
  ].join("\n");
};

/** Steps to print the loss at: ten of them, evenly. */
const printed = (steps: number): readonly number[] => {
  const every = Math.max(1, Math.ceil(steps / 10));
  return Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
};

const row = (name: string, line: ArrayLike<number>, data: Data): string => {
  const [slope = NaN, intercept = NaN] = Array.from(line);
  const error = item(loss(array([slope, intercept]), data));
  return [name.padEnd(14), ...[slope, intercept, error].map((value) => number(value).padStart(11))].join(" ");
};

/** How the descent went, and what it found beside the closed form and the truth. */
export const reportRun = (run: Run, data: Data, settings: Made): string => {
  const closed = leastSquares(data);
  const { steps, batchSize } = settings;
  const after = item(loss(run.final.params, data));
  return [
    `${steps} steps of ${settings.optimizer}, learning rate ${settings.learningRate}, ` +
      `${batchSize === n ? "all rows" : `batches of ${batchSize}`} a step, ${settings.dtype}`,
    `${"step".padStart(8)} ${"loss".padStart(11)}`,
    ...printed(steps).map((k) => `${String(k).padStart(8)} ${number(run.metrics.loss[k] ?? NaN).padStart(11)}`),
    `${"after".padStart(8)} ${number(after).padStart(11)}${batchSize === n ? "" : "  (on all rows)"}`,
    ["".padEnd(14), ..."slope intercept loss".split(" ").map((name) => name.padStart(11))].join(" "),
    row("fitted", toTypedArray(run.final.params), data),
    row("least squares", closed.solution, data),
    row("truth", truth, data),
    ...reportOutcome(run, closed, settings),
  ].join("\n");
};

const reportOutcome = (run: Run, { largestRate }: LeastSquares, { optimizer }: Made): readonly string[] => {
  const { outcome } = run;
  if (outcome.kind === "finished") return [];
  if (outcome.kind === "stalled")
    return [`The run stalled at step ${outcome.step}: the line search finds ${outcome.reason}.`];
  const { step, loss: bad, reason, leaf } = outcome;
  const what = leaf === undefined ? `its loss, ${number(bad)}, is ${reason}` : `${leaf} is not finite`;
  const advice =
    optimizer === "sgd"
      ? `On all rows, learning rates below ${largestRate.toFixed(3)} converge.`
      : "Try a smaller learning rate.";
  return [`The run diverged at step ${step}: ${what}. ${advice}`];
};
