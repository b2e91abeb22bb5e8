import { argumentPlace } from "@gradfold/autodiff/compiler";
import type { Graph } from "../src/graph/graph.ts";
import { typeOf } from "../src/front/leaf.ts";
import { formOf, runPasses } from "../src/front/passes.ts";
import { takeTree } from "../src/front/trace.ts";

/** The graph that `jit` makes of a function for some arguments. */
export const graphOf = (name: string, f: (...args: never[]) => unknown, args: readonly unknown[]): Graph => {
  const caller = { name, place: argumentPlace };
  const taken = takeTree(caller, args, "static");
  const onList = (list: unknown): unknown => f(...(list as never[]));
  const call = { caller, args: taken, f: onList, numbers: "static" } as const;
  return formOf(runPasses({ caller: name, types: taken.leaves.map(typeOf), call }, "trace", "lower"), "graph");
};
