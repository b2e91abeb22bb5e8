import { type Data, floatsOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Chain } from "../workload.ts";

export const chain = ({ size }: Chain, data: Data): Job => {
  const x = floatsOf(data, "x");
  const w = floatsOf(data, "w");
  const b = floatsOf(data, "b");
  const dw = new Float32Array(size);
  const db = new Float32Array(size);
  const one = (): number => {
    let value = 0;
    for (let i = 0; i < size; i++) {
      const u = x[i] ?? 0;
      const t = Math.tanh(u * (w[i] ?? 0) + (b[i] ?? 0));
      value += t * t;
      const slope = 2 * t * (1 - t * t);
      db[i] = slope;
      dw[i] = slope * u;
    }
    return value;
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) one();
  };
  return { run, check: () => [one(), ...digest(dw), ...digest(db)] };
};
