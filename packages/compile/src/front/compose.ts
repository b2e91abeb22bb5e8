import { distinct, type Distinct, UnboundedError } from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import { sameShape } from "@gradfold/core/library";
import { openFollowed } from "./followed.ts";
import { isTraced, type LeafType, typeOf } from "./leaf.ts";
import { formOf, runPasses } from "./passes.ts";
import { compiledBy } from "./prepare.ts";
import type { Runtime } from "./specialize.ts";
import { type Caller, takeTree } from "./trace.ts";
import { matches, renumbered, type TreeDef, unflatten } from "./treedef.ts";

/*
 * A compiled function inside of transforms: its program is one operation, and the programs that transforms make of it,
 * such as its pullback, are compiled as well.
 */

/** The most composed functions that are remembered. */
const most = 32;

/** A function inside of a transform, for arguments of a tree definition and types of which some are followed. */
interface Composed {
  readonly treeDef: TreeDef;
  /** An array that is given twice is one operand: it has one cotangent, to which all shares are added. */
  readonly operandOf: readonly number[];
  readonly types: readonly LeafType[];
  readonly followed: readonly boolean[];
  /** The result for the operands; undefined if the function can only be called. */
  readonly apply: ((operands: readonly NDArray[]) => unknown) | undefined;
}

/** The operands of some arguments, if a composed function is for such arguments. */
const matching = ({ treeDef, operandOf, types, followed }: Composed, args: unknown): readonly NDArray[] | undefined => {
  const leaves: NDArray[] = [];
  if (!matches(treeDef, args, "static", leaves, [])) return undefined;
  const found = distinct(leaves);
  const isMatch =
    found.operandOf.every((operand, i) => operand === operandOf[i]) &&
    types.every(({ shape, dtype }, i) => {
      const x = found.operands[i];
      return x !== undefined && x.dtype === dtype && sameShape(x.shape, shape) && isTraced(x) === followed[i];
    });
  return isMatch ? found.operands : undefined;
};

/** Apart from where the error is caught: a closure that is made there keeps the error, which keeps the arrays. */
const throwing = (message: string) => (): never => {
  throw new UnboundedError(message);
};

/** A function of arguments, which is composed with transforms. */
interface Composable {
  readonly caller: Caller;
  readonly f: (args: unknown) => unknown;
  readonly runtime: Runtime;
}

/**
 * The compiled function of the operands; undefined if the function cannot be traced, "closed" if it closes over values
 * that a transform follows.
 */
const applierOf = (
  { caller, f, runtime }: Composable,
  treeDef: TreeDef,
  { operands, operandOf }: Distinct,
): Composed["apply"] | "closed" => {
  const ofOperands = renumbered(treeDef, (leaf) => operandOf[leaf] ?? leaf);
  const call = { caller, args: { treeDef: ofOperands, leaves: operands }, f, numbers: "static" } as const;
  const { name } = caller;
  try {
    const traced = runPasses({ caller: name, types: operands.map(typeOf), call }, "trace", "trace");
    if (traced.program === undefined) return "closed";
    const apply = openFollowed(name, traced.program, operands.map(isTraced), compiledBy(name, runtime));
    return (leaves) => unflatten(formOf(traced, "result"), apply(leaves));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    if (!(error instanceof UnboundedError)) return undefined;
    return throwing(error.message);
  }
};

/**
 * Calls a function for arguments of which a transform follows some: compiled, unless it asks for values or closes over
 * others that are followed. Then it is called as it is.
 */
export const openComposition = (composable: Composable): ((args: readonly unknown[]) => unknown) => {
  const { caller, f, runtime } = composable;
  const known: Composed[] = [];
  return (args) => {
    if (runtime.backend === "eager") return f(args);
    for (const composed of known) {
      const operands = matching(composed, args);
      if (operands !== undefined) return composed.apply === undefined ? f(args) : composed.apply(operands);
    }
    const { treeDef, leaves } = takeTree(caller, args, "static");
    const found = distinct(leaves);
    const { operands, operandOf } = found;
    const followed = operands.map(isTraced);
    if (!followed.includes(true)) return f(args);
    const apply = applierOf(composable, treeDef, found);
    if (apply === "closed") return f(args);
    known.unshift({ treeDef, operandOf, types: operands.map(typeOf), followed, apply });
    known.splice(most);
    return apply === undefined ? f(args) : apply(operands);
  };
};
