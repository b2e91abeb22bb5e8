import {
  checkReturned,
  evaluateProgram,
  inlineProgram,
  type Place,
  type Program,
  resultPlace,
  simplifyProgram,
  traceLeaves,
} from "@gradfold/autodiff/compiler";
import { type DType, type NDArray, type Shape, TreeError } from "@gradfold/core";
import { flattenAs, isList, isNDArray, layoutOf, sameShape, tracer } from "@gradfold/core/transform";
import type { Backend } from "./backend.ts";
import { type Answer, instantiate, type Judge, type Run } from "./execute.ts";
import { type Form, isFlat, matches, type Numbers, putTogether, takeApart } from "./form.ts";
import { lower } from "./lower.ts";

/** A function made ready for arguments of a form, and for arrays of certain types. */
export interface Specialized {
  readonly form: Form;
  readonly numbers: Numbers;
  /** How many arrays the form has, if it is a list of them and nothing else, and no number would become one. */
  readonly flat: number | undefined;
  readonly run: Run;
  readonly result: Form;
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

/** Evaluates a program operation by operation. */
const eagerly =
  (program: Program, arguments_: number, judge: Judge): Run =>
  (leaves) => {
    for (let i = 0; i < arguments_; i++) {
      const verdict = judge(i, leaves[i]);
      if (verdict !== "fits") return verdict;
    }
    return evaluateProgram(program, leaves as readonly NDArray[]); // as it has been judged
  };

const makeRun = (caller: string, program: Program, types: readonly LeafType[], backend: Backend): Run => {
  const judge = judgeFor(types);
  const slowly = eagerly(program, types.length, judge);
  if (backend === "eager") return slowly;
  const graph = lower(caller, program, (i) => types[i]?.isOne ?? false);
  return instantiate(caller, graph, judge) ?? slowly;
};

/** A function of a tree of arrays as a program, and the forms of its argument and its result. */
interface Traced {
  readonly leaves: readonly NDArray[];
  readonly form: Form;
  readonly result: Form;
  readonly program: Program;
  readonly simplified: Program;
}

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

/** Undefined if the function uses values of a transform around it, which then must see its operations. */
export const traceTree = (
  caller: Caller,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
): Traced | undefined => {
  const leaves: NDArray[] = [];
  const form = formOf(caller, tree, numbers, leaves);
  if (leaves.some(isTraced)) return undefined;
  const outputs: NDArray[] = [];
  const { program, result } = traceLeaves(
    leaves,
    (xs) => {
      const returned = f(putTogether(form, xs));
      checkReturned(caller.name, returned);
      return formOf({ ...caller, place: resultPlace }, returned, numbers, outputs);
    },
    () => outputs,
  );
  if (program.constants.some(isTraced)) return undefined;
  return { leaves, form, result, program, simplified: inlineProgram(simplifyProgram(program)) };
};

/**
 * Traces a function of a tree of arrays and compiles it; undefined if it uses values of a transform around it, which
 * then must see its operations.
 *
 * @throws TreeError for an argument or a result that is no tree of arrays; TraceError when the function asks for a value, or applies an operation that is not covered; ShapeError when
 *   it needs more memory than can be addressed
 */
export const specialize = (
  caller: Caller,
  tree: unknown,
  f: (tree: unknown) => unknown,
  numbers: Numbers,
  backend: Backend,
): { readonly specialized: Specialized; readonly leaves: readonly NDArray[] } | undefined => {
  const traced = traceTree(caller, tree, f, numbers);
  if (traced === undefined) return undefined;
  const { leaves, form, result, simplified } = traced;
  const run = makeRun(caller.name, simplified, leaves.map(typeOf), backend);
  const flat = numbers === "still" && isFlat(form) ? leaves.length : undefined;
  return { leaves, specialized: { form, numbers, flat, run, result, givesFlat: isFlat(result), last: [] } };
};

const put = ({ givesFlat, result }: Specialized, answer: Answer): unknown =>
  givesFlat || answer === "other" || answer === "traced" ? answer : putTogether(result, answer);

/** What a specialized function gives for the arrays of a tree. */
export const resultOf = (specialized: Specialized, leaves: readonly NDArray[]): unknown =>
  put(specialized, specialized.run(leaves));

/**
 * What a specialized function gives for a tree: "other" if it is not ready for it, "traced" if a transform follows one of
 * the arrays. No tree is a text.
 */
export const resultFor = (specialized: Specialized, tree: unknown): unknown => {
  const { form, numbers, flat, run, last } = specialized;
  if (flat !== undefined) return isList(tree) && tree.length === flat ? put(specialized, run(tree)) : "other";
  const leaves: NDArray[] = [];
  if (!matches(form, tree, numbers, leaves, last)) return "other";
  const result = resultOf(specialized, leaves);
  if (result !== "other") specialized.last = leaves;
  return result;
};
