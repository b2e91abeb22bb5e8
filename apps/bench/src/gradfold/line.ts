import { array, matmul, mean, mul, type NDArray, slice, square, sub, toTypedArray } from "@gradfold/core";
import { grad, scan } from "@gradfold/autodiff";
import { type Data, floatsOf } from "../data.ts";
import type { Job } from "../job.ts";
import type { Line } from "../workload.ts";
import type { Wrap } from "./wrap.ts";

export const line = ({ rows, columns, batch, rate, steps, checked }: Line, data: Data, wrap: Wrap): Job => {
  const start = array(floatsOf(data, "start"), { shape: [columns] });
  const x = array(floatsOf(data, "x"), { shape: [rows, columns] });
  const y = array(floatsOf(data, "y"), { shape: [rows] });
  const parts = Array.from({ length: Math.floor(rows / batch) }, (_, i) => {
    const range = [i * batch, (i + 1) * batch] as const;
    return { x: slice(x, [range]), y: slice(y, [range]) };
  });

  type Weights = NDArray<[number]>;
  type Rows = NDArray<[number, number]>;
  const loss = (w: Weights, x: Rows, y: Weights) => mean(square(sub(matmul(x, w), y)));
  const descend = (w: Weights, x: Rows, y: Weights): Weights => sub(w, mul(grad(loss)(w, x, y), rate));
  const unit = wrap((w: Weights, x: Rows, y: Weights): Weights =>
    steps === 1
      ? descend(w, x, y)
      : scan((w: Weights): readonly [Weights, null] => [descend(w, x, y), null], w, null, {
          length: steps,
        })[0],
  );

  let w: Weights = start;
  let next = 0;
  const run = (units: number) => {
    for (let i = 0; i < units; i++) {
      const part = parts[next++ % parts.length];
      if (part) w = unit(steps === 1 ? w : start, part.x, part.y);
    }
  };
  const check = () => {
    [w, next] = [start, 0];
    run(checked);
    return [...toTypedArray(w)];
  };
  return { run, check };
};
