import { add, array, less, mul, type NDArray, sum, tree } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import * as autodiff from "../src/index.ts";
import { callAll, type Calls, isEndless, odd, oddCalls, refusalOf } from "./odd.ts";

/*
 * The law of the door: whatever is handed to a public function, or given back by a function that it calls, it returns, or
 * throws a typed error that begins with its own name. The functions here take any tree, so that no operation complains.
 */

/** Half the sum of all elements of a tree. */
const total = (node: unknown): NDArray =>
  tree.leaves(node).reduce((all, x) => add(all, sum(mul(x, 0.5))), array(0) as NDArray);

const grown = (node: unknown): unknown => tree.map((x) => add(mul(x, x), 1) as never, node);

/** Comes to an end: without elements there is nothing that could grow. */
const isSmall = (node: unknown): unknown =>
  tree.leaves(node).some((x) => !x.shape.includes(0)) ? less(total(node), 10) : false;

const usages: Readonly<Record<string, Calls>> = {
  grad: (x) => [[total, { argnums: 0 }], [x]],
  valueAndGrad: (x) => [[total, { argnums: [0] }], [x]],
  vjp: (x) => [[total, x], [1]],
  jvp: (x) => [[total, [x], [x]]],
  linearize: (x) => [[total, x], [x]],
  jacfwd: (x) => [[total, { argnums: 0 }], [x]],
  jacrev: (x) => [[total, { argnums: [0] }], [x]],
  hessian: (x) => [[total, { argnums: 0 }], [x]],
  hvp: (x) => [
    [total, { argnums: 0 }],
    [x, x],
  ],
  vmap: (x) => [[(node: unknown) => node, { inAxes: 0, outAxes: 0, chunk: 1 }], [x]],
  stopGradient: (x) => [[x]],
  checkpoint: (x) => [[total], [x]],
  customVjp: (x) => [
    [
      total,
      {
        forward: (node: unknown) => [total(node), node],
        backward: (node: unknown) => [tree.map((leaf) => mul(leaf, 0) as never, node)],
      },
    ],
    [x],
  ],
  customJvp: (x) => [[total, ([node]: readonly unknown[]) => [total(node), mul(total(node), 0)]], [x]],
  customRoot: (x) => [[(point: unknown) => point, x, { solve: (_: unknown, start: unknown) => [start, null] }]],
  scan: (x) => [[(carry: unknown, row: unknown) => [carry, row], array(1), x, { length: 2 }]],
  foriLoop: () => [[0, 2, (_: unknown, carry: unknown) => carry, array(1)]],
  whileLoop: (x) => [[isSmall, grown, x]],
  cond: (x) => [[true, total, total, x]],
  "program.of": (x) => [[total], [x]],
  evalShape: (x) => [[total], [x]],
  debugNaN: (x) => [[total], [x]],
  checkGradients: () => [[total, [array([1, 2])], { order: 1, modes: ["forward", "reverse"] }]],
  "program.evaluate": () => [[autodiff.program.of(total)(array([1, 2])), [array([1, 2])]]],
  "program.print": () => [[autodiff.program.of(total)(array([1, 2]))]],
  "program.simplify": () => [[autodiff.program.of(total)(array([1, 2]))]],
};

const exported: Readonly<Record<string, unknown>> = {
  ...autodiff,
  ...Object.fromEntries(Object.entries(autodiff.program).map(([name, f]) => [`program.${name}`, f])),
};
const functions = Object.keys(exported).filter((name) => typeof exported[name] === "function");

/** A loop must not be told to go on for ever. */
const skips = (name: string) => (place: string, value: unknown) =>
  name === "whileLoop" && place !== "0.2" && (isEndless(value) || typeof value === "function");

const x = array([1, 2]);

/** Where a function stands. */
const places: Readonly<Record<string, (run: (at: NDArray) => unknown) => unknown>> = {
  alone: (run) => run(x),
  "inside grad": (run) =>
    autodiff.grad((w: NDArray) => {
      run(w);
      return sum(w);
    })(x),
};

test("every function is called here", () => expect(Object.keys(usages).toSorted()).toEqual(functions.toSorted()));

describe.each(Object.entries(places))("%s", (_, inside) => {
  test.each(Object.entries(usages))("%s returns, or refuses what is odd by its own name", (name, calls) => {
    const f = exported[name];
    const faults: string[] = [];
    let refused = 0;
    inside((at) => {
      callAll(f, calls(at));
      for (const [words, changed] of oddCalls(calls(at), skips(name))) {
        const outcome = refusalOf(() => callAll(f, changed));
        if (outcome !== undefined && !outcome.startsWith(`${name}: `)) faults.push(`${words}: ${outcome}`);
        if (outcome !== undefined) refused += 1;
      }
    });
    expect(faults).toEqual([]);
    expect(refused).toBeGreaterThan(Object.keys(odd).length / 4);
  });
});
