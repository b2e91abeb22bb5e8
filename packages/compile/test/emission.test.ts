import { array, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { emit } from "../src/emit/module.ts";
import { planModule } from "../src/emit/plan.ts";
import { functionsIn } from "./disassemble.ts";
import { expectSameBits, noise } from "./bits.ts";
import {
  allocatorSteps,
  eager,
  mostDoubled,
  type Operation,
  operations,
  type Program,
  run,
  scheduleOf,
} from "./schedules.ts";

/* Programs of any length: their code grows as they do, and no function grows without bound. */

interface Family {
  readonly shapes: (n: number) => readonly (readonly number[])[];
  /** The program of n steps. */
  readonly program: (n: number) => Program;
}

const chainOf = (n: number): readonly Operation[] => Array.from({ length: n }, (_, i) => operations[i % 3] ?? "add");

const times = <A>(n: number, next: (last: A, i: number) => A, first: A): A =>
  Array.from({ length: n }).reduce((last: A, _, i) => next(last, i), first);

const always =
  (...shapes: readonly (readonly number[])[]) =>
  () =>
    shapes;

const at = <A>(list: readonly A[], i: number): A => {
  const found = list[i];
  if (found === undefined) throw new Error(`there is no ${i}`);
  return found;
};

/** Neighbours put together until one is left. */
const tree = <A>(join: (a: A, b: A) => A, leaves: readonly A[]): A => {
  if (leaves.length === 1) return at(leaves, 0);
  const pairs = Array.from({ length: Math.ceil(leaves.length / 2) }, (_, i) => leaves.slice(2 * i, 2 * i + 2));
  return tree(
    join,
    pairs.map(([a, b]) => (a === undefined || b === undefined ? at(leaves, leaves.length - 1) : join(a, b))),
  );
};

const families: Readonly<Record<string, Family>> = {
  "operations in a row": {
    shapes: always([16], [16]),
    program:
      (n) =>
      ({ apply }, inputs) => [chainOf(n).reduce((x, operation) => apply([operation], x, at(inputs, 1)), at(inputs, 0))],
  },
  "nests of many operations in a row": {
    shapes: always([7], [7]),
    program:
      (n) =>
      ({ apply }, inputs) => [times(n / 20, (x) => apply(chainOf(20), x, at(inputs, 1)), at(inputs, 0))],
  },
  "operations on numbers": {
    shapes: always([], []),
    program:
      (n) =>
      ({ apply }, inputs) => [chainOf(n).reduce((x, operation) => apply([operation], x, at(inputs, 1)), at(inputs, 0))],
  },
  "a tree of sums": {
    shapes: always([40], [40]),
    program:
      (n) =>
      ({ apply, sum }, inputs) => [
        tree(
          (x, y) => apply(["add"], x, y),
          Array.from({ length: n }, (_, i) => sum(at(inputs, i % 2))),
        ),
      ],
  },
  products: {
    shapes: always([24, 24], [24, 24]),
    program:
      (n) =>
      ({ product }, inputs) => [times(n, (x) => product(x, at(inputs, 1)), at(inputs, 0))],
  },
  routines: {
    shapes: always([5]),
    program:
      (n) =>
      ({ apply, doubled }, inputs) => [times(n, (x) => apply(["add"], x, doubled(at(inputs, 0))), at(inputs, 0))],
  },
  "the body of a loop": {
    shapes: always([], []),
    program:
      (n) =>
      ({ loop }, inputs) =>
        loop(
          ({ apply }, carries) => [
            chainOf(n).reduce((x, operation) => apply([operation], x, at(carries, 1)), at(carries, 0)),
            at(carries, 1),
          ],
          3,
          inputs,
        ),
  },
  "loops in a row": {
    shapes: always([40], [40]),
    program:
      (n) =>
      ({ loop }, inputs) =>
        times(
          n,
          (xs) =>
            loop(({ apply }, [x, y]) => (x === undefined || y === undefined ? [] : [apply(["mul"], x, y), y]), 2, xs),
          inputs,
        ),
  },
  "a loop that carries much": {
    shapes: (n) => Array.from({ length: n }, () => []),
    program:
      (n) =>
      ({ loop }, inputs) =>
        loop(({ apply }, carries) => carries.map((x, i) => apply(["mul"], x, at(carries, (i + 1) % n))), 3, inputs),
  },
  inputs: {
    shapes: (n) => Array.from({ length: n }, () => [1030]),
    program:
      () =>
      ({ apply }, inputs) => [inputs.reduce((x, y) => apply(["add"], x, y))],
  },
  results: {
    shapes: always([20]),
    program:
      (n) =>
      ({ apply }, inputs) =>
        Array.from({ length: n }).reduce(
          (made: readonly never[] | typeof inputs, _, i) => [
            ...made,
            apply(["add"], made[i - 1] ?? at(inputs, 0), at(inputs, 0)),
          ],
          [],
        ),
  },
  "values of many sizes that live for long": {
    shapes: () => Array.from({ length: 40 }, (_, i) => [17 + 9 * i]),
    program:
      (n) =>
      ({ apply, sum }, inputs) => {
        const made = Array.from({ length: n }, (_, i) => at(inputs, (i * 31) % 40)).map((x) => apply(["add"], x, x));
        const sums = made.map((_, i) => sum(at(made, (i * 7919) % n)));
        return [sums.reduce((x, y) => apply(["add"], x, y))];
      },
  },
};

const scheduled = ({ shapes, program }: Family, n: number) => scheduleOf(program(n), shapes(n));

describe.each(Object.entries(families))("Emitting %s", (_, family) => {
  test.each([3, 40, 700])("keeps the bits of eager code: %i", (n) => {
    const inputs = family.shapes(n).map((shape, i) => noise(i + 1, shape));
    const { outputs: results } = run(
      scheduled(family, n),
      inputs.map((x) => Float32Array.from(toTypedArray(x))),
    );
    const wanted = family.program(n)(eager, inputs);
    expect(results.length).toBe(wanted.length);
    wanted.forEach((y, i) => expectSameBits(array(at(results, i), { shape: y.shape }), y));
  });

  test("grows as the program does", () => {
    const [small, large] = [1200, 3600].map((n) => {
      const schedule = scheduled(family, n);
      const { bytes } = emit(planModule(schedule));
      const functions = functionsIn(bytes);
      const locals = functions.reduce((sum, f) => sum + f.locals, 0);
      expect(allocatorSteps(schedule)).toBeLessThan(40 * n);
      expect(Math.max(...functions.map((f) => f.bytes))).toBeLessThan(2 ** 17);
      expect(Math.max(...functions.map((f) => f.locals))).toBeLessThan(1000);
      return { bytes: bytes.length, functions: functions.length, locals };
    });
    if (small === undefined || large === undefined) throw new Error("two programs are emitted");
    expect(large.bytes).toBeLessThan(3.3 * small.bytes);
    expect(large.locals).toBeLessThan(3.3 * small.locals);
    // One more, where the first function of all calls others.
    expect(large.functions).toBeLessThan(3.3 * small.functions + 1);
  });
});

describe("Where a routine refuses a number, nothing behind it runs", () => {
  /** The last of the doublings refuses what the one before it made. */
  const doublings = Math.log2(mostDoubled) + 2;
  /** Products in chains of many lengths, so that few are equal and share a function. */
  const chain = (i: number): readonly "mul"[] => Array.from({ length: 1 + (i % 74) }, () => "mul");
  /** What is doubled again and again, in the course of functions that are cut. */
  const doubledOften: Program = ({ apply, doubled }, inputs) => [
    times(
      2 * doublings,
      (x, i) => doubled(times(5, (y, j) => apply(chain(5 * i + j), y, at(inputs, 1)), x)),
      at(inputs, 0),
    ),
    at(inputs, 1),
  ];
  /** What would make twice the ones, if the loop were passed. */
  const inLoop: Program = (machine, inputs) => {
    const one = at(machine.loop(doubledOften, 3, inputs), 1);
    return [machine.apply(["add"], one, one)];
  };
  const ones = Float32Array.from([1, 1, 1, 1]);

  test.each([
    ["in functions that follow one another", doubledOften],
    ["in the body of a loop", inLoop],
  ])("%s", (_, program) => {
    const schedule = scheduleOf(program, [[4], [4]]);
    expect(functionsIn(emit(planModule(schedule)).bytes).length).toBeGreaterThan(2 * doublings + 2);
    const { outputs, refused } = run(schedule, [ones, ones]);
    expect(refused).toEqual([doublings, 2 * mostDoubled]);
    expect(outputs[0]).not.toEqual(Float32Array.from([2, 2, 2, 2]));
  });
});
