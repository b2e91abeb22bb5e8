import { type Data, floatsOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Product } from "../workload.ts";
import { multiply } from "./matrix.ts";

export const product = ({ size }: Product, data: Data): Job => {
  const [a, b] = [floatsOf(data, "a"), floatsOf(data, "b")];
  const out = new Float32Array(size * size);
  const run = (units: number) => {
    for (let i = 0; i < units; i++) multiply(out, a, b, [size, size, size]);
  };
  const check = () => {
    run(1);
    return digest(out);
  };
  return { run, check };
};
