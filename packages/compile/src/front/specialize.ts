import {
  checkReturned,
  evaluateProgram,
  inlineProgram,
  type Place,
  type Program,
  resultPlace,
  simplifyProgram,
  traceLeaves,
  UnboundedError,
} from "@gradfold/autodiff/compiler";
import { type DType, type NDArray, type Shape, TraceError, TreeError } from "@gradfold/core";
import {
  flattenAs,
  isList,
  isNDArray,
  isTransforming,
  layoutOf,
  type Limit,
  sameShape,
  tracer,
} from "@gradfold/core/transform";
import { lower } from "../graph/lower.ts";
import { type Answer, instantiate, type Judge, type Run, type Runner } from "../run/call.ts";
import type { Pool } from "../run/pool.ts";
import type { Backend } from "../wasm/backend.ts";
import { type Form, isFlat, matches, type Numbers, putTogether, takeApart } from "./form.ts";

/** A function made ready for arguments of a form, and for arrays of certain types. */
export interface Specialized {
  readonly form: Form;
  readonly numbers: Numbers;
  /** How many arrays the form has, if it is a list of them and nothing else, and no number would become one. */
  readonly flat: number | undefined;
  readonly runner: Runner;
  readonly result: Form;
  readonly givesFlat: boolean;
  /** The arrays of the last call, which need not be looked at again. */
  last: readonly NDArray[];
}

/** Of an argument's array: all that code depends on. */
export interface LeafType {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether one element stands for all. */
  readonly isOne: boolean;
}

export const typeOf = (x: NDArray): LeafType => ({ shape: x.shape, dtype: x.dtype, isOne: layoutOf(x) === "one" });

export const isTraced = (x: NDArray): boolean => tracer(x) !== undefined;

/** Says whether something is an array of the type that an argument was. */
const judgeFor =
  (types: readonly LeafType[]): Judge =>
  (argument, x) => {
    const type = types[argument];
    if (type === undefined || !isNDArray(x) || type.dtype !== x.dtype || !sameShape(type.shape, x.shape))
      return "other";
    if (isTraced(x)) return "traced";
    return type.isOne === (layoutOf(x) === "one") ? "fits" : "other";
  };

/** Runs what is not compiled, once its arguments have been judged. */
const judged =
  (count: number, judge: Judge, run: (leaves: readonly NDArray[]) => readonly NDArray[]): Run =>
  (leaves) => {
    for (let i = 0; i < count; i++) {
      const verdict = judge(i, leaves[i]);
      if (verdict !== "fits") return verdict;
    }
    return run(leaves as readonly NDArray[]); // as they have been judged
  };

/** What needs no memory. */
const always = (run: Run): Runner => ({ run, leave: () => undefined });

/** Where programs run, and in which memories. */
export interface Runtime {
  readonly backend: Backend;
  readonly pool: Pool;
}

export const makeRunner = (
  caller: string,
  program: Program,
  types: readonly LeafType[],
  { backend, pool }: Runtime,
): Runner => {
  const judge = judgeFor(types);
  const slowly = judged(types.length, judge, (leaves) => evaluateProgram(program, leaves));
  if (backend === "eager") return always(slowly);
  const graph = lower(caller, program, (i) => types[i]?.isOne ?? false);
  return instantiate(caller, graph, judge, pool, slowly);
};

/** Who has a tree, and what it calls the places in it. */
export interface Caller {
  readonly name: string;
  readonly place: Place;
}

/** The form of a tree; what is none is refused as everywhere. */
const formOf = ({ name, place }: Caller, tree: unknown, numbers: Numbers, leaves: NDArray[]): Form => {
  const form = takeApart(tree, numbers, leaves);
  if (form !== undefined) return form;
  flattenAs(name, tree, place);
  throw new TreeError(`${name}: ${place("")} is no tree of arrays.`);
};

/** A tree taken apart. */
interface Taken {
  readonly form: Form;
  readonly leaves: readonly NDArray[];
}

export const takeTree = (caller: Caller, tree: unknown, numbers: Numbers): Taken => {
  const leaves: NDArray[] = [];
  return { form: formOf(caller, tree, numbers, leaves), leaves };
};

/** The most operations that are compiled. */
const mostOperations = 200_000;

export const limitFor = (name: string): Limit => ({ name, operations: mostOperations });

/** A function of a tree as a program of its arrays, and the form of its result. */
interface Traced {
  readonly program: Program;
  readonly result: Form;
}

/** Undefined if the function uses values of a transform around it, which then must see its operations. */
export const traceTree = (
  caller: Caller,
  { form, leaves }: Taken,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
): Traced | undefined => {
  const outputs: NDArray[] = [];
  const { program, result } = traceLeaves(
    leaves,
    (xs) => {
      const returned = f(putTogether(form, xs));
      checkReturned(caller.name, returned);
      return formOf({ ...caller, place: resultPlace }, returned, numbers, outputs);
    },
    () => outputs,
    limitFor(caller.name),
  );
  return program.constants.some(isTraced) ? undefined : { program, result };
};

/** The same program of fewer operations, all of which are primitives, loops and choices. */
export const simplify = (name: string, program: Program): Program =>
  inlineProgram(simplifyProgram(program), limitFor(name));

/** A function of a tree ready to run, and the form of its result. */
interface Ready {
  readonly runner: Runner;
  readonly result: Form;
}

const makeReady = (
  caller: Caller,
  taken: Taken,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
  runtime: Runtime,
): Ready | undefined => {
  const traced = traceTree(caller, taken, f, numbers);
  if (traced === undefined) return undefined;
  const simplified = simplify(caller.name, traced.program);
  return { runner: makeRunner(caller.name, simplified, taken.leaves.map(typeOf), runtime), result: traced.result };
};

/** Throws an error again, for arguments of the types that it was thrown for. It is made anew: an error keeps its stack. */
const failing = (types: readonly LeafType[], { message }: TraceError, isUnbounded: boolean): Ready => ({
  runner: always(
    judged(types.length, judgeFor(types), () => {
      throw isUnbounded ? new UnboundedError(message) : new TraceError(message);
    }),
  ),
  result: { kind: "still", value: undefined },
});

/**
 * Traces a function of a tree of arrays and compiles it; undefined if a transform follows its arrays, or it uses values
 * of one, which then must see its operations. A function that cannot be traced is remembered with its error, which the
 * first run throws.
 *
 * @throws TreeError for an argument or a result that is no tree of arrays; ShapeError when it needs more memory than can
 *   be addressed; what the function throws
 */
export const specialize = (
  caller: Caller,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
  runtime: Runtime,
): { readonly specialized: Specialized; readonly leaves: readonly NDArray[] } | undefined => {
  const taken = takeTree(caller, tree, numbers);
  const { form, leaves } = taken;
  if (leaves.some(isTraced)) return undefined;
  const readyOrError = (): Ready | undefined => {
    try {
      return makeReady(caller, taken, f, numbers, runtime);
    } catch (error) {
      // Inside of a transform the fault may lie in what the function closes over.
      if (!(error instanceof TraceError) || isTransforming()) throw error;
      return failing(leaves.map(typeOf), error, error instanceof UnboundedError);
    }
  };
  const ready = readyOrError();
  if (ready === undefined) return undefined;
  const { runner, result } = ready;
  const flat = numbers === "still" && isFlat(form) ? leaves.length : undefined;
  return { leaves, specialized: { form, numbers, flat, runner, result, givesFlat: isFlat(result), last: [] } };
};

const put = ({ givesFlat, result }: Specialized, answer: Answer): unknown =>
  givesFlat || answer === "other" || answer === "traced" ? answer : putTogether(result, answer);

/** What a specialized function gives for the arrays of a tree. */
export const resultOf = (specialized: Specialized, leaves: readonly NDArray[]): unknown =>
  put(specialized, specialized.runner.run(leaves));

/**
 * What a specialized function gives for a tree: "other" if it is not ready for it, "traced" if a transform follows one of
 * the arrays. No tree is a text.
 */
export const resultFor = (specialized: Specialized, tree: unknown): unknown => {
  const { form, numbers, flat, runner, last } = specialized;
  if (flat !== undefined) return isList(tree) && tree.length === flat ? put(specialized, runner.run(tree)) : "other";
  const leaves: NDArray[] = [];
  if (!matches(form, tree, numbers, leaves, last)) return "other";
  const result = resultOf(specialized, leaves);
  if (result !== "other") specialized.last = leaves;
  return result;
};
