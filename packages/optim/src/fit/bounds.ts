import {
  abs,
  add,
  any,
  broadcastTo,
  cast,
  clip,
  DomainError,
  equal,
  greater,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  mul,
  notEqual,
  type NDArray,
  type Scalar,
  sub,
  tree,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { tracer } from "@gradfold/core/transform";
import { boundOrTree, boundsFor, type Box, holds, uncrossed } from "../bounds.ts";
import { settings } from "../setting.ts";
import { namesOf } from "./places.ts";
import { precisionOf } from "../precision.ts";
import { asVector } from "./sizes.ts";

/** From where to where each number may go: one for all numbers, or a tree like the start; no bound by default. */
export type Bounds<P = unknown> = Partial<Box<P>>;

/** Bounds as vectors of all numbers of a point, leaf after leaf; null where there are none, so that nothing is computed. */
export type FlatBounds = { readonly lower: Vector; readonly upper: Vector } | null;

const read = settings<{ readonly lower?: unknown; readonly upper?: unknown }>({
  lower: boundOrTree(-Infinity),
  upper: boundOrTree(Infinity),
});

const vectorOf = (name: string, which: string, bounds: unknown, start: unknown): Vector => {
  const found = tree.leaves(boundsFor(name, which, bounds, start));
  return tree.ravel(tree.leaves(start).map((x, i) => cast(broadcastTo(found[i] ?? x, x.shape), x.dtype)))[0];
};

/** Bounds in the order of a start's numbers, for the function that is named. */
export const flatBounds = (name: string, given: Bounds | undefined, start: unknown): FlatBounds => {
  if (given === undefined) return null;
  const { lower, upper } = read(`${name}.bounds`, given);
  const [low, high] = [vectorOf(name, "lower", lower, start), vectorOf(name, "upper", upper, start)];
  return { lower: asVector(uncrossed(name, low, high)), upper: high };
};

/** A start as a vector, refused where a number of it is NaN or infinite, or outside of its bounds. */
export const checkedStart = (name: string, start: unknown, x: Vector, bounds: FlatBounds): Vector => {
  const refuse = (isRight: NDArray, rule: string, advice: string): Vector => {
    const refusal = () => {
      const at = tracer(isRight) === undefined ? `, which ${namesOf(start, logicalNot(isRight))} is not` : "";
      return new DomainError(`${name}: the start must be ${rule}${at}. ${advice}`);
    };
    return asVector(where(holds(isRight, refusal), x, x));
  };
  const finite = refuse(isFinite(x), "finite", "Begin elsewhere.");
  if (bounds === null) return finite;
  const isInside = logicalAnd(lessEqual(bounds.lower, x), lessEqual(x, bounds.upper));
  return refuse(isInside, "within its bounds", "Begin at projection.box(start, bounds), the nearest point.");
};

/** The nearest point within bounds. */
export const project = (x: Vector, bounds: FlatBounds): Vector =>
  bounds === null ? x : asVector(clip(x, { min: bounds.lower, max: bounds.upper }));

/** Where a step leads within bounds: a number that comes to its bound but for rounding is there. */
export const landed = (x: Vector, step: Vector, bounds: FlatBounds): Vector => {
  const straight = add(x, step);
  if (bounds === null) return straight;
  const rounding = mul(add(abs(x), abs(step)), 2 * precisionOf(x.dtype));
  const isAt = (bound: Vector): Vector => logicalAnd(notEqual(step, 0), lessEqual(abs(sub(straight, bound)), rounding));
  const { lower, upper } = bounds;
  return project(where(isAt(lower), lower, where(isAt(upper), upper, straight)), bounds);
};

/** Whether a number stands at a bound against which minus the gradient presses it. */
export const pressed = (x: Vector, gradient: Vector, { lower, upper }: NonNullable<FlatBounds>): Vector =>
  logicalOr(logicalAnd(lessEqual(x, lower), greater(gradient, 0)), logicalAnd(lessEqual(upper, x), less(gradient, 0)));

/** The bound to which a step down the gradient leads. */
const boundAhead = (gradient: Vector, { lower, upper }: NonNullable<FlatBounds>): Vector =>
  where(greater(gradient, 0), lower, upper);

/** How far the bound is to which a step down the gradient leads. */
export const toBound = (x: Vector, gradient: Vector, bounds: NonNullable<FlatBounds>): Vector =>
  sub(boundAhead(gradient, bounds), x);

/** Whether a step down the gradient, of a length that is given per unit of it, leaves each number short of its bound. */
export const freeBeyond = (x: Vector, gradient: Vector, scale: Scalar, bounds: NonNullable<FlatBounds>): Vector => {
  const step = mul(abs(gradient), scale);
  return logicalOr(equal(gradient, 0), less(step, abs(toBound(x, gradient, bounds))));
};

/** A direction without what leads out of bounds at once. */
export const inward = (x: Vector, direction: Vector, { lower, upper }: NonNullable<FlatBounds>): Vector => {
  const isOut = logicalOr(
    logicalAnd(lessEqual(x, lower), less(direction, 0)),
    logicalAnd(lessEqual(upper, x), greater(direction, 0)),
  );
  return where(isOut, 0, direction);
};

/** The gradient without the components that press against a bound. */
export const freeGradient = (x: Vector, gradient: Vector, bounds: FlatBounds): Vector =>
  bounds === null ? gradient : where(pressed(x, gradient, bounds), 0, gradient);

/** Whether any component presses against a bound. */
export const isAnyPressed = (x: Vector, gradient: Vector, bounds: FlatBounds): Scalar =>
  bounds === null ? equal(zeros([]), 1) : any(pressed(x, gradient, bounds));

/** How far the nearest point within bounds is from one step down the gradient: 0 where there is nothing more to gain. */
export const projectedGradient = (x: Vector, gradient: Vector, bounds: FlatBounds): Vector =>
  bounds === null ? gradient : sub(x, project(sub(x, gradient), bounds));
