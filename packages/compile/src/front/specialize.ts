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
import { type Guard, instantiate, type Outcome, type Run, type Runner } from "../run/call.ts";
import type { Pool } from "../run/pool.ts";
import type { Backend } from "../wasm/backend.ts";
import { flatten, isFlat, matches, type NumberMode, type TreeDef, unflatten } from "./form.ts";

/** A function made ready for arguments of a form, and for arrays of certain types. */
export interface Specialized {
  readonly form: TreeDef;
  readonly numbers: NumberMode;
  /** How many arrays the form has, if it is a list of them and nothing else, and no number would become one. */
  readonly flat: number | undefined;
  readonly runner: Runner;
  readonly result: TreeDef;
  readonly givesFlat: boolean;
  /** The arrays of the last call, which need not be looked at again. */
  last: readonly NDArray[];
}

/** The properties of an argument's array on which the code depends. */
export interface LeafType {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether all elements are one element in memory. */
  readonly isOne: boolean;
}

export const typeOf = (x: NDArray): LeafType => ({ shape: x.shape, dtype: x.dtype, isOne: layoutOf(x) === "one" });

export const isTraced = (x: NDArray): boolean => tracer(x) !== undefined;

/** The guard for arguments of some types. */
const guardFor =
  (types: readonly LeafType[]): Guard =>
  (argument, x) => {
    const type = types[argument];
    if (type === undefined || !isNDArray(x) || type.dtype !== x.dtype || !sameShape(type.shape, x.shape)) return "miss";
    if (isTraced(x)) return "traced";
    return type.isOne === (layoutOf(x) === "one") ? "hit" : "miss";
  };

/** Runs what is not compiled, once its arguments have been judged. */
const judged =
  (count: number, guard: Guard, run: (leaves: readonly NDArray[]) => readonly NDArray[]): Run =>
  (leaves) => {
    for (let i = 0; i < count; i++) {
      const verdict = guard(i, leaves[i]);
      if (verdict !== "hit") return verdict;
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
  const guard = guardFor(types);
  const slowly = judged(types.length, guard, (leaves) => evaluateProgram(program, leaves));
  if (backend === "eager") return always(slowly);
  const graph = lower(caller, program, (i) => types[i]?.isOne ?? false);
  return instantiate(caller, graph, guard, pool, slowly);
};

/** The public function that was called, and how it names a path in its arguments. */
export interface Caller {
  readonly name: string;
  readonly place: Place;
}

/** The form of a tree; what is none is refused as everywhere. */
const treeDefOf = ({ name, place }: Caller, tree: unknown, numbers: NumberMode, leaves: NDArray[]): TreeDef => {
  const form = flatten(tree, numbers, leaves);
  if (form !== undefined) return form;
  flattenAs(name, tree, place);
  throw new TreeError(`${name}: ${place("")} is no tree of arrays.`);
};

/** A tree taken apart. */
interface Taken {
  readonly form: TreeDef;
  readonly leaves: readonly NDArray[];
}

export const takeTree = (caller: Caller, tree: unknown, numbers: NumberMode): Taken => {
  const leaves: NDArray[] = [];
  return { form: treeDefOf(caller, tree, numbers, leaves), leaves };
};

/** The most operations that are compiled. */
const mostOperations = 200_000;

const limitFor = (name: string): Limit => ({ name, operations: mostOperations });

/** A function of a tree as a program of its arrays, and the form of its result. */
interface Traced {
  readonly program: Program;
  readonly result: TreeDef;
}

/** Undefined if the function uses values of a transform around it, which then must see its operations. */
export const traceTree = (
  caller: Caller,
  { form, leaves }: Taken,
  f: (tree: unknown) => unknown,
  numbers: NumberMode,
): Traced | undefined => {
  const outputs: NDArray[] = [];
  const { program, result } = traceLeaves(
    leaves,
    (xs) => {
      const returned = f(unflatten(form, xs));
      checkReturned(caller.name, returned);
      return treeDefOf({ ...caller, place: resultPlace }, returned, numbers, outputs);
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
  readonly result: TreeDef;
}

const makeReady = (
  caller: Caller,
  taken: Taken,
  f: (tree: unknown) => unknown,
  numbers: NumberMode,
  runtime: Runtime,
): Ready | undefined => {
  const traced = traceTree(caller, taken, f, numbers);
  if (traced === undefined) return undefined;
  const simplified = simplify(caller.name, traced.program);
  return { runner: makeRunner(caller.name, simplified, taken.leaves.map(typeOf), runtime), result: traced.result };
};

/**
 * Throws an error again, for arguments of the types that it was thrown for. It is made anew: an error keeps its stack.
 */
const failing = (types: readonly LeafType[], { message }: TraceError, isUnbounded: boolean): Ready => ({
  runner: always(
    judged(types.length, guardFor(types), () => {
      throw isUnbounded ? new UnboundedError(message) : new TraceError(message);
    }),
  ),
  result: { kind: "static", value: undefined },
});

/**
 * Traces a function of a tree of arrays and compiles it; undefined if a transform follows its arrays, or it uses values
 * of one, which then must see its operations. A function that cannot be traced is remembered with its error, which the
 * first run throws.
 *
 * @throws TreeError for an argument or a result that is no tree of arrays; ShapeError when it needs more memory than
 *   can be addressed; what the function throws
 */
export const specialize = (
  caller: Caller,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: NumberMode,
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
  const flat = numbers === "static" && isFlat(form) ? leaves.length : undefined;
  return { leaves, specialized: { form, numbers, flat, runner, result, givesFlat: isFlat(result), last: [] } };
};

const put = ({ givesFlat, result }: Specialized, outcome: Outcome): unknown =>
  givesFlat || outcome === "miss" || outcome === "traced" ? outcome : unflatten(result, outcome);

/** What a specialized function gives for the arrays of a tree. */
export const resultOf = (specialized: Specialized, leaves: readonly NDArray[]): unknown =>
  put(specialized, specialized.runner.run(leaves));

/**
 * What a specialized function gives for a tree: "other" if it is not ready for it, "traced" if a transform follows one
 * of the arrays. No tree is a text.
 */
export const resultFor = (specialized: Specialized, tree: unknown): unknown => {
  const { form, numbers, flat, runner, last } = specialized;
  if (flat !== undefined) return isList(tree) && tree.length === flat ? put(specialized, runner.run(tree)) : "miss";
  const leaves: NDArray[] = [];
  if (!matches(form, tree, numbers, leaves, last)) return "miss";
  const result = resultOf(specialized, leaves);
  if (result !== "miss") specialized.last = leaves;
  return result;
};
