import { broadcastTo, DomainError, lessEqual, type NDArray, tree, where } from "@gradfold/core";
import {
  checker,
  describe,
  eachElement,
  formatShape,
  isList,
  isNDArray,
  isRecord,
  typed,
} from "@gradfold/core/library";
import { type AtLeaf, clashOf, errorOf, otherForm } from "./form.ts";
import { kind } from "./setting.ts";

/** Bounds in the structure of parameters: a number, or an array that broadcasts to the leaf. */
type BoundTree<P> = P extends NDArray | number ? NDArray | number : { readonly [K in keyof P]: BoundTree<P[K]> };

export interface Box<P = unknown> {
  /** One for all numbers, or a tree like the parameters; -Infinity is none. */
  readonly lower: number | BoundTree<P>;
  /** One for all numbers, or a tree like the parameters; Infinity is none. */
  readonly upper: number | BoundTree<P>;
}

export const boundOrTree = kind<unknown>(
  "a number, or a tree like the parameters",
  (x) => (typeof x === "number" ? !Number.isNaN(x) : isNDArray(x) || isList(x) || isRecord(x)),
  "number",
);

const broadcasts = (from: readonly number[], to: readonly number[]): boolean =>
  from.length <= to.length && from.every((n, i) => n === 1 || n === to[to.length - from.length + i]);

/** A number, or an array that broadcasts to the parameter; a parameter may be a number itself. */
const boundAt: AtLeaf = (found, wanted) => {
  if (!isNDArray(found)) return typeof found === "number" ? undefined : otherForm(found, describe(wanted));
  const shape = isNDArray(wanted) ? wanted.shape : [];
  if (broadcasts(found.shape, shape)) return undefined;
  return { kind: "shape", path: "", found: formatShape(found.shape), wanted: formatShape(shape) };
};

/** The bound of each leaf, for the function that is named; `which` bounds they are. */
export const boundsFor = <P>(name: string, which: string, bounds: unknown, params: P): P => {
  if (typeof bounds === "number") return tree.map((p) => broadcastTo(bounds, p.shape), params);
  const clash = clashOf(bounds, params, boundAt);
  if (clash === undefined) return typed<(x: unknown) => P>((x: unknown) => x)(bounds);
  throw errorOf(
    clash,
    (at, found, wanted) => `${name}: ${which} does not fit the parameters at ${at}: ${found} and ${wanted}.`,
  );
};

/** Truths, refused where one of them is not. */
export const holds = checker(
  "bounds",
  0,
  eachElement((m, truth) => m.equal(truth, 1)),
);

/** Lower bounds, refused where one is not at most its upper one. */
export const uncrossed = (name: string, lower: NDArray, upper: NDArray): NDArray => {
  const refusal = () =>
    new DomainError(`${name}: the bounds cross, or one is NaN. Every lower bound must be at most the upper one.`);
  return where(holds(lessEqual(lower, upper), refusal), lower, upper);
};
