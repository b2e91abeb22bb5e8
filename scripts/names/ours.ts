import * as autodiff from "@gradfold/autodiff";
import * as compile from "@gradfold/compile";
import * as core from "@gradfold/core";
import * as optim from "@gradfold/optim";
import * as optimNode from "@gradfold/optim/node";
import * as viz from "@gradfold/viz";
import * as vizNode from "@gradfold/viz/node";

/** What each entry for users exports. */
export const entries: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  core,
  autodiff,
  optim,
  compile,
  viz,
  "optim/node": optimNode,
  "viz/node": vizNode,
};

const isSpace = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(value) === "[object Module]";

const members = Object.values(entries).flatMap(Object.entries<unknown>);

/** The names of functions, constants and errors of an entry itself. */
export const flat: readonly string[] = members.flatMap(([name, value]) => (isSpace(value) ? [] : [name]));

/** The namespaces, with the names in them. */
export const spaces: ReadonlyMap<string, readonly string[]> = new Map(
  members.flatMap(([name, value]) => (isSpace(value) ? [[name, Object.keys(value)] as const] : [])),
);

/** All of them, as `sum` and `random.normal`. */
export const ours: ReadonlySet<string> = new Set([
  ...flat,
  ...[...spaces].flatMap(([space, names]) => names.map((name) => `${space}.${name}`)),
]);
