import { type NDArray, toTypedArray } from "@gradfold/core";
import { tracer } from "@gradfold/core/transform";
import { assemble, type Equation, type Program, renumber, resultsOf } from "./program.ts";

/** Equal scalars are one constant; NaN and -0 are told apart by their text. */
const constantKey = (x: NDArray, id: number): string => {
  if (x.shape.length > 0 || tracer(x) !== undefined) return `value ${id}`;
  const [value = NaN] = toTypedArray(x);
  return `${x.dtype} ${Object.is(value, -0) ? "-0" : value}`;
};

/** Equations with one key give the same bits. A compound is only equal to itself. */
const equationKey = (equation: Equation, id: number): string =>
  equation.kind === "call"
    ? `call ${id}`
    : `${equation.primitive.name} ${JSON.stringify(equation.primitive.parameters)} ${equation.inputs.join()}`;

/** One name for each value that is computed twice. */
const shareCommon = (program: Program): Program => {
  const same = new Map<number, number>();
  const first = new Map<string, number>();
  const to = (id: number): number => same.get(id) ?? id;
  const meet = (key: string, id: number): boolean => {
    const old = first.get(key);
    if (old === undefined) first.set(key, id);
    else same.set(id, old);
    return old === undefined;
  };
  program.constants.forEach((x, i) => meet(constantKey(x, program.inputs.length + i), program.inputs.length + i));
  const equations = program.equations.flatMap((equation) => {
    const renamed = renumber(equation, to);
    const [id = -1] = resultsOf(equation);
    return meet(equationKey(renamed, id), id) ? [renamed] : [];
  });
  return { ...program, equations, outputs: program.outputs.map(to) };
};

/** Leaves out what no result depends on, and numbers the rest anew. */
export const dropDead = (program: Program): Program => {
  const live = new Set(program.outputs);
  const kept = program.equations.toReversed().filter((equation) => {
    const needed = resultsOf(equation).some((id) => live.has(id));
    if (needed) equation.inputs.forEach((id) => live.add(id));
    return needed;
  });
  const first = program.inputs.length;
  const constants = program.constants.flatMap((x, i) => (live.has(first + i) ? [{ x, id: first + i }] : []));
  const values = first + constants.length + kept.reduce((sum, equation) => sum + resultsOf(equation).length, 0);
  if (values === program.types.length) return program;
  return assemble({
    ...program,
    inputIds: program.inputs.map((_, id) => id),
    constantIds: constants.map(({ id }) => id),
    constants: constants.map(({ x }) => x),
    equations: kept.toReversed(),
  });
};

/** The same program without what is computed twice or never used; no result changes a bit. */
export const simplifyProgram = (program: Program): Program => dropDead(shareCommon(program));
