import { whileLoop } from "@gradfold/autodiff";
import { equal, item, sub, tree } from "@gradfold/core";
import { isTransforming } from "@gradfold/core/transform";
import { steps } from "../inputs.ts";
import { kind, optional } from "../setting.ts";
import { globalNorm } from "../transform/norm.ts";
import { fold } from "../trajectory/fold.ts";
import type { Trajectory } from "../trajectory/trajectory.ts";
import type { FitMetrics, FitState, FlatState, Method } from "./state.ts";

/** Compiles a function, as `jit` of `gradfold/compile` does. */
export type Compile = <F>(f: F) => F;

/** The option that compiles each step of a search. */
export const compileSetting = optional(
  kind<Compile>("a function, as jit of gradfold/compile", (x) => typeof x === "function", "function")(),
);

/** How a search ended, and how it got there: where values are known. */
export interface Searched<P> {
  readonly final: FitState<P>;
  readonly run: Trajectory<FitState<P>, FitMetrics, undefined> | undefined;
}

type FitStep<P> = (state: FitState<P>) => readonly [state: FitState<P>, metrics: FitMetrics];

const onTrees = <P>(
  { init, step }: Method,
  start: P,
): { readonly init: () => FitState<P>; readonly step: FitStep<P> } => {
  const [x0, back] = tree.ravel(start);
  const outside = ({ x, ...state }: FlatState): FitState<P> => ({ point: back(x), ...state });
  return {
    init: () => outside(init(x0)),
    step: (state) => {
      const { point, ...rest } = state;
      const [x] = tree.ravel(point);
      const after = step({ x, ...rest });
      const { values: before } = state.evaluations;
      const metrics = {
        loss: state.value,
        gradientNorm: state.gradientNorm,
        stepLength: globalNorm(sub(after.x, x)),
        evaluations: sub(after.evaluations.values, before),
        status: after.status,
      };
      return [outside(after), metrics];
    },
  };
};

/** Steps of a method until one of them says how the search ended. */
export const iterate = <P>(method: Method, start: P, maxSteps: number, compile: Compile | undefined): Searched<P> => {
  const { init, step } = onTrees(method, start);
  const first = init();
  if (isTransforming()) {
    const goesOn = ({ status }: FitState<P>) => equal(status, 0);
    return { final: whileLoop(goesOn, (state: FitState<P>) => step(state)[0], first), run: undefined };
  }
  const until = {
    metric: "status",
    init: { stopped: false },
    next: (_: unknown, status: number) => ({ stopped: status !== 0 }),
  };
  const run = fold(compile?.(step) ?? step, first, steps(item(first.status) === 0 ? maxSteps : 0), { until });
  return { final: run.final, run };
};
