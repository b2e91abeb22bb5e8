import { evaluateProgram, UnboundedError } from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import { isList } from "@gradfold/core/library";
import { isTransforming } from "@gradfold/core/transform";
import { instantiate, type Runner } from "../run/call.ts";
import type { Guard, Outcome, Run } from "../run/entry.ts";
import type { Pool } from "../run/pool.ts";
import type { Backend } from "../wasm/kind.ts";
import { guardFor, isTraced, type LeafType, typeOf } from "./leaf.ts";
import { type Compilation, formOf, runPasses } from "./passes.ts";
import { type Call, type Caller, takeTree } from "./trace.ts";
import { isFlat, matches, type NumberMode, type TreeDef, unflatten } from "./treedef.ts";

/** A function that is ready for arguments of one tree definition, and for arrays of certain types. */
export interface Specialized {
  readonly treeDef: TreeDef;
  readonly numbers: NumberMode;
  /** The number of arrays, if the arguments are a list of arrays only, and no number would become an array. */
  readonly flat: number | undefined;
  readonly runner: Runner;
  readonly result: TreeDef;
  readonly givesFlat: boolean;
  /** The arrays of the last call, which need not be looked at again. */
  last: readonly NDArray[];
}

/** Runs a function that is not compiled, on arguments that pass the guard. */
const guarded =
  (count: number, guard: Guard, run: (leaves: readonly NDArray[]) => readonly NDArray[]): Run =>
  (leaves) => {
    for (let i = 0; i < count; i++) {
      const verdict = guard(i, leaves[i]);
      if (verdict !== "hit") return verdict;
    }
    return run(leaves as readonly NDArray[]); // as the guard has found
  };

/** A runner without a memory, which never has to leave one. */
const withoutMemory = (run: Run): Runner => ({ run, leave: () => undefined });

/** The back end that runs programs, and the memories in which they run. */
export interface Runtime {
  readonly backend: Backend;
  readonly pool: Pool;
}

/** A runner of an inlined program. */
export const makeRunner = (compilation: Compilation, { backend, pool }: Runtime): Runner => {
  const { caller, types } = compilation;
  const program = formOf(compilation, "program");
  const guard = guardFor(types);
  const otherwise = guarded(types.length, guard, (leaves) => evaluateProgram(program, leaves));
  if (backend === "eager") return withoutMemory(otherwise);
  const graph = formOf(runPasses(compilation, "lower", "lower"), "graph");
  const emit = () => formOf(runPasses({ caller, types, graph }, "schedule", "emit"), "module");
  return instantiate({ caller, graph, emit, guard, otherwise }, pool);
};

/** A function of a tree ready to run, and the definition of its result. */
interface Ready {
  readonly runner: Runner;
  readonly result: TreeDef;
}

const makeReady = (call: Call, types: readonly LeafType[], runtime: Runtime): Ready | undefined => {
  const traced = runPasses({ caller: call.caller.name, types, call }, "trace", "trace");
  if (traced.program === undefined) return undefined;
  const runner = makeRunner(runPasses(traced, "simplify", "inline"), runtime);
  return { runner, result: formOf(traced, "result") };
};

/** Throws an error anew for arguments of the types for which it was thrown, since an error keeps its stack. */
const failing = (types: readonly LeafType[], { message }: TraceError, isUnbounded: boolean): Ready => ({
  runner: withoutMemory(
    guarded(types.length, guardFor(types), () => {
      throw isUnbounded ? new UnboundedError(message) : new TraceError(message);
    }),
  ),
  result: { kind: "static", value: undefined },
});

const readyOrFailing = (call: Call, runtime: Runtime): Ready | undefined => {
  const types = call.args.leaves.map(typeOf);
  try {
    return makeReady(call, types, runtime);
  } catch (error) {
    // Inside of a transform the function may close over a value that is the fault.
    if (!(error instanceof TraceError) || isTransforming()) throw error;
    return failing(types, error, error instanceof UnboundedError);
  }
};

/**
 * Traces a function of a tree of arrays and compiles it; undefined if a transform follows its arrays, or if it uses
 * values that one follows, which must see its operations. A function that cannot be traced is remembered with its
 * error, which the first run throws.
 *
 * @throws TreeError for an argument or a result that is no tree of arrays; ShapeError when it needs more memory than
 *   can be addressed; the errors of the function
 */
export const specialize = (
  caller: Caller,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: NumberMode,
  runtime: Runtime,
): { readonly specialized: Specialized; readonly leaves: readonly NDArray[] } | undefined => {
  const args = takeTree(caller, tree, numbers);
  const { treeDef, leaves } = args;
  if (leaves.some(isTraced)) return undefined;
  const ready = readyOrFailing({ caller, args, f, numbers }, runtime);
  if (ready === undefined) return undefined;
  const { runner, result } = ready;
  const flat = numbers === "static" && isFlat(treeDef) ? leaves.length : undefined;
  return { leaves, specialized: { treeDef, numbers, flat, runner, result, givesFlat: isFlat(result), last: [] } };
};

const put = ({ givesFlat, result }: Specialized, outcome: Outcome): unknown =>
  givesFlat || outcome === "miss" || outcome === "traced" ? outcome : unflatten(result, outcome);

/** The result of a specialized function for the arrays of a tree. */
export const resultOf = (specialized: Specialized, leaves: readonly NDArray[]): unknown =>
  put(specialized, specialized.runner.run(leaves));

/**
 * The result of a specialized function for a tree: "miss" if it is not ready for it, "traced" if a transform follows
 * one of the arrays. A result is never a text, since a tree is none.
 */
export const resultFor = (specialized: Specialized, tree: unknown): unknown => {
  const { treeDef, numbers, flat, runner, last } = specialized;
  if (flat !== undefined) return isList(tree) && tree.length === flat ? put(specialized, runner.run(tree)) : "miss";
  const leaves: NDArray[] = [];
  if (!matches(treeDef, tree, numbers, leaves, last)) return "miss";
  const result = resultOf(specialized, leaves);
  if (result !== "miss") specialized.last = leaves;
  return result;
};
