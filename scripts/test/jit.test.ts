import { jit } from "@gradfold/compile";
import { array, item, type NDArray, toTypedArray, tree } from "@gradfold/core";
import { applyUpdates, projection } from "@gradfold/optim";
import { expect, test } from "vitest";
import { bowl, everyOptimizer, extraOf } from "../../packages/optim/test/every-optimizer.ts";

const params = {
  w: array([
    [1, -2],
    [0.5, 3],
  ]),
  b: array([4, 0.5, -1]),
};
type Params = typeof params;
const numbers = (t: unknown) => tree.leaves(t).map((leaf: NDArray) => Array.from(toTypedArray(leaf)));

test.each(everyOptimizer)("%s compiled takes the same steps, bit for bit", (_, make) => {
  const optimizer = make(0.02);
  const step = (p: Params, state: object) => {
    const extra = extraOf(bowl, p);
    const [updates, next] = optimizer.update(extra.lossAndGrad?.(p)[1] ?? p, state, p, extra);
    return [applyUpdates(p, updates), next] as const;
  };
  const compiled = jit(step);
  let [one, other]: readonly [readonly [Params, object], readonly [Params, object]] = [
    [params, optimizer.init(params)],
    [params, optimizer.init(params)],
  ];
  for (let i = 0; i < 3; i++) {
    one = step(...one);
    other = compiled(...other);
    expect(numbers(other)).toEqual(numbers(one));
  }
  expect(item(bowl(one[0]))).toBeLessThan(item(bowl(params)));
});

test("a box of bounds for each parameter gives the same bits compiled, and refuses bounds that cross as it runs", () => {
  const box = (p: Params, lower: Params) => projection.box(p, { lower, upper: { w: array([1, 2]), b: 4 } });
  const lower = { w: array([[0, 1.5]]), b: array(-0.5) } as unknown as Params;
  const compiled = jit(box);
  expect(numbers(compiled(params, lower))).toEqual(numbers(box(params, lower)));
  const crossed = { w: array([[0, 3]]), b: array(-0.5) } as unknown as Params;
  for (const f of [box, compiled]) expect(() => f(params, crossed)).toThrow("projection.box: the bounds cross");
});
