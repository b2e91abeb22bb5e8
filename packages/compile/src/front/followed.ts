import {
  assemble,
  type LeafFunction,
  openProgram,
  type Prepare,
  type Program,
  resultsOf,
} from "@gradfold/autodiff/compiler";

/* Programs of which a transform follows some operands. */

/** For each value of a program, whether it depends on a followed input. */
const dependencies = ({ equations, types }: Program, followed: readonly boolean[]): readonly boolean[] => {
  const depends = types.map((_, id) => followed[id] === true);
  for (const equation of equations)
    if (equation.inputs.some((id) => depends[id] === true)) for (const id of resultsOf(equation)) depends[id] = true;
  return depends;
};

/** The program of the outputs that depend on no followed input, by the inputs that are not followed. */
const independentPart = (program: Program, followed: readonly boolean[], depends: readonly boolean[]): Program => {
  const { inputs, constants, equations, outputs, types } = program;
  const isIndependent = (id: number): boolean => depends[id] !== true;
  return assemble({
    inputIds: inputs.map((_, id) => id).filter((id) => followed[id] !== true),
    constantIds: constants.map((_, i) => inputs.length + i),
    constants,
    equations: equations.filter((equation) => resultsOf(equation).every(isIndependent)),
    outputs: outputs.filter(isIndependent),
    types,
  });
};

/**
 * A program as a function of leaves, of which a transform follows some. Its outputs that depend on no followed leaf are
 * a program of their own, so that the transform does not follow them.
 */
export const openFollowed = (
  name: string,
  program: Program,
  followed: readonly boolean[],
  prepare: Prepare,
): LeafFunction => {
  const depends = dependencies(program, followed);
  const dependent: Program = { ...program, outputs: program.outputs.filter((id) => depends[id] === true) };
  const runDependent = openProgram(name, dependent, prepare);
  const runIndependent = openProgram(name, independentPart(program, followed, depends), prepare);
  return (leaves) => {
    const dependents = runDependent(leaves).values();
    const independents = runIndependent(leaves.filter((_, i) => followed[i] !== true)).values();
    return program.outputs.flatMap((id) => (depends[id] === true ? dependents : independents).next().value ?? []);
  };
};
