import { add, array, item, mul, type NDArray, square, sum, tanh, toTypedArray } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { type Data, floatsOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Chain } from "../workload.ts";
import type { Wrap } from "./wrap.ts";

export const chain = ({ size }: Chain, data: Data, wrap: Wrap): Job => {
  type Vector = NDArray<[number]>;
  const vector = (name: string) => array(floatsOf(data, name), { shape: [size] });
  const [x, params] = [vector("x"), { w: vector("w"), b: vector("b") }];
  const f = ({ w, b }: { readonly w: Vector; readonly b: Vector }, x: Vector) => sum(square(tanh(add(mul(x, w), b))));
  const both = wrap(valueAndGrad(f));
  const run = (units: number) => {
    for (let i = 0; i < units; i++) both(params, x);
  };
  const check = () => {
    const [value, { w, b }] = both(params, x);
    return [item(value), ...[w, b].flatMap((d) => digest(Float32Array.from(toTypedArray(d))))];
  };
  return { run, check };
};
