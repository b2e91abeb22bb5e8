import { item } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { adam, trainState, trainStep } from "@gradfold/optim";
import { type Data, floatsOf } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Network } from "../workload.ts";
import { flatOf, lossOf, paramsOf, partsOf } from "./layers.ts";
import type { Wrap } from "./wrap.ts";

export const network = (task: Network, data: Data, wrap: Wrap): Job => {
  const { sizes, rate, checked } = task;
  const parts = partsOf(task, data);
  type Part = (typeof parts)[number];
  const loss = lossOf(task);
  const optimizer = adam(rate);
  const start = trainState(paramsOf(floatsOf(data, "start"), sizes), optimizer);
  const step = wrap(
    trainStep(
      valueAndGrad((params: (typeof start)["params"], { x, targets }: Part) => loss(params, x, targets)),
      optimizer,
    ),
  );
  let [state, taken] = [start, 0];
  const one = () => {
    const part = parts[taken++ % parts.length];
    if (part === undefined) throw new Error("no batch");
    const [after, metrics] = step(state, part);
    state = after;
    return metrics.loss;
  };
  const run = (units: number) => {
    for (let i = 0; i < units; i++) one();
  };
  const check = () => {
    [state, taken] = [start, 0];
    const losses = Array.from({ length: checked }, () => item(one()));
    return course(losses, total(flatOf(state.params)));
  };
  return { run, check };
};
