import {
  evaluateProgram,
  inlineProgram,
  type Program,
  simplifyProgram,
  traceLeaves,
} from "@gradfold/autodiff/compiler";
import type { DType, NDArray, Shape } from "@gradfold/core";
import { isList, isNDArray, layoutOf, sameShape, tracer } from "@gradfold/core/transform";
import type { Backend } from "./backend.ts";
import { instantiate, type Run } from "./execute.ts";
import { type Form, isFlat, matches, type Numbers, putTogether, takeApart } from "./form.ts";
import { lower } from "./lower.ts";

/** A function made ready for arguments of a form, and for arrays of certain types. */
export interface Specialized {
  readonly form: Form;
  readonly types: readonly LeafType[];
  readonly run: Run;
  readonly result: Form;
  readonly isFlat: boolean;
  readonly givesFlat: boolean;
  /** The arrays of the last call, which need not be looked at again. */
  last: readonly NDArray[];
}

/** Of an argument's array: all that code depends on. */
interface LeafType {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether one element stands for all. */
  readonly isOne: boolean;
}

export const typeOf = (x: NDArray): LeafType => ({ shape: x.shape, dtype: x.dtype, isOne: layoutOf(x) === "one" });

const isTraced = (x: NDArray): boolean => tracer(x) !== undefined;

/** The arrays of arguments that a specialized function is ready for; "traced" if a transform follows one of them. */
export type Fitting = readonly NDArray[] | "traced";

/** Whether a tree is a list of so many arrays as at the last call; those of that call need no look. */
const areArrays = (list: unknown, last: readonly NDArray[]): list is readonly NDArray[] => {
  if (!isList(list) || list.length !== last.length) return false;
  for (let i = 0; i < list.length; i++) if (list[i] !== last[i] && !isNDArray(list[i])) return false;
  return true;
};

/** The arrays of a tree, if it has the form that a function was made ready for. */
const leavesOf = ({ form, isFlat, last }: Specialized, tree: unknown): readonly NDArray[] | undefined => {
  if (isFlat && areArrays(tree, last)) return tree;
  const leaves: NDArray[] = [];
  return matches(form, tree, leaves, last) ? leaves : undefined;
};

/** The arrays of a tree, if a function is ready for it; else undefined. */
export const fit = (specialized: Specialized, tree: unknown): Fitting | undefined => {
  const leaves = leavesOf(specialized, tree);
  if (leaves === undefined) return undefined;
  const { types, last } = specialized;
  let traced = false;
  for (let i = 0; i < types.length; i++) {
    const x = leaves[i];
    if (x === last[i]) continue;
    const type = types[i];
    if (type === undefined || x === undefined || type.dtype !== x.dtype || !sameShape(type.shape, x.shape))
      return undefined;
    if (isTraced(x)) traced = true;
    else if (type.isOne !== (layoutOf(x) === "one")) return undefined;
  }
  return traced ? "traced" : leaves;
};

const makeRun = (caller: string, program: Program, types: readonly LeafType[], backend: Backend): Run => {
  const eagerly: Run = (leaves) => evaluateProgram(program, leaves);
  if (backend === "eager") return eagerly;
  const graph = lower(caller, program, (i) => types[i]?.isOne ?? false);
  return instantiate(caller, graph) ?? eagerly;
};

/** A function of a tree of arrays as a program, and the forms of its argument and its result. */
interface Traced {
  readonly leaves: readonly NDArray[];
  readonly form: Form;
  readonly result: Form;
  readonly program: Program;
  readonly simplified: Program;
}

/** Undefined if the function uses values of a transform around it, which then must see its operations. */
export const traceTree = (tree: unknown, f: (tree: unknown) => unknown, numbers: Numbers): Traced | undefined => {
  const leaves: NDArray[] = [];
  const form = takeApart(tree, numbers, leaves);
  if (leaves.some(isTraced)) return undefined;
  const outputs: NDArray[] = [];
  const { program, result } = traceLeaves(
    leaves,
    (xs) => takeApart(f(putTogether(form, xs)), numbers, outputs),
    () => outputs,
  );
  if (program.constants.some(isTraced)) return undefined;
  return { leaves, form, result, program, simplified: inlineProgram(simplifyProgram(program)) };
};

/**
 * Traces a function of a tree of arrays and compiles it; undefined if it uses values of a transform around it, which
 * then must see its operations.
 *
 * @throws TraceError when the function asks for a value, or applies an operation that is not covered; ShapeError when
 *   it needs more memory than can be addressed
 */
export const specialize = (
  caller: string,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
  backend: Backend,
): { readonly specialized: Specialized; readonly leaves: readonly NDArray[] } | undefined => {
  const traced = traceTree(tree, f, numbers);
  if (traced === undefined) return undefined;
  const { leaves, form, result, simplified } = traced;
  const types = leaves.map(typeOf);
  const run = makeRun(caller, simplified, types, backend);
  return {
    leaves,
    specialized: { form, types, run, result, isFlat: isFlat(form), givesFlat: isFlat(result), last: [] },
  };
};

/** The result of a specialized function. */
export const resultFor = (specialized: Specialized, leaves: readonly NDArray[]): unknown => {
  specialized.last = leaves;
  const results = specialized.run(leaves);
  return specialized.givesFlat ? results : putTogether(specialized.result, results);
};
