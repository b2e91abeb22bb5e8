import { add, array, mul, type NDArray, ones, type Scalar, sum, tanh } from "@gradfold/core";
import { bind, type Primitive, rowMajor } from "@gradfold/core/transform";
import { describe, expect, test } from "vitest";
import { inlineProgram } from "../src/compiler.ts";
import { checkpoint, cond, grad, jvp, program, scan, vmap, whileLoop } from "../src/index.ts";
import { resultsOf } from "../src/program.ts";

/* What a transform asks of the operations of a loop grows with the loop, however long what is carried takes to settle. */

/** An operation that counts how often its record is asked for something. */
const openCounter = () => {
  let count = 0;
  const only = <A>([x]: readonly A[]): A => {
    if (x === undefined) throw new RangeError("an operand is needed");
    count += 1;
    return x;
  };
  const primitive: Primitive = {
    name: "counted",
    parameters: {},
    type: (inputs) => only(inputs),
    evaluate: (inputs) => only(inputs),
    loops: { kind: "move", source: ({ shape }) => ({ offset: 0, strides: rowMajor(shape) }) },
    jvp: ([t]) => (t ? bind(primitive, [only([t])]) : null),
    vjp: (_, cotangent) => bind(primitive, [only([cotangent])]),
    batch: (inputs) => bind(primitive, [only(inputs)]),
  };
  return { through: (x: NDArray): NDArray => bind(primitive, [x]), count: () => count };
};

type Through = (x: NDArray) => NDArray;
type Loop = (turn: (carry: readonly NDArray[]) => readonly NDArray[], init: readonly NDArray[]) => readonly NDArray[];

/** What is carried moves on by one place a turn, so that it is settled after as many turns as there are carries. */
const chain =
  (loop: Loop, n: number) =>
  (through: Through) =>
  (x: NDArray): Scalar => {
    const init = Array.from({ length: n }, (_, i) => (i === 0 ? x : ones([2])));
    const moveOn = (carry: readonly NDArray[]) => carry.map((c, i) => add(through(carry[i - 1] ?? c), tanh(c)));
    return sum(loop(moveOn, init).reduce((a, b) => add(a, b)));
  };

const scanned: Loop = (turn, init) => scan((c: readonly NDArray[]) => [turn(c), null], init, null, { length: 2 })[0];

const loops: Readonly<Record<string, Loop>> = {
  scan: scanned,
  whileLoop: (turn, init) =>
    whileLoop(
      ({ n }) => n as Scalar,
      ({ c, n }) => ({ c: turn(c), n: mul(n, 0) }),
      { c: init, n: array(1) as NDArray },
      { maxSteps: 3 },
    ).c,
  "scan in a scan": (turn, init) => scanned((c) => scanned(turn, c), init),
  "scan of choices": (turn, init) => scanned((c) => cond(true, turn, (same) => same, c), init),
  "scan of checkpoints": (turn, init) => scanned(checkpoint(turn), init),
};

const ways: Readonly<Record<string, (f: (x: NDArray) => Scalar) => unknown>> = {
  jvp: (f) => program.of((x) => jvp(f, [x], [x]))(ones([2])),
  grad: (f) => program.of(grad(f))(ones([2])),
  vmap: (f) => program.of(vmap(f))(ones([2, 2])),
  "grad of jvp": (f) => program.of(grad((x: NDArray) => jvp(f, [x], [x])[1]))(ones([2])),
};

describe.each(Object.entries(loops))("a %s that settles slowly", (_, loop) => {
  test.each(Object.entries(ways))("asks for work that grows with it, in %s", (_way, way) => {
    const workOf = (n: number): number => {
      const { through, count } = openCounter();
      way(chain(loop, n)(through));
      return count();
    };
    expect(workOf(300) / workOf(100)).toBeLessThanOrEqual(3.3);
  });
});

test("a body of many operations in a row is no matter of depth", () => {
  const long = (x: NDArray): NDArray => {
    let y = x;
    for (let i = 0; i < 3000; i++) y = mul(y, 1.0001);
    return y;
  };
  const f = (x: NDArray): Scalar => sum(scan((c: NDArray) => [long(c), null], x, null, { length: 1 })[0]);
  for (const way of Object.values(ways)) expect(() => way(f)).not.toThrow();
});

test("checkpoints in checkpoints are taken apart at once", () => {
  const workOf = (n: number): number => {
    const { through, count } = openCounter();
    let f: Through = through;
    for (let i = 0; i < n; i++) {
      const inner = f;
      f = checkpoint((x: NDArray) => through(inner(x)));
    }
    const traced = program.of(f)(ones([2]));
    const before = count();
    const inlined = inlineProgram(traced);
    expect(inlined.equations.flatMap(resultsOf)).toHaveLength(n + 1);
    return count() - before;
  };
  expect(workOf(200) / workOf(50)).toBeLessThanOrEqual(4.1);
});
