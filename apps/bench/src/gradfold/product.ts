import { array, matmul, type NDArray, toTypedArray } from "@gradfold/core";
import { type Data, floatsOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Product } from "../workload.ts";
import type { Wrap } from "./wrap.ts";

export const product = ({ size }: Product, data: Data, wrap: Wrap): Job => {
  type Matrix = NDArray<[number, number]>;
  const matrix = (name: string): Matrix => array(floatsOf(data, name), { shape: [size, size] });
  const [a, b] = [matrix("a"), matrix("b")];
  const times = wrap((a: Matrix, b: Matrix) => matmul(a, b));
  const run = (units: number) => {
    for (let i = 0; i < units; i++) times(a, b);
  };
  return { run, check: () => digest(Float32Array.from(toTypedArray(times(a, b)))) };
};
