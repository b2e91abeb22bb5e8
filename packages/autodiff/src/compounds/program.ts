import type { NDArray } from "@gradfold/core";
import { call, type Compound } from "../compound.ts";
import { atMarks, countOf, isFloating, marked, outputTypes, partsOf, present, stackedTypes } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import { batch, stackSize } from "../batch.ts";
import type { LeafFunction } from "../leaves.ts";
import { assemble, type Program, renumber, resultsOf } from "../program.ts";
import { pullLeaves } from "../pull.ts";
import { push } from "../push.ts";
import { dropDead } from "../simplify.ts";
import { traceLeaves } from "../trace.ts";

/*
 * A program that transforms see as one operation, and of which they make programs again, so that someone else may run
 * them all: a compiler. It stands for its operations one by one: programs are transformed as they were recorded, in their
 * order, and a pullback adds to the cotangents that there are already, so that the bits are those of the operations.
 */

/** Makes a program ready to run where no operand is followed. */
export type Prepare = (program: Program) => LeafFunction;

/** At most so many of one kind are remembered. */
const most = 32;

/** Makes something once for a key; what was used least recently is forgotten first. */
const openCache = <A>(): ((key: string, make: () => A) => A) => {
  const known = new Map<string, A>();
  return (key, make) => {
    const found = known.get(key) ?? make();
    known.delete(key);
    known.set(key, found);
    const [oldest = key] = known.keys();
    if (known.size > most) known.delete(oldest);
    return found;
  };
};

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** The program of distinct operands, which tells for each operand of the given one which of them it is. */
const applied = (name: string, program: Program, places: readonly number[], prepare: Prepare): LeafFunction => {
  const { inputs, constants, equations, outputs, types } = program;
  const firsts: number[] = [];
  places.forEach((place, i) => (firsts[place] ??= i));
  const to = (id: number): number => firsts[places[id] ?? -1] ?? id;
  const [first, firstMade] = [inputs.length, inputs.length + constants.length];
  const made = [...new Set(outputs.filter((id) => id >= firstMade))];
  const distinct = assemble({
    inputIds: firsts,
    constantIds: upTo(constants.length).map((i) => first + i),
    constants,
    equations: equations.map((equation) => renumber(equation, to)),
    outputs: made,
    types,
  });
  const compound = programCompound(name, distinct, prepare);
  const numbers = new Map(made.map((id, i) => [id, i]));
  return (operands) => {
    const results = made.length === 0 ? [] : call(compound, operands);
    return outputs.flatMap((id) => {
      if (id < first) return operands[places[id] ?? -1] ?? [];
      return (id < firstMade ? constants[id - first] : results[numbers.get(id) ?? -1]) ?? [];
    });
  };
};

/**
 * A program as a function of leaves. An operand that is given twice is one operand, a result that is given twice one
 * result, and an operand or a constant among the results is given as it is: so cotangents meet where they would.
 */
export const openProgram = (name: string, program: Program, prepare: Prepare): LeafFunction => {
  const known = openCache<LeafFunction>();
  return (operands) => {
    const numbers = new Map<NDArray, number>();
    const places = operands.map((x) => {
      const number = numbers.get(x) ?? numbers.size;
      numbers.set(x, number);
      return number;
    });
    return known(places.join(), () => applied(name, program, places, prepare))([...numbers.keys()]);
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

/** What is known when a pullback is asked for: the wanted operands, the results with cotangents, the sums so far. */
interface Asked {
  readonly wanted: readonly boolean[];
  readonly given: readonly boolean[];
  readonly summed: readonly boolean[];
}

/** A program with its pullback, cut where the way back begins. */
interface Halves {
  /** From the operands to the results and what is remembered. */
  readonly forward: Program;
  /** From what is remembered, cotangents and sums to the operands' cotangents. */
  readonly back: Program;
  /** What is remembered: names of operands, and of what is made of them. */
  readonly remembered: readonly number[];
  /** The operands that have a cotangent. */
  readonly found: readonly boolean[];
}

const halves = (program: Program, { wanted, given, summed }: Asked): Halves => {
  const cotangentTypes = marked(outputTypes(program), given);
  const inputTypes = [...program.inputs, ...cotangentTypes, ...marked(program.inputs, summed)];
  let turn = 0;
  const { program: whole, result } = traceLeaves(
    inputTypes,
    (leaves, recorded) => {
      const { xs, cotangents, sums } = partsOf(leaves, {
        xs: program.inputs.length,
        cotangents: cotangentTypes.length,
        sums: countOf(summed),
      });
      const { outputs, pullBack } = pullLeaves((values) => evaluateProgram(program, values), xs, wanted);
      turn = recorded();
      return { outputs, shares: pullBack(atMarks(cotangents, given), atMarks(sums, summed)) };
    },
    ({ outputs, shares }) => [...outputs, ...shares.flatMap((share) => share ?? [])],
  );
  const [there, back] = [whole.equations.slice(0, turn), whole.equations.slice(turn)];
  const [results, shares] = [
    whole.outputs.slice(0, program.outputs.length),
    whole.outputs.slice(program.outputs.length),
  ];
  const operands = program.inputs.length;
  const firstMade = inputTypes.length + whole.constants.length;
  const made = new Set(there.flatMap(resultsOf));
  const needed = new Set([...back.flatMap(({ inputs }) => inputs), ...shares]);
  const remembered = [...needed].filter((id) => id < operands || made.has(id));
  const part = (inputIds: readonly number[], equations: typeof back, outputs: readonly number[]): Program =>
    dropDead(
      assemble({
        inputIds,
        constantIds: upTo(whole.constants.length).map((i) => inputTypes.length + i),
        constants: whole.constants,
        equations,
        outputs,
        types: whole.types,
      }),
    );
  return {
    forward: part(upTo(operands), there, [...results, ...remembered]),
    back: part([...remembered, ...upTo(inputTypes.length).slice(operands)], back, shares),
    // The way there is the same, whatever is asked for: a name is a place on it, behind the operands.
    remembered: remembered.map((id) => (id < operands ? id : operands + id - firstMade)),
    found: result.shares.map((share) => share !== null),
  };
};

/** A program as one operation, which someone else prepares to run. */
const programCompound = (name: string, program: Program, prepare: Prepare): Compound => {
  const types = outputTypes(program);
  const open = (made: Program): LeafFunction => openProgram(name, made, prepare);
  let run: LeafFunction | undefined;
  const pushes = openCache<{ readonly apply: LeafFunction; readonly marks: readonly boolean[] }>();
  const batches = openCache<{ readonly apply: LeafFunction; readonly marks: readonly boolean[] }>();
  const forwards = openCache<{ readonly apply: LeafFunction; readonly places: ReadonlyMap<number, number> }>();
  const backs = openCache<Omit<Halves, "forward" | "back"> & { readonly apply: LeafFunction }>();

  const forwardOf = (wanted: readonly boolean[]) => {
    const { forward, remembered } = halves(program, {
      wanted,
      given: types.map(isFloating),
      summed: program.inputs.map(() => false),
    });
    return { apply: open(forward), places: new Map(remembered.map((id, place) => [id, types.length + place])) };
  };
  const backOf = (asked: Asked) => {
    const { back, remembered, found } = halves(program, asked);
    return { apply: open(back), remembered, found };
  };

  return {
    name,
    control: { kind: "program", program },
    standsFor: program,
    types: () => types,
    evaluate: (inputs) => (run ??= prepare(program))(inputs),
    jvp: (tangents, inputs) => {
      const moved = tangents.map((t) => t !== null);
      const { apply, marks } = pushes(moved.join(), () => {
        const { program: made, marks: found } = pushed(program, moved);
        return { apply: open(made), marks: found };
      });
      const { outputs, moving } = partsOf(apply([...inputs, ...present(tangents)]), {
        outputs: types.length,
        moving: countOf(marks),
      });
      return { outputs, tangents: atMarks(moving, marks) };
    },
    vjp: (inputs, wanted) => {
      const { apply, places } = forwards(wanted.join(), () => forwardOf(wanted));
      const results = apply(inputs);
      const resultNamed = (id: number): NDArray => {
        const x = id < inputs.length ? inputs[id] : results[places.get(id) ?? -1];
        if (x === undefined) throw new Error(`${name}: value ${id} is not remembered`);
        return x;
      };
      return {
        outputs: results.slice(0, types.length),
        addsUp: true,
        pullBack: (cotangents, sums = []) => {
          const given = types.map((type, i) => isFloating(type) && (cotangents[i] ?? null) !== null);
          const summed = inputs.map((_, i) => wanted[i] === true && (sums[i] ?? null) !== null);
          const key = [wanted, given, summed].map((marks) => marks.join()).join(" ");
          const back = backs(key, () => backOf({ wanted, given, summed }));
          const shares = back.apply([
            ...back.remembered.map(resultNamed),
            ...present(marked(cotangents, given)),
            ...present(marked(sums, summed)),
          ]);
          return atMarks(shares, back.found);
        },
      };
    },
    batch: (inputs, mapped) => {
      const n = stackSize(inputs, mapped);
      const { apply, marks } = batches(`${n} ${mapped.join()}`, () => {
        const { program: made, marks: found } = batched(program, mapped, n);
        return { apply: open(made), marks: found };
      });
      return { outputs: apply(inputs), mapped: marks };
    },
  };
};
