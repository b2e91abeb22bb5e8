import { type Data, floatsOf } from "../data.ts";
import type { Job } from "../job.ts";
import type { Line } from "../workload.ts";
import type { TensorFlow } from "./library.ts";

export const line = (tf: TensorFlow, { rows, columns, batch, rate, steps, checked }: Line, data: Data): Job => {
  const [x, y] = [floatsOf(data, "x"), floatsOf(data, "y")];
  const parts = Array.from({ length: Math.floor(rows / batch) }, (_, i) => {
    const [from, to] = [i * batch, (i + 1) * batch];
    return {
      x: tf.tensor(x.slice(from * columns, to * columns), [batch, columns]),
      y: tf.tensor(y.slice(from, to), [batch]),
    };
  });
  const start = tf.tensor(floatsOf(data, "start"), [columns]);
  const w = tf.variable(start);
  const optimizer = tf.train.sgd(rate);
  let next = 0;
  const begin = () => {
    w.assign(start);
    next = 0;
  };
  const step = () =>
    tf.tidy(() => {
      const part = parts[next++ % parts.length];
      if (part) optimizer.minimize(() => tf.dot(part.x, w).sub(part.y).square().mean(), false, [w]);
    });
  const run = (units: number) => {
    for (let unit = 0; unit < units; unit++) {
      if (steps > 1) begin();
      for (let i = 0; i < steps; i++) step();
    }
    w.dataSync();
  };
  const check = () => {
    begin();
    run(checked);
    return [...w.dataSync()];
  };
  return { run, check };
};
