import { checkReturned, type Place, type Program, resultPlace, traceLeaves } from "@gradfold/autodiff/compiler";
import { type NDArray, TreeError } from "@gradfold/core";
import { flattenAs, type Limit } from "@gradfold/core/transform";
import { isTraced } from "./leaf.ts";
import { flatten, type NumberMode, type TreeDef, unflatten } from "./treedef.ts";

/* Functions of trees as programs of arrays. */

/** The public function that was called, and how it names a path in its arguments. */
export interface Caller {
  readonly name: string;
  readonly place: Place;
}

/** The definition of a tree; a value that is no tree is refused in the words of all functions of trees. */
const treeDefOf = ({ name, place }: Caller, tree: unknown, numbers: NumberMode, leaves: NDArray[]): TreeDef => {
  const treeDef = flatten(tree, numbers, leaves);
  if (treeDef !== undefined) return treeDef;
  flattenAs(name, tree, place);
  throw new TreeError(`${name}: ${place("")} is no tree of arrays.`);
};

/** A flattened tree. */
export interface Flat {
  readonly treeDef: TreeDef;
  readonly leaves: readonly NDArray[];
}

/** Flattens the arguments of a call. @throws TreeError for a value that is no tree of arrays */
export const takeTree = (caller: Caller, tree: unknown, numbers: NumberMode): Flat => {
  const leaves: NDArray[] = [];
  return { treeDef: treeDefOf(caller, tree, numbers, leaves), leaves };
};

/** The most operations that are compiled. */
const mostOperations = 200_000;

export const limitFor = (name: string): Limit => ({ name, operations: mostOperations });

/** A call of a function of a tree, which is traced. */
export interface Call {
  readonly caller: Caller;
  readonly args: Flat;
  readonly f: (tree: unknown) => unknown;
  /** Whether numbers among the results become arrays. */
  readonly numbers: NumberMode;
}

/** The program of a call, and the definition of its result. */
export interface Traced {
  readonly program: Program;
  readonly result: TreeDef;
}

/** Traces a call; undefined if its function uses values that a transform follows, which must see its operations. */
export const traceCall = ({ caller, args, f, numbers }: Call): Traced | undefined => {
  const outputs: NDArray[] = [];
  const { program, result } = traceLeaves(
    args.leaves,
    (xs) => {
      const returned = f(unflatten(args.treeDef, xs));
      checkReturned(caller.name, returned);
      return treeDefOf({ ...caller, place: resultPlace }, returned, numbers, outputs);
    },
    () => outputs,
    limitFor(caller.name),
  );
  return program.constants.some(isTraced) ? undefined : { program, result };
};
