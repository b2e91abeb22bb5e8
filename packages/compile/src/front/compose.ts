import {
  assemble,
  evaluateProgram,
  type LeafFunction,
  openProgram,
  type Prepare,
  type Program,
  resultsOf,
  UnboundedError,
} from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import { sameShape } from "@gradfold/core/transform";
import type { Runner } from "../run/call.ts";
import { matches, renumbered, type TreeDef, unflatten } from "./form.ts";
import {
  type Caller,
  isTraced,
  type LeafType,
  makeRunner,
  type Runtime,
  simplify,
  takeTree,
  traceTree,
  typeOf,
} from "./specialize.ts";

/*
 * A compiled function inside of transforms: its program is one operation, and the programs that transforms make of it,
 * such as its pullback, are compiled as well.
 */

/**
 * At most so many forms and types of arguments are remembered, and ways in which a program's operands lie in memory.
 */
const [mostForms, mostLayouts] = [32, 4];

/** Runs programs compiled, or operation by operation if one of these is not compiled yet. */
const compiledBy =
  (name: string, runtime: Runtime): Prepare =>
  (program) => {
    const simplified = simplify(name, program);
    const runners: Runner[] = [];
    const learn = (inputs: readonly NDArray[]): readonly NDArray[] => {
      const runner = makeRunner(name, simplified, inputs.map(typeOf), runtime);
      runners.unshift(runner);
      for (const forgotten of runners.splice(mostLayouts)) runtime.pool.drop(forgotten);
      const outcome = runner.run(inputs);
      if (typeof outcome === "string") throw new Error(`${name}: a program does not fit its own operands`);
      return outcome;
    };
    let coversResult = true;
    return (inputs) => {
      for (const runner of runners) {
        const outcome = runner.run(inputs);
        if (typeof outcome === "string") continue;
        runtime.pool.touch(runner);
        return outcome;
      }
      if (!coversResult) return evaluateProgram(simplified, inputs);
      try {
        return learn(inputs);
      } catch (error) {
        if (!(error instanceof TraceError)) throw error;
        coversResult = false;
        return evaluateProgram(simplified, inputs);
      }
    };
  };

/** The results that depend on a followed operand, and the others, which stay as known as they were. */
const apart = (program: Program, followed: readonly boolean[]) => {
  const { inputs, constants, equations, outputs, types } = program;
  const depends = new Array<boolean>(types.length).fill(false);
  followed.forEach((is, id) => (depends[id] = is));
  const others = equations.filter((equation) => {
    const text = equation.inputs.some((id) => depends[id]);
    for (const id of resultsOf(equation)) depends[id] = text;
    return !text;
  });
  const ids = inputs.map((_, id) => id);
  const known = assemble({
    inputIds: ids.filter((id) => followed[id] !== true),
    constantIds: constants.map((_, i) => inputs.length + i),
    constants,
    equations: others,
    outputs: outputs.filter((id) => depends[id] !== true),
    types,
  });
  const unknown: Program = { ...program, outputs: outputs.filter((id) => depends[id] === true) };
  return { known, unknown, isUnknown: outputs.map((id) => depends[id] === true) };
};

const open = (name: string, program: Program, followed: readonly boolean[], runtime: Runtime): LeafFunction => {
  const prepare = compiledBy(name, runtime);
  const { known, unknown, isUnknown } = apart(program, followed);
  const [followUp, beside] = [openProgram(name, unknown, prepare), openProgram(name, known, prepare)];
  return (leaves) => {
    const [later, now] = [followUp(leaves), beside(leaves.filter((_, i) => followed[i] !== true))].map((list) =>
      list.values(),
    );
    return isUnknown.flatMap((is) => (is ? later : now)?.next().value ?? []);
  };
};

/** A list without repetitions, and for each element its place there. */
interface Distinct {
  readonly list: readonly NDArray[];
  readonly places: readonly number[];
}

const distinctOf = (leaves: readonly NDArray[]): Distinct => {
  const numbers = new Map<NDArray, number>();
  const places = leaves.map((x) => {
    const number = numbers.get(x) ?? numbers.size;
    numbers.set(x, number);
    return number;
  });
  return { list: [...numbers.keys()], places };
};

/** A function inside of a transform, for arguments of a form and types of which some are followed. */
interface Composed {
  readonly form: TreeDef;
  /** An array that is given twice is one operand: it has one cotangent, to which all shares are added. */
  readonly places: readonly number[];
  readonly types: readonly LeafType[];
  readonly followed: readonly boolean[];
  /** The result for the operands; undefined if the function can only be called. */
  readonly apply: ((operands: readonly NDArray[]) => unknown) | undefined;
}

/** The operands among some arguments, if the arguments fit. */
const operandsIn = ({ form, places, types, followed }: Composed, args: unknown): readonly NDArray[] | undefined => {
  const leaves: NDArray[] = [];
  if (!matches(form, args, "static", leaves, [])) return undefined;
  const distinct = distinctOf(leaves);
  const fit =
    distinct.places.every((place, i) => place === places[i]) &&
    types.every(({ shape, dtype }, i) => {
      const x = distinct.list[i];
      return x !== undefined && x.dtype === dtype && sameShape(x.shape, shape) && isTraced(x) === followed[i];
    });
  return fit ? distinct.list : undefined;
};

/**
 * Calls a function for arguments of which a transform follows some: compiled, unless it asks for values or closes over
 * others that are followed. Then it is called as it is.
 */
export const openComposition = (caller: Caller, f: (args: unknown) => unknown, runtime: Runtime) => {
  const known: Composed[] = [];

  const applierOf = (
    form: TreeDef,
    { list, places }: Distinct,
    followed: readonly boolean[],
  ): Composed["apply"] | "closed" => {
    try {
      const operands = renumbered(form, (index) => places[index] ?? index);
      const traced = traceTree(caller, { form: operands, leaves: list }, f, "static");
      if (traced === undefined) return "closed";
      const { program, result } = traced;
      const apply = open(caller.name, program, followed, runtime);
      return (leaves) => unflatten(result, apply(leaves));
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      if (!(error instanceof UnboundedError)) return undefined;
      const { message } = error;
      return () => {
        throw new UnboundedError(message);
      };
    }
  };

  return (args: readonly unknown[]): unknown => {
    if (runtime.backend === "eager") return f(args);
    for (const composed of known) {
      const operands = operandsIn(composed, args);
      if (operands !== undefined) return composed.apply === undefined ? f(args) : composed.apply(operands);
    }
    const { form, leaves } = takeTree(caller, args, "static");
    const distinct = distinctOf(leaves);
    const followed = distinct.list.map(isTraced);
    if (!followed.includes(true)) return f(args);
    const apply = applierOf(form, distinct, followed);
    if (apply === "closed") return f(args);
    known.unshift({ form, places: distinct.places, types: distinct.list.map(typeOf), followed, apply });
    known.splice(mostForms);
    return apply === undefined ? f(args) : apply(distinct.list);
  };
};
