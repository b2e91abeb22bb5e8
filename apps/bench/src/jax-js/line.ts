import { type Data, floatsOf } from "../data.ts";
import type { Job } from "../job.ts";
import type { Line } from "../workload.ts";
import { arrayOf, floatsIn, type JaxArray, type JaxJs } from "./library.ts";

export const line = (jax: JaxJs, { rows, columns, batch, rate, steps, checked }: Line, data: Data): Job => {
  const { numpy, grad, jit } = jax;
  const [x, y, start] = [floatsOf(data, "x"), floatsOf(data, "y"), floatsOf(data, "start")];
  const parts = Array.from({ length: Math.floor(rows / batch) }, (_, i) => {
    const [from, to] = [i * batch, (i + 1) * batch];
    return {
      x: arrayOf(jax, x.slice(from * columns, to * columns), [batch, columns]),
      y: arrayOf(jax, y.slice(from, to), [batch]),
    };
  });
  const step = jit((w: JaxArray, x: JaxArray, y: JaxArray): JaxArray => {
    const loss = (w: JaxArray) => numpy.square(numpy.dot(x.ref, w).sub(y.ref)).mean();
    const gradient = grad(loss)(w.ref);
    x.dispose();
    y.dispose();
    return w.sub(gradient.mul(rate));
  });
  let w = arrayOf(jax, start, [columns]);
  let next = 0;
  const begin = () => {
    w.dispose();
    w = arrayOf(jax, start, [columns]);
    next = 0;
  };
  const run = async (units: number) => {
    for (let unit = 0; unit < units; unit++) {
      if (steps > 1) begin();
      for (let i = 0; i < steps; i++) {
        const part = parts[next++ % parts.length];
        if (part === undefined) continue;
        w = step(w, part.x.ref, part.y.ref);
        // What it has not computed yet piles up: waiting at every step is the fastest.
        await jax.blockUntilReady(w);
      }
    }
  };
  const check = async () => {
    begin();
    await run(checked);
    return [...(await floatsIn(w.ref))];
  };
  return { run, check };
};
