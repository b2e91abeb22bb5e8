import { toTypedArray, tree } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { jit } from "@gradfold/compile";
import { adam, trainState, trainStep } from "@gradfold/optim";
import { type Data, floatsOf } from "../data.ts";
import { lossOf, paramsOf, partsOf } from "../gradfold/layers.ts";
import type { Wrap } from "../gradfold/wrap.ts";
import { digest, type Job, type Peer } from "../job.ts";
import { adjustment } from "./adjustment.ts";
import { deep, logarithm, logistic, ode, orbit } from "./chain.ts";
import type { ProgramTask, Unrolled } from "./program.ts";

/** The parameters after some steps of Adam. */
const unrolled = ({ steps, network }: Unrolled, data: Data) => {
  const [part] = partsOf(network, data);
  if (part === undefined) throw new Error("no batch");
  const optimizer = adam(network.rate);
  const loss = lossOf(network);
  const start = trainState(paramsOf(floatsOf(data, "start"), network.sizes), optimizer);
  const step = trainStep(
    valueAndGrad((params: (typeof start)["params"], { x, targets }: typeof part) => loss(params, x, targets)),
    optimizer,
  );
  const f = (state: typeof start, batch: typeof part) => {
    let after = state;
    for (let i = 0; i < steps; i++) [after] = step(after, batch);
    return after.params.map(({ weights, biases }) => [weights, biases]);
  };
  return { f, inputs: [start, part] };
};

/** A function, what it is called with, and what is called in its place where numbers are compared. */
interface Call {
  readonly f: (...inputs: never) => unknown;
  readonly checked?: (...inputs: never) => unknown;
  readonly inputs: readonly unknown[];
}

const callOf = (task: ProgramTask, data: Data): Call => {
  switch (task.kind) {
    case "logistic":
      return logistic(task, data);
    case "orbit":
      return orbit(task, data);
    case "unrolled":
      return unrolled(task, data);
    case "deep":
      return deep(task, data);
    case "logSumExp":
      return logarithm(task, data);
    case "adjustment":
      return adjustment(task, data);
    case "ode":
      return ode(task, data);
  }
};

/** What is compared of a result: of its numbers in one list. */
const numbersOf = (result: unknown): readonly number[] =>
  digest(Float64Array.from(tree.leaves(result).flatMap((x) => [...toTypedArray(x)])));

type Function = (...inputs: readonly unknown[]) => unknown;

const taking =
  (wrap: Wrap) =>
  (task: ProgramTask, data: Data): Job => {
    const { f, checked = f, inputs } = callOf(task, data);
    // As they are called with their own inputs.
    const [one, other] = [wrap(f as Function), wrap(checked as Function)];
    const run = (units: number) => {
      for (let i = 0; i < units; i++) one(...inputs);
    };
    return { run, check: () => numbersOf(other(...inputs)) };
  };

const version = `Node ${process.versions.node}`;

/** Operation by operation. */
export const eager: Peer<ProgramTask> = { version, take: taking((f) => f) };

/** Each program compiled as a whole. */
export const compiled: Peer<ProgramTask> = { version, take: taking(jit) };
