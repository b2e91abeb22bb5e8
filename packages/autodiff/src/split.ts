import type { ArrayType } from "@gradfold/core/library";
import { elementAt } from "./element.ts";
import { assemble, type Program, resultsOf } from "./program.ts";
import { dropDead } from "./simplify.ts";

/** A program in two parts, which together do the same. */
export interface Split {
  /** From all inputs but the late ones to [the early results, what the second part needs to remember]. */
  readonly first: Program;
  /** From [shared inputs, late inputs, what was remembered] to the other results. */
  readonly second: Program;
  /** The types of what is remembered. */
  readonly residuals: readonly ArrayType[];
}

/* When a value is known. What depends on shared inputs alone is computed in both parts. */
const shared = 0;
const early = 1;
const late = 2;

/**
 * Cuts a program in two by what is known when: its first inputs are shared by both parts, those from `lateFrom` on are
 * known late, the others early. The first `earlyResults` results depend on no late input.
 */
export const split = (program: Program, sharedInputs: number, lateFrom: number, earlyResults: number): Split => {
  const { inputs, constants, equations, outputs, types } = program;
  const times = types.map((_, id): number =>
    id < sharedInputs || id >= inputs.length ? shared : id < lateFrom ? early : late,
  );
  for (const equation of equations) {
    const time = equation.inputs.reduce((latest, id) => Math.max(latest, elementAt(times, id)), shared);
    resultsOf(equation).forEach((id) => (times[id] = time));
  }
  const timeOf = (equation: (typeof equations)[number]): number => elementAt(times, elementAt(resultsOf(equation), 0));
  const [now, later] = [outputs.slice(0, earlyResults), outputs.slice(earlyResults)];
  const needed = [...equations.filter((equation) => timeOf(equation) === late).flatMap((e) => e.inputs), ...later];
  const remembered = [...new Set(needed.filter((id) => times[id] === early))];
  const ids = types.map((_, id) => id);
  const part = (inputIds: readonly number[], without: number, results: readonly number[]): Program =>
    dropDead(
      assemble({
        inputIds,
        constantIds: constants.map((_, i) => inputs.length + i),
        constants,
        equations: equations.filter((equation) => timeOf(equation) !== without),
        outputs: results,
        types,
      }),
    );
  return {
    first: part(ids.slice(0, lateFrom), late, [...now, ...remembered]),
    second: part([...ids.slice(0, sharedInputs), ...ids.slice(lateFrom, inputs.length), ...remembered], early, later),
    residuals: remembered.map((id) => elementAt(types, id)),
  };
};
