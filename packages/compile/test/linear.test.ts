import {
  add,
  array,
  concatenate,
  div,
  matmul,
  mean,
  mul,
  type NDArray,
  ones,
  slice,
  sqrt,
  square,
  sub,
  sum,
  tanh,
} from "@gradfold/core";
import { grad, scan, valueAndGrad } from "@gradfold/autodiff";
import { describe, expect, test } from "vitest";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import { schedule } from "../src/schedule/fuse.ts";
import { type Graph, type Value, programsIn } from "../src/graph/graph.ts";
import { jit } from "../src/index.ts";
import { disassemble } from "./disassemble.ts";
import { expectSameBits, noise } from "./bits.ts";
import { graphOf } from "./lowered.ts";
import { type Point, rungeKutta } from "./programs/chain.ts";

/* What compiling takes grows with a program as the program does, whatever its form. */

type F = (...args: never[]) => unknown;

/** A program of some length, and arguments for it. */
type Family = (n: number) => { readonly f: F; readonly args: readonly unknown[] };

const times = <T>(n: number, start: T, step: (x: T, i: number) => T): T => {
  let x = start;
  for (let i = 0; i < n; i++) x = step(x, i);
  return x;
};

/** Every place twice in every round. */
const logistic = (n: number) => (x: NDArray) => times(n, x, (y) => mul(3.9, mul(y, sub(1, y))));

const rolled = (x: NDArray<[300]>, shift: number): NDArray =>
  concatenate([slice(x, [[shift, 300]]), slice(x, [[0, shift]])]);

const deepNet = (ws: readonly NDArray<[4, 4]>[]): NDArray =>
  mean(square(ws.reduce<NDArray>((h, w) => tanh(matmul(h, w)), ones([8, 4]))));

const joined = (list: readonly NDArray[]): NDArray => {
  const [first = array(0), second, ...others] = list;
  return second === undefined ? first : joined([...others, add(first, second)]);
};

type State = readonly [w: NDArray, m: NDArray, v: NDArray, power1: NDArray, power2: NDArray];

const slope = grad((w: NDArray) => sum(square(sub(mul(w, w), array([1, 2, 3])))));

/** Kingma and Ba, 2015. */
const adamStep = ([w, m, v, power1, power2]: State): State => {
  const g = slope(w);
  const [p1, p2] = [mul(power1, 0.9), mul(power2, 0.999)];
  const first = add(mul(0.9, m), mul(0.1, g));
  const second = add(mul(0.999, v), mul(0.001, square(g)));
  const step = div(div(first, sub(1, p1)), add(sqrt(div(second, sub(1, p2))), 1e-8));
  return [sub(w, mul(0.1, step)), first, second, p1, p2];
};

const families: Readonly<Record<string, Family>> = {
  "a chain": (n) => ({ f: logistic(n), args: [noise(1, [10])] }),
  "a gradient": (n) => ({ f: grad((x: NDArray) => sum(logistic(n)(x))) as F, args: [noise(1, [10])] }),
  "a stencil": (n) => ({
    f: (x: NDArray) => times(n, x, (y, i) => add(y, mul(0.5, rolled(y as NDArray<[300]>, 2 ** (i % 8))))),
    args: [noise(2, [300])],
  }),
  "a stencil that gets narrower": (n) => ({
    f: (x: NDArray) => times(n, x, (y) => add(slice(y, [[1, y.shape[0]]] as never), slice(y, [[0, -1]] as never))),
    args: [noise(2, [400])],
  }),
  "steps of Runge and Kutta": (n) => ({
    f: (x: NDArray, y: NDArray, z: NDArray) => times(n, [x, y, z] as Point, rungeKutta),
    args: [array(1), array(2), array(3)],
  }),
  "their gradient": (n) => ({
    f: grad((x: NDArray) => joined(times(n, [x, array(2), array(3)] as Point, rungeKutta))) as F,
    args: [array(1)],
  }),
  "a deep net": (n) => ({
    f: valueAndGrad(deepNet) as F,
    args: [Array.from({ length: n }, (_, i) => noise(i, [4, 4]))],
  }),
  "a tree of sums": (n) => ({
    f: (x: NDArray) => joined(Array.from({ length: n }, (_, i) => sum(mul(x, i + 0.5)))),
    args: [noise(3, [10])],
  }),
  "sums on the way": (n) => ({
    f: (x: NDArray) => times(n, x, (y) => div(y, add(1, sum(square(y))))),
    args: [noise(3, [10])],
  }),
  "results on the way": (n) => ({
    f: (x: NDArray) => {
      const all: NDArray[] = [];
      times(n, x, (y) => {
        const next = mul(0.9, tanh(y));
        all.push(next, sum(next));
        return next;
      });
      return all;
    },
    args: [noise(3, [10])],
  }),
  "windows of one value": (n) => ({
    f: (x: NDArray) => {
      const y = times(n, x, (z) => tanh(mul(0.9, z)));
      return Array.from({ length: n }, (_, i) => slice(y, [[i, i + 2]] as never));
    },
    args: [noise(3, [310])],
  }),
  "the body of a loop": (n) => ({
    f: (x: NDArray) => scan((c: NDArray) => [logistic(n)(c), sum(c)] as const, x, null, { length: 3 }),
    args: [noise(4, [10])],
  }),
  "an unrolled optimizer": (n) => ({
    f: (...state: State) => times(n, state, adamStep),
    args: [noise(5, [3]), array([0, 0, 0]), array([0, 0, 0]), array(1), array(1)],
  }),
};

/** The same graph, which counts how often somebody asks how a value comes about. */
const watched = (graph: Graph, count: () => void): Graph => ({
  ...graph,
  values: graph.values.map((value): Value => {
    const { definition } = value;
    if (definition.kind === "control") {
      const inner = programsIn(definition.control).map((program) => watched(program, count));
      const [first, second] = inner;
      const { control } = definition;
      const again =
        control.kind === "scan"
          ? { ...control, body: first ?? control.body }
          : control.kind === "while"
            ? { ...control, condition: first ?? control.condition, body: second ?? control.body }
            : { ...control, yes: first ?? control.yes, no: second ?? control.no };
      return { ...value, definition: { kind: "control", control: again } };
    }
    return Object.defineProperty({ ...value }, "definition", {
      enumerable: true,
      get: () => {
        count();
        return definition;
      },
    });
  }),
});

const numbersIn = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map(([, n]) => Number(n));

/** What compiling a program takes, in numbers. */
const costOf = (family: ReturnType<Family>): Readonly<Record<string, number>> => {
  let visits = 0;
  const graph = watched(graphOf("linear", family.f, family.args), () => (visits += 1));
  const scheduled = schedule(graph);
  const scheduling = visits;
  const { bytes, memoryBytes } = emit(planModule(scheduled));
  const heads = disassemble(bytes)
    .split("\n")
    .filter((line) => line.startsWith("function "));
  const locals = heads.map((head) => numbersIn(head, /(\d+) (?:i32|f64|v128)/g).reduce((sum, n) => sum + n, 0));
  return {
    "visits while scheduling": scheduling,
    "visits while emitting": visits - scheduling,
    kernels: scheduled.kernels.length,
    bytes: bytes.length,
    locals: Math.max(...locals),
    memory: memoryBytes,
  };
};

describe.each(Object.entries(families))("Compiling %s", (_, family) => {
  test("takes at most 3.3 times as much for three times the length", () => {
    const [short, long] = [costOf(family(100)), costOf(family(300))];
    const grown = Object.entries(long).filter(([name, n]) => n > 3.3 * (short[name] ?? 0));
    expect(grown.map(([name, n]) => `${name}: ${short[name]} → ${n}`)).toEqual([]);
  });

  test("changes no bit", () => {
    const { f, args } = family(40);
    expectSameBits(jit(f)(...(args as never[])), f(...(args as never[])));
  });
});
