import { add, array, item, mul, type Scalar, square, sub } from "@gradfold/core";
import { grad, scan } from "@gradfold/autodiff";
import { adam, applyUpdates, sgd, type Transform } from "@gradfold/optim";
import type { Job } from "../job.ts";
import type { Valley } from "../workload.ts";
import type { Wrap } from "./wrap.ts";

interface Place {
  readonly x: Scalar;
  readonly y: Scalar;
}

const height = ({ x, y }: Place): Scalar => add(square(sub(1, x)), mul(square(sub(y, square(x))), 100));

/** Where an optimizer gets in so many steps. */
const descent =
  <S>(optimizer: Transform<S>, length: number) =>
  (start: Place): Place => {
    const first = { place: start, state: optimizer.init(start) };
    const step = ({ place, state }: typeof first): readonly [typeof first, null] => {
      const [updates, next] = optimizer.update(grad(height)(place), state, place);
      return [{ place: applyUpdates(place, updates), state: next }, null];
    };
    return scan(step, first, null, { length })[0].place;
  };

export const valley = ({ optimizer, rate, steps, checked }: Valley, wrap: Wrap): Job => {
  const float32 = { dtype: "float32" } as const;
  const start: Place = { x: array(-1.2, float32), y: array(1, float32) };
  const wayOf = (length: number) => wrap(optimizer === "gd" ? descent(sgd(rate), length) : descent(adam(rate), length));
  const way = wayOf(steps);
  const run = (units: number) => {
    for (let i = 0; i < units; i++) way(start);
  };
  const check = () => {
    const { x, y } = wayOf(checked)(start);
    return [item(x), item(y)];
  };
  return { run, check };
};
