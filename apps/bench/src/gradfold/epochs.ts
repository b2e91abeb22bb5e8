import { array, matmul, mean, type NDArray, type Scalar, square, sub, toTypedArray, tree } from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { adam, batches, type Inputs, trainState, trainStep, trajectory } from "@gradfold/optim";
import { type Data, floatsOf, orderKey } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Epochs, Linear, Perceptron } from "../workload.ts";
import { lossOf, paramsOf, partsOf } from "./layers.ts";
import type { Loops, Wrap } from "./wrap.ts";

/** A run over all batches: as one loop, or step by step. */
const training = <P, B>(
  { rate, compiled }: Epochs,
  inputs: Inputs<B>,
  params: P,
  loss: (params: P, batch: B) => Scalar,
  [wrap, loops]: readonly [Wrap, Loops],
): Job => {
  const optimizer = adam(rate);
  const [start, step] = [trainState(params, optimizer), trainStep(valueAndGrad(loss), optimizer)];
  const one =
    compiled === "run"
      ? () => trajectory.fold(step, start, inputs, loops)
      : () => trajectory.fold(wrap(step), start, inputs);
  const run = (units: number) => {
    for (let i = 0; i < units; i++) one();
  };
  const check = () => {
    const { metrics, final } = one();
    const numbers = tree.leaves(final.params).flatMap((x) => [...toTypedArray(x)]);
    return course([...metrics.loss], total(numbers));
  };
  return { run, check };
};

const linear = (task: Epochs, { columns }: Linear, data: Data, way: readonly [Wrap, Loops]): Job => {
  type Vector = NDArray<[number]>;
  interface Rows {
    readonly x: NDArray<[number, number]>;
    readonly y: Vector;
  }
  const rows: Rows = {
    x: array(floatsOf(data, "x"), { shape: [task.rows, columns] }),
    y: array(floatsOf(data, "y"), { shape: [task.rows] }),
  };
  const start: Vector = array(floatsOf(data, "start"), { shape: [columns] });
  const inputs = batches(orderKey, rows, { size: task.batch, epochs: task.epochs });
  return training(task, inputs, start, (w: Vector, { x, y }: Rows) => mean(square(sub(matmul(x, w), y))), way);
};

const perceptron = (task: Epochs, model: Perceptron, data: Data, way: readonly [Wrap, Loops]): Job => {
  const [rows] = partsOf({ ...model, batch: task.rows, batches: 1 }, data);
  if (rows === undefined) throw new Error("no rows");
  type Params = ReturnType<typeof paramsOf>;
  const loss = lossOf(model);
  const inputs = batches(orderKey, rows, { size: task.batch, epochs: task.epochs });
  const start = paramsOf(floatsOf(data, "start"), model.sizes);
  return training(task, inputs, start, (params: Params, { x, targets }: typeof rows) => loss(params, x, targets), way);
};

export const epochs = (task: Epochs, data: Data, wrap: Wrap, loops: Loops): Job =>
  task.model.kind === "linear"
    ? linear(task, task.model, data, [wrap, loops])
    : perceptron(task, task.model, data, [wrap, loops]);
