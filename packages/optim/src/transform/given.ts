import { DTypeError } from "@gradfold/core";
import { describe, typed } from "@gradfold/core/transform";
import { checkTree } from "../argument.ts";
import { checkPair } from "../callback.ts";
import { received } from "./alike.ts";
import type { Transform, Untyped } from "./transform.ts";

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

/** A transform that someone else wrote: what it gives back is looked at where it comes back. */
export const given = typed<Given>((name: string, what: string, transform: unknown): Untyped => {
  if (!isTransform(transform))
    throw new DTypeError(
      `${name}: ${what} must be a transform, { init, update }, not ${describe(transform)}.${hintOf(transform)}`,
    );
  return {
    init: (params) => {
      const state = transform.init(params);
      checkTree(name, `what init of ${what} gives`, state);
      return state;
    },
    update: (updates, state, params, extra) => {
      const result: unknown = transform.update(updates, state, params, extra);
      checkPair(name, `update of ${what} must give [updates, state]`, result);
      return [received(name, `the updates of ${what}`, result[0], params), result[1]];
    },
  };
});
