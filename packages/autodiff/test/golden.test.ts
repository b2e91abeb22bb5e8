import * as core from "@gradfold/core";
import { add, array, item, mul, type NDArray, ones, sum, toTypedArray, zerosLike } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, vjp } from "../src/index.ts";
import {
  apply,
  type Case,
  decode,
  expectClose,
  functionOf,
  golden,
  isPossible,
  type Graph,
  operations,
  type SecondOrder,
} from "./golden.ts";

const first = { rtol: 1e-10, atol: 1e-12 };
const second = { rtol: 1e-9, atol: 1e-11 };

const cases = golden.cases.filter(isPossible);
const kinks = golden.kinks.filter(isPossible);
const scalars = [...golden.hvps, ...golden.graphs].filter(isPossible);
const forwards = golden.jvps.filter(isPossible);
const higher = golden.higher.filter(isPossible);

test("no golden number of an operation that exists is left out", () => {
  const named = new Set(golden.cases.map(({ op }) => op));
  expect([...named].filter((op) => op in core && !(op in operations))).toEqual([]);
  expect([cases.length, kinks.length, scalars.length, forwards.length, higher.length]).toEqual([196, 11, 7, 6, 2]);
});

test("every operation in the table is tried", () => {
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(Object.keys(operations)));
});

const inputsOf = ({ inputs }: Pick<Graph | Case, "inputs">): readonly NDArray[] => inputs.map(decode);

test.each(cases.map((each) => [each.id, each] as const))("%s has PyTorch's value and vjps", (_, each) => {
  const [output, pullback] = vjp((...xs: readonly NDArray[]) => apply(each.op, xs, each.attrs), ...inputsOf(each));
  expectClose(output, each.output, first);
  const cotangents = pullback(decode(each.cotangent));
  expect(cotangents).toHaveLength(each.vjps.length);
  each.vjps.forEach((want, i) => expectClose(cotangents[i] ?? array(NaN), want, first));
});

/** Where both give NaN and the library does not: of all -Infinity, logSumExp is flat. */
const own: Readonly<Record<string, readonly (readonly number[])[]>> = { logsumexp: [[0, 0]] };

test.each(kinks.map((each) => [each.op, each] as const))(
  "%s has at a kink the derivative of PyTorch or JAX, or one of its own where theirs is NaN",
  (_, each) => {
    const [output, pullback] = vjp((...xs: readonly NDArray[]) => apply(each.op, xs, each.attrs), ...inputsOf(each));
    expectClose(output, each.output, first);
    const found = pullback(ones(output.shape)).map((x) => Array.from(toTypedArray(x)));
    const choices = [each.torch, each.jax].map((lists) => lists.map((list) => list.map(Number)));
    expect([own[each.op], ...choices]).toContainEqual(found.map((list) => list.map((value) => value + 0)));
  },
);

/** The sum of the products of two lists of arrays. */
const inner = (xs: readonly NDArray[], ys: readonly NDArray[]): NDArray =>
  xs.map((x, i) => sum(mul(x, ys[i] ?? array(NaN)))).reduce((a, b) => add(a, b));

describe.each(scalars.map((each) => [each.name, each] as const))("%s", (_, each: SecondOrder) => {
  const f = functionOf(each);
  const gradient = grad((xs: readonly NDArray[]) => f(...xs));
  const inputs = inputsOf(each);

  test("has PyTorch's value and gradients", () => {
    expectClose(f(...inputs), { shape: [], data: [each.value] }, first);
    gradient(inputs).forEach((g, i) => expectClose(g, each.grads[i] ?? { shape: [], data: [] }, second));
  });
  test("has PyTorch's Hessian times a vector", () => {
    const v = each.v.map(decode);
    const along = grad((xs: readonly NDArray[]) => inner(gradient(xs), v));
    along(inputs).forEach((h, i) => expectClose(h, each.hvp[i] ?? { shape: [], data: [] }, second));
  });
});

test.each(forwards.map((each) => [each.name, each] as const))(
  "%s: the pullback of the pullback is the jvp",
  (_, each) => {
    const [output, pullback] = vjp(functionOf(each), ...inputsOf(each));
    expectClose(output, each.output, first);
    const [, forward] = vjp((u: NDArray) => pullback(u), zerosLike(output));
    const [tangent] = forward(each.tangents.map(decode));
    expectClose(tangent, each.jvp, first);
  },
);

describe.each(higher.map((each) => [each.name, each] as const))("the derivatives of %s", (_, each) => {
  const f = functionOf(each);
  test.each(each.points)("at $x are PyTorch's to the fourth order", ({ x, derivatives }) => {
    let g = (y: NDArray): NDArray => f(y);
    for (const want of derivatives) {
      expect(Math.abs(item(g(array(x))) - want)).toBeLessThanOrEqual(second.atol + second.rtol * Math.abs(want));
      const inner = g;
      g = grad((y: NDArray) => inner(y));
    }
  });
});
