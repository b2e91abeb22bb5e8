import { equal, type Scalar, tree, type Vector, zeros } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { given } from "../../transform/given.ts";
import { applied, type Transform, type Untyped } from "../../transform/transform.ts";
import { project } from "../bounds.ts";
import { counts, evaluatedAt, type Problem, stateAfter, stateAtStart } from "../problem.ts";
import type { Method } from "../state.ts";

interface Memory {
  readonly gradient: Vector;
  /** The optimizer's state. */
  readonly optimizer: unknown;
}

const no = (): Scalar => equal(zeros([]), 1);

/** Steps of an optimizer, each followed by the nearest point within bounds. */
export const descent = (problem: Problem, optimizer: Transform<unknown>): Method<Memory> => {
  const { name, objective, bounds, back } = problem;
  const { init, update } = typed<(x: Transform<unknown>) => Untyped>((x: unknown) => x)(
    given(name, "the method", optimizer),
  );
  return {
    init: (x) => {
      const at = evaluatedAt(problem, x);
      return stateAtStart(problem, at, counts(1, 1), { gradient: at.gradient, optimizer: init(back(x)) });
    },
    step: (state) => {
      const { x, value, memory } = state;
      const params = back(x);
      const lossAndGrad = (p: unknown): readonly [Scalar, unknown] => {
        const [loss, gradient] = objective.valueAndGradient(tree.ravel(p)[0]);
        return [loss, back(gradient)];
      };
      const [updates, next] = update(back(memory.gradient), memory.optimizer, params, { value, lossAndGrad });
      const at = evaluatedAt(
        problem,
        project(tree.ravel(applied(name, "the updates of the method", params, updates))[0], bounds),
      );
      const evaluations = counts(1, 1);
      return stateAfter(
        problem,
        state,
        at,
        { isStuck: no(), isEndless: no(), evaluations },
        { gradient: at.gradient, optimizer: next },
      );
    },
  };
};
