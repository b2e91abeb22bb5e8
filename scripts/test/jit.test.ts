import { jit } from "@gradfold/compile";
import { array, item, type NDArray, toTypedArray, tree } from "@gradfold/core";
import { applyUpdates } from "@gradfold/optim";
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
