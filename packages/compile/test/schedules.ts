import { add, matmul, mul, type NDArray, type Shape, sub, sum } from "@gradfold/core";
import type { Routine, ScalarFunction } from "@gradfold/core/compiler";
import { everyPlace, type Source } from "../src/graph/affine.ts";
import { openAllocator } from "../src/memory/allocator.ts";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import type { Schedule } from "../src/schedule/fuse.ts";
import { type Definition, type Value, valueAt } from "../src/graph/graph.ts";
import type { Kernel, Node } from "../src/schedule/kernel.ts";
import { planMemory } from "../src/memory/plan.ts";

/* Schedules of any length, made by hand: it is the emission that is asked here, and not what finds schedules. */

export const operations = ["add", "sub", "mul"] as const;

export type Operation = (typeof operations)[number];

const ofTwo = (operation: Operation): ScalarFunction => ({
  arity: 2,
  instructions: [
    { kind: "argument", index: 0 },
    { kind: "argument", index: 1 },
    { kind: "apply", operation, arguments: [0, 1] },
  ],
});

const scalars: Readonly<Record<Operation, ScalarFunction>> = {
  add: ofTwo("add"),
  sub: ofTwo("sub"),
  mul: ofTwo("mul"),
};

/** The largest number that is doubled. */
export const mostDoubled = 2 ** 20;

/** Doubles each element, unless one is too large. */
const doubling: Routine = [
  { kind: "size", id: 0, index: 0 },
  {
    kind: "loop",
    id: 1,
    from: { kind: "constant", value: 0 },
    to: { kind: "step", id: 0 },
    body: [
      { kind: "load", id: 2, buffer: 0, at: { kind: "step", id: 1 } },
      {
        kind: "apply",
        id: 4,
        operation: "less",
        parts: [
          { kind: "constant", value: mostDoubled },
          { kind: "step", id: 2 },
        ],
      },
      { kind: "refuse", condition: { kind: "step", id: 4 }, value: { kind: "step", id: 2 } },
      { kind: "apply", id: 3, operation: "add", parts: [2, 2].map((id) => ({ kind: "step", id })) },
      { kind: "store", buffer: 1, at: { kind: "step", id: 1 }, value: { kind: "step", id: 3 } },
    ],
  },
];

/** What programs of float32 are written over. */
export interface Machine<A> {
  /** Operations on two values of one shape, each on the result of the one before and the second value. */
  readonly apply: (chain: readonly Operation[], a: A, b: A) => A;
  readonly sum: (a: A) => A;
  /** Of square matrices. */
  readonly product: (a: A, b: A) => A;
  /** By a routine, which refuses what is too large. */
  readonly doubled: (a: A) => A;
  /** What the body makes of what is carried, again and again. */
  readonly loop: (body: Program, length: number, carries: readonly A[]) => readonly A[];
}

export type Program = <A>(machine: Machine<A>, inputs: readonly A[]) => readonly A[];

const eagerly = { add, sub, mul };

/** Programs by eager operations. */
export const eager: Machine<NDArray> = {
  apply: (chain, a, b) => chain.reduce((last, operation) => eagerly[operation](last, b), a),
  sum: (a) => sum(a),
  product: (a, b) => matmul(a, b),
  doubled: (a) => add(a, a),
  loop: (body, length, carries) =>
    Array.from({ length }).reduce((last: readonly NDArray[]) => body(eager, last), carries),
};

/** A program as a schedule: each operation, or chain of them, is a kernel. */
export const scheduleOf = (program: Program, shapes: readonly Shape[]): Schedule => {
  const values: Value[] = [];
  const kernels: Kernel[] = [];
  const inner = new Map<number, readonly Schedule[]>();
  const define = (shape: Shape, definition: Definition): number =>
    values.push({ shape, dtype: "float32", definition, splat: false }) - 1;
  const shapeOf = (id: number): Shape => values[id]?.shape ?? [];
  const sourceOf = (id: number, domain: Shape): Source =>
    shapeOf(id).length === domain.length ? everyPlace(domain) : { offset: 0, strides: domain.map(() => 0) };
  const load = (value: number, domain: Shape): Node => ({
    kind: "load",
    dtype: "float32",
    value,
    source: sourceOf(value, domain),
  });
  const map = (scalar: ScalarFunction, ...of: readonly number[]): Node => ({
    kind: "map",
    dtype: "float32",
    computed: "float32",
    scalar,
    inputs: of,
  });
  const machine: Machine<number> = {
    apply: (chain, a, b) => {
      const domain = shapeOf(a);
      const [scalar = scalars.add] = chain.map((operation) => scalars[operation]);
      const value = define(domain, { kind: "map", computed: "float32", scalar, inputs: [a, b] });
      const maps = chain.map((operation, i) => map(scalars[operation], i === 0 ? 0 : i + 1, 1));
      const nodes = [load(a, domain), load(b, domain), ...maps];
      const stores = [{ value, node: nodes.length - 1 }];
      kernels.push({ kind: "loop", domain, reduced: 0, nodes, stores, parts: [], reductions: [] });
      return value;
    },
    sum: (a) => {
      const domain = shapeOf(a);
      const combine = "add" as const;
      const reduced = domain.length;
      const value = define([], { kind: "rowReduction", combine, input: a, reduced, partial: false, into: undefined });
      const reductions = [{ combine, value, node: 0 }];
      kernels.push({ kind: "loop", domain, reduced, nodes: [load(a, domain)], stores: [], parts: [], reductions });
      return value;
    },
    product: (left, right) => {
      const [n = 1] = shapeOf(left);
      const value = define([n, n], { kind: "gemm", left, right });
      const matrix = (value: number) => ({ value, source: { offset: 0, strides: [n, 1] } });
      kernels.push({
        kind: "gemm",
        value,
        dtype: "float32",
        batch: [],
        m: n,
        k: n,
        n,
        left: matrix(left),
        right: matrix(right),
      });
      return value;
    },
    doubled: (a) => {
      const sizes = [shapeOf(a).reduce((product, n) => product * n, 1)];
      const common = { routine: doubling, sizes, scratch: [], overwrites: false, refusal: () => new RangeError() };
      const value = define(shapeOf(a), { kind: "routine", name: "doubled", inputs: [a], ...common });
      kernels.push({ kind: "routine", value });
      return value;
    },
    loop: (body, length, carries) => {
      const inside = scheduleOf(body, carries.map(shapeOf));
      const counts = { length, reverse: false, closed: 0, carried: carries.length };
      const control = { kind: "scan", body: inside.graph, ...counts, inputs: carries } as const;
      const value = define([0], { kind: "control", control });
      const results = carries.map((id, index) => define(shapeOf(id), { kind: "result", control: value, index }));
      kernels.push({ kind: "control", value, results });
      inner.set(value, [inside]);
      return results;
    },
  };
  const inputs = shapes.map((shape) => define(shape, { kind: "given" }));
  const outputs = program(machine, inputs);
  return { graph: { values, inputs: inputs.length, outputs }, kernels, inner };
};

interface Outcome {
  readonly outputs: readonly Float32Array[];
  /** The number of the routine that refused a number, and that number; zero if nothing was refused. */
  readonly refused: readonly [routine: number, value: number];
}

/** Runs a schedule on the elements of its inputs; gives those of its outputs. */
export const run = (schedule: Schedule, inputs: readonly Float32Array[]): Outcome => {
  const { bytes, memoryBytes, inputs: places, relocated, outputs, refusal } = emit(planModule(schedule));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(memoryBytes / 65536) });
  const heap = new Float32Array(memory.buffer);
  inputs.forEach((x, i) => heap.set(x, (places[i] ?? 0) / 4));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } });
  (exports["run"] as (...addresses: readonly number[]) => void)(...relocated.map((id) => places[id] ?? 0));
  const made = outputs.map((address, i) => {
    const { shape } = valueAt(schedule.graph, schedule.graph.outputs[i] ?? -1);
    return heap.slice(address / 4, address / 4 + shape.reduce((product, n) => product * n, 1));
  });
  const [routine = 0, value = 0] = refusal === undefined ? [] : new Float64Array(memory.buffer, refusal, 2);
  return { outputs: made, refused: [routine, value] };
};

/** The steps of the allocator for a schedule. */
export const allocatorSteps = (schedule: Schedule): number => {
  const allocator = openAllocator();
  const { graph } = schedule;
  const inputs = Array.from({ length: graph.inputs }, () => 0);
  planMemory(schedule, inputs, [], new Map(), { allocator, constantPool: new Map() });
  return allocator.steps();
};
