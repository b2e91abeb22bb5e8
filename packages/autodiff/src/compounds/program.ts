import type { NDArray } from "@gradfold/core";
import { batch, stackSize } from "../batch.ts";
import { call, type Compound } from "../compound.ts";
import { atMarks, countOf, isFloating, marked, outputTypes, partsOf, present, stackedTypes } from "../derived.ts";
import { elementAt } from "../element.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { LeafFunction } from "../leaves.ts";
import { assemble, type Program, renumber } from "../program.ts";
import { push } from "../push.ts";
import { traceLeaves } from "../trace.ts";
import { openCache } from "./cache.ts";
import { type Asked, type Halves, halves } from "./halves.ts";

/*
 * A program that transforms see as one operation. The programs that they make of it are run by whoever gave `prepare`: a
 * compiler. The operation stands for the operations of the program: these are transformed as they were recorded, in their
 * order, and a pullback adds to the cotangents that there are already, so that the bits are those of the operations.
 */

/** Makes a program ready to run where no operand is followed. */
export type Prepare = (program: Program) => LeafFunction;

/** Distinct operands, and the number of the one that each of the given arrays is. */
export interface Distinct {
  readonly operands: readonly NDArray[];
  readonly operandOf: readonly number[];
}

/** The different arrays among some, each once, and which of them each was. */
export const distinct = (given: readonly NDArray[]): Distinct => {
  const numbers = new Map<NDArray, number>();
  const operandOf = given.map((x) => {
    const number = numbers.get(x) ?? numbers.size;
    numbers.set(x, number);
    return number;
  });
  return { operands: [...numbers.keys()], operandOf };
};

/** The same program of distinct operands and results. */
const ofDistinct = (program: Program, operandOf: readonly number[], outputs: readonly number[]): Program => {
  const { inputs, constants, equations, types } = program;
  const firsts: number[] = [];
  operandOf.forEach((operand, i) => (firsts[operand] ??= i));
  const to = (id: number): number => (id < inputs.length ? elementAt(firsts, elementAt(operandOf, id)) : id);
  return assemble({
    inputIds: firsts,
    constantIds: constants.map((_, i) => inputs.length + i),
    constants,
    equations: equations.map((equation) => renumber(equation, to)),
    outputs,
    types,
  });
};

/** A program as a function of distinct operands, which tells for each of its inputs which operand it is. */
const applied = (name: string, program: Program, operandOf: readonly number[], prepare: Prepare): LeafFunction => {
  const { inputs, constants, outputs } = program;
  const [first, firstMade] = [inputs.length, inputs.length + constants.length];
  const made = [...new Set(outputs.filter((id) => id >= firstMade))];
  const compound = programCompound(name, ofDistinct(program, operandOf, made), prepare);
  const numbers = new Map(made.map((id, i) => [id, i]));
  return (operands) => {
    const results = made.length === 0 ? [] : call(compound, operands);
    return outputs.map((id) => {
      if (id < first) return elementAt(operands, elementAt(operandOf, id));
      return id < firstMade ? elementAt(constants, id - first) : elementAt(results, numbers.get(id) ?? -1);
    });
  };
};

/**
 * A program as a function of leaves. An operand that is given twice is one operand, a result that is given twice one
 * result, and an operand or a constant among the results is given as it is: so cotangents meet where they would.
 */
export const openProgram = (name: string, program: Program, prepare: Prepare): LeafFunction => {
  const known = openCache<LeafFunction>();
  return (given) => {
    const { operands, operandOf } = distinct(given);
    return known(operandOf.join(), () => applied(name, program, operandOf, prepare))(operands);
  };
};

/** A program's results and their tangents, for operands of which some move. */
const pushed = (program: Program, moved: readonly boolean[]) => {
  const { program: made, result } = traceLeaves(
    [...program.inputs, ...marked(program.inputs, moved)],
    (leaves) => {
      const { xs, ts } = partsOf(leaves, { xs: program.inputs.length, ts: countOf(moved) });
      return push((values) => evaluateProgram(program, values), xs, atMarks(ts, moved));
    },
    ({ outputs, tangents }) => [...outputs, ...tangents.flatMap((t) => t ?? [])],
  );
  return { program: made, marks: result.tangents.map((t) => t !== null) };
};

/** A program's results for stacks of n operands. */
const batched = (program: Program, mapped: readonly boolean[], n: number) => {
  const { program: made, result } = traceLeaves(
    stackedTypes(program.inputs, mapped, n),
    (leaves) => batch((values) => evaluateProgram(program, values), leaves, mapped),
    ({ outputs }) => outputs,
  );
  return { program: made, marks: result.mapped };
};

/** A program, its name, and how the programs that transforms make of it are made ready to run. */
interface Opened {
  readonly name: string;
  readonly program: Program;
  readonly open: (made: Program) => LeafFunction;
}

/** A function that a transform makes of a program; `marks` are its results that are followed. */
interface Transformed {
  readonly apply: LeafFunction;
  readonly marks: readonly boolean[];
}

const jvpOf = ({ program, open }: Opened): Compound["jvp"] => {
  const known = openCache<Transformed>();
  return (tangents, inputs) => {
    const moved = tangents.map((t) => t !== null);
    const { apply, marks } = known(moved.join(), () => {
      const made = pushed(program, moved);
      return { apply: open(made.program), marks: made.marks };
    });
    const lengths = { outputs: program.outputs.length, moving: countOf(marks) };
    const { outputs, moving } = partsOf(apply([...inputs, ...present(tangents)]), lengths);
    return { outputs, tangents: atMarks(moving, marks) };
  };
};

const batchOf = ({ program, open }: Opened): Compound["batch"] => {
  const known = openCache<Transformed>();
  return (inputs, mapped) => {
    const n = stackSize(inputs, mapped);
    const { apply, marks } = known(`${n} ${mapped.join()}`, () => {
      const made = batched(program, mapped, n);
      return { apply: open(made.program), marks: made.marks };
    });
    return { outputs: apply(inputs), mapped: marks };
  };
};

/** The way there: a function of the operands, and the number of its result that each residual is. */
interface Forward {
  readonly apply: LeafFunction;
  readonly resultOf: ReadonlyMap<number, number>;
}

/** The way back: a function of residuals, cotangents and sums. */
interface Back extends Pick<Halves, "residuals" | "found"> {
  readonly apply: LeafFunction;
}

const forwardOf = ({ program, open }: Opened, { forward, residuals }: Halves): Forward => ({
  apply: open(forward),
  resultOf: new Map(residuals.map((id, i) => [id, program.outputs.length + i])),
});

const backOf = ({ open }: Opened, { back, residuals, found }: Halves): Back => ({
  apply: open(back),
  residuals,
  found,
});

const keyOf = ({ wanted, given, summed }: Asked): string =>
  [wanted, given, summed].map((marks) => marks.join()).join(" ");

/** The residuals of a run of the way there, by name. */
const residualsIn = (name: string, inputs: readonly NDArray[], results: readonly NDArray[], { resultOf }: Forward) => {
  return (id: number): NDArray => {
    const x = id < inputs.length ? inputs[id] : results[resultOf.get(id) ?? -1];
    if (x === undefined) throw new Error(`${name}: value ${id} is no residual of the way there`);
    return x;
  };
};

const vjpOf = (opened: Opened): Compound["vjp"] => {
  const forwards = openCache<Forward>();
  const backs = openCache<Back>();
  // The way there is often cut off the very program that the way back is.
  const cuts = openCache<Halves>();
  const halvesOf = (asked: Asked): Halves => cuts(keyOf(asked), () => halves(opened.program, asked));
  const types = outputTypes(opened.program);
  const whole = { given: types.map(isFloating), summed: opened.program.inputs.map(() => false) };
  return (inputs, wanted) => {
    const forward = forwards(wanted.join(), () => forwardOf(opened, halvesOf({ wanted, ...whole })));
    const results = forward.apply(inputs);
    const residual = residualsIn(opened.name, inputs, results, forward);
    return {
      outputs: results.slice(0, types.length),
      addsUp: true,
      pullBack: (cotangents, sums = []) => {
        const given = types.map((type, i) => isFloating(type) && (cotangents[i] ?? null) !== null);
        const summed = inputs.map((_, i) => wanted[i] === true && (sums[i] ?? null) !== null);
        const asked = { wanted, given, summed };
        const { apply, residuals, found } = backs(keyOf(asked), () => backOf(opened, halvesOf(asked)));
        const known = [...residuals.map(residual), ...present(marked(cotangents, given))];
        return atMarks(apply([...known, ...present(marked(sums, summed))]), found);
      },
    };
  };
};

/** A program as one operation, which whoever gave `prepare` runs. */
const programCompound = (name: string, program: Program, prepare: Prepare): Compound => {
  const types = outputTypes(program);
  const opened: Opened = { name, program, open: (made) => openProgram(name, made, prepare) };
  let run: LeafFunction | undefined;
  return {
    name,
    control: { kind: "program", program },
    standsFor: program,
    types: () => types,
    evaluate: (inputs) => (run ??= prepare(program))(inputs),
    jvp: jvpOf(opened),
    vjp: vjpOf(opened),
    batch: batchOf(opened),
  };
};
