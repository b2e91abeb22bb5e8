import { argumentPlace } from "@gradfold/autodiff/compiler";
import type { Graph } from "../src/graph/graph.ts";
import { lower } from "../src/graph/lower.ts";
import { simplify, takeTree, traceTree, typeOf } from "../src/front/specialize.ts";

/** The graph that `jit` makes of a function for some arguments. */
export const graphOf = (name: string, f: (...args: never[]) => unknown, args: readonly unknown[]): Graph => {
  const caller = { name, place: argumentPlace };
  const taken = takeTree(caller, args, "static");
  const traced = traceTree(caller, taken, (list) => f(...(list as never[])), "static");
  if (traced === undefined) throw new Error(`${name}: the program is part of a transform.`);
  const types = taken.leaves.map(typeOf);
  return lower(name, simplify(name, traced.program), (i) => types[i]?.isOne ?? false);
};
