import { DTypeError } from "@gradfold/core";
import { describe, typed } from "@gradfold/core/library";
import { checkTree } from "../argument.ts";
import { withKnown } from "../known.ts";
import { evaluated } from "./extra.ts";
import type { Transform, Untyped } from "./transform.ts";
import { received } from "./updates.ts";

const isTransform = (x: unknown): x is Untyped =>
  typeof x === "object" &&
  x !== null &&
  typeof (x as Partial<Untyped>).init === "function" &&
  typeof (x as Partial<Untyped>).update === "function";

const hintOf = (x: unknown): string => (typeof x === "function" ? " Call it: adam(0.1), not adam." : "");

interface Given {
  <S>(name: string, what: string, transform: Transform<S>): Transform<S>;
  (name: string, what: string, transform: unknown): Untyped;
}

/** Throws unless something is a transform; `what` says which one it is. */
export const checkTransform: (name: string, what: string, x: unknown) => asserts x is Untyped = (name, what, x) => {
  if (!isTransform(x))
    throw new DTypeError(`${name}: ${what} must be a transform, { init, update }, not ${describe(x)}.${hintOf(x)}`);
};

/** A transform that someone else wrote: what it gives back is looked at where it comes back. */
export const given = typed<Given>((name: string, what: string, transform: unknown): Untyped => {
  checkTransform(name, what, transform);
  const [rule, result] = [`update of ${what} must give [updates, state]`, `the updates of ${what}`];
  return {
    reaches: transform.reaches ?? false,
    learningRate: (before, after) => transform.learningRate?.(before, after),
    init: (params) => {
      const state = transform.init(params);
      checkTree(name, `what init of ${what} gives`, state);
      return state;
    },
    update: (updates, state, params, extra) => {
      const [changed, next, reached] = withKnown(name, rule, transform.update(updates, state, params, extra));
      const taken = received(name, result, changed, params);
      if (reached === undefined) return [taken, next];
      return [taken, next, evaluated(name, `${result} may come with [loss, gradient]`, reached, params)];
    },
  };
});
