import { hvp } from "@gradfold/autodiff";
import { type Data, floatsOf } from "../data.ts";
import { digest, type Job } from "../job.ts";
import type { Curvature } from "../workload.ts";
import { flatOf, lossOf, paramsOf, partsOf } from "./layers.ts";
import type { Wrap } from "./wrap.ts";

export const curvature = (task: Curvature, data: Data, wrap: Wrap): Job => {
  const [part] = partsOf(task, data);
  if (part === undefined) throw new Error("no batch");
  const [params, vector] = [floatsOf(data, "start"), floatsOf(data, "vector")].map((x) => paramsOf(x, task.sizes));
  if (params === undefined || vector === undefined) throw new Error("no parameters");
  const product = wrap(hvp(lossOf(task)));
  const one = () => product(params, vector, part.x, part.targets);
  const run = (units: number) => {
    for (let i = 0; i < units; i++) one();
  };
  return { run, check: () => digest(flatOf(one())) };
};
