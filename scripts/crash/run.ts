import { valueAndGrad } from "@gradfold/autodiff";
import { array, mean, mul, type NDArray, random, square, sub } from "@gradfold/core";
import { batches, type Inputs, sgd, trainState, trainStep } from "@gradfold/optim";

interface Data {
  readonly x: NDArray<[number]>;
  readonly y: NDArray<[number]>;
}

const data = { x: random.uniform(random.key(1), [64]), y: random.uniform(random.key(2), [64]) };
const optimizer = sgd(0.05, { momentum: 0.9 });
const loss = (a: NDArray<[]>, { x, y }: Data) => mean(square(sub(mul(x, a), y)));

export const step = trainStep(valueAndGrad(loss), optimizer);
export const start = trainState(array(0.5), optimizer);

/** The inputs of a run: others for every number. */
export const inputsOf = (run: number): Inputs<Data> => batches(random.key(run), data, { size: 8, epochs: 40 });
