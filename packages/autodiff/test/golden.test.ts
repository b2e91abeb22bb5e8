import { array, item, type NDArray, ones, toTypedArray } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { grad, hessian, hvp, jacfwd, jacrev, jvp, linearize, vjp } from "../src/index.ts";
import { apply, type Case, decode, expectClose, functionOf, golden, type Graph, type SecondOrder } from "./golden.ts";

const first = { rtol: 1e-10, atol: 1e-12 };
const second = { rtol: 1e-9, atol: 1e-11 };

const { cases, kinks, jvps: forwards, higher } = golden;
const scalars = [...golden.hvps, ...golden.graphs];

const inputsOf = ({ inputs }: Pick<Graph | Case, "inputs">): readonly NDArray[] => inputs.map(decode);

test.each(cases.map((each) => [each.id, each] as const))("%s has PyTorch's value and vjps", (_, each) => {
  const [output, pullback] = vjp((...xs: readonly NDArray[]) => apply(each.op, xs, each.attrs), ...inputsOf(each));
  expectClose(output, each.output, first);
  const cotangents = pullback(decode(each.cotangent));
  expect(cotangents).toHaveLength(each.vjps.length);
  each.vjps.forEach((want, i) => expectClose(cotangents[i] ?? array(NaN), want, first));
});

test.each(kinks.map((each) => [each.op, each] as const))(
  "%s has at a kink the derivative of PyTorch or JAX",
  (_, each) => {
    const [output, pullback] = vjp((...xs: readonly NDArray[]) => apply(each.op, xs, each.attrs), ...inputsOf(each));
    expectClose(output, each.output, first);
    const found = pullback(ones(output.shape)).map((x) => Array.from(toTypedArray(x)));
    // Where both give NaN, as for the logSumExp of nothing but -Infinity, there may be nothing to pull back to.
    const choices = [each.torch, each.jax].flatMap((lists) =>
      [NaN, 0].map((otherwise) =>
        lists.map((list) => list.map((value) => Number(value) || (value === "NaN" ? otherwise : 0))),
      ),
    );
    expect(choices).toContainEqual(found.map((list) => list.map((value) => value + 0)));
  },
);

const expectAll = (got: readonly NDArray[], wanted: Case["vjps"], tolerance: typeof first): void => {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((want, i) => expectClose(got[i] ?? array(NaN), want, tolerance));
};

describe.each(scalars.map((each) => [each.name, each] as const))("%s", (_, each: SecondOrder) => {
  const f = functionOf(each);
  const ofList = (xs: readonly NDArray[]) => f(...xs);
  const inputs = inputsOf(each);

  test("has PyTorch's value and gradients", () => {
    expectClose(f(...inputs), { shape: [], data: [each.value] }, first);
    expectAll(grad(ofList)(inputs), each.grads, second);
  });
  test("has PyTorch's Hessian times a vector", () => {
    expectAll(hvp(ofList)(inputs, each.v.map(decode)), each.hvp, second);
    const [, backwards] = vjp((xs: readonly NDArray[]) => grad(ofList)(xs), inputs);
    expectAll(backwards(each.v.map(decode))[0], each.hvp, second);
  });
});

const hessians = scalars.flatMap((each) =>
  each.hessian === undefined ? [] : [[each.name, each, each.hessian] as const],
);

test.each(hessians)("%s has PyTorch's Hessian, whichever modes are nested", (_, each, want) => {
  const f = (x: NDArray) => functionOf(each)(x);
  const [x = array(NaN)] = inputsOf(each);
  const ways = [hessian(f), jacrev(grad(f)), jacfwd(jacfwd(f)), jacrev(jacfwd(f))];
  for (const way of ways) expectClose(way(x), want, second);
});

test.each(forwards.map((each) => [each.name, each] as const))("%s has PyTorch's tangent and Jacobian", (_, each) => {
  const inputs = inputsOf(each);
  const tangents = each.tangents.map(decode);
  const [output, tangent] = jvp(functionOf(each), inputs, tangents);
  expectClose(output, each.output, first);
  expectClose(tangent, each.jvp, first);
  const [value, along] = linearize(functionOf(each), ...inputs);
  expectClose(value, each.output, first);
  expectClose(along(...tangents), each.jvp, first);
  if (each.jacobian === undefined) return;
  const f = (x: NDArray) => functionOf(each)(x);
  for (const jacobian of [jacfwd(f), jacrev(f)]) expectClose(jacobian(inputs[0] ?? array(NaN)), each.jacobian, first);
});

describe.each(higher.map((each) => [each.name, each] as const))("the derivatives of %s", (_, each) => {
  const f = functionOf(each);
  test.each(each.points)("at $x are PyTorch's to the fourth order", ({ x, derivatives }) => {
    let reverse = (y: NDArray): NDArray => f(y);
    let forward = reverse;
    for (const want of derivatives) {
      for (const g of [reverse, forward])
        expect(Math.abs(item(g(array(x))) - want)).toBeLessThanOrEqual(second.atol + second.rtol * Math.abs(want));
      const [backward, onward] = [reverse, forward];
      reverse = grad((y: NDArray) => backward(y));
      forward = (y) => jvp(onward, [y], [array(1)])[1];
    }
  });
});
