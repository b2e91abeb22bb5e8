import { type Data, floatsOf, integersOf } from "../data.ts";
import { course, type Job, total } from "../job.ts";
import type { Epochs } from "../workload.ts";
import { adamStep, corrections } from "./adam.ts";
import { arrayOf, floatsIn, type JaxArray, type JaxJs, scalarOf } from "./library.ts";
import { flatOf, lossOf, paramsOf, partsOf } from "./network.ts";

type Arrays = readonly JaxArray[];

/** The columns of all rows, parameters from a list of numbers, and the loss, which uses up its parameters. */
const modelOf = (jax: JaxJs, { model, rows }: Epochs, data: Data) => {
  const { numpy } = jax;
  if (model.kind === "linear") {
    const { columns } = model;
    const x = arrayOf(jax, floatsOf(data, "x"), [rows, columns]);
    const y = arrayOf(jax, floatsOf(data, "y"), [rows]);
    const params = (flat: Float32Array): Arrays => [arrayOf(jax, flat, [columns])];
    const loss = ([w]: Arrays, x: JaxArray, y: JaxArray) => {
      if (w === undefined) throw new Error("no parameters");
      return numpy.square(numpy.dot(x.ref, w).sub(y.ref)).mean();
    };
    return { x, y, params, lossOn: () => loss };
  }
  const [part] = partsOf(jax, { ...model, batch: rows, batches: 1 }, data);
  if (part === undefined) throw new Error("no rows");
  const params = (flat: Float32Array) => paramsOf(jax, flat, model.sizes);
  return { x: part.x, y: part.targets, params, lossOn: (batch: number) => lossOf(jax, { ...model, batch }) };
};

type State = readonly [params: Arrays, means: Arrays, squares: Arrays];

/** A step on the rows at some places; all it is given is used up. */
const stepOn = (jax: JaxJs, loss: (params: Arrays, x: JaxArray, y: JaxArray) => JaxArray) =>
  jax.jit((state: State, scale: JaxArray, correction: JaxArray, x: JaxArray, y: JaxArray, place: JaxArray) => {
    const [u, v] = [jax.numpy.take(x, place.ref, 0), jax.numpy.take(y, place, 0)];
    const [value, gradients] = jax.valueAndGrad((params: Arrays) => loss(params, u, v))(jax.tree.ref(state[0]));
    u.dispose();
    v.dispose();
    return [value, adamStep(jax, state, gradients, scale, correction)] as const;
  });

/** Runs all steps, and gives the parameters. */
const training = (jax: JaxJs, task: Epochs, data: Data) => {
  const { rows, batch, rate } = task;
  const { x, y, params, lossOn } = modelOf(jax, task, data);
  const [start, orders] = [floatsOf(data, "start"), integersOf(data, "orders")];
  const [whole, last] = [stepOn(jax, lossOn(batch)), stepOn(jax, lossOn(rows % batch))];
  const zeros = new Float32Array(start.length);
  return async (told: (loss: JaxArray) => void | Promise<void>): Promise<Arrays> => {
    let state: State = [params(start), params(zeros), params(zeros)];
    let step = 0;
    for (let first = 0; first < orders.length; first += rows)
      for (let from = 0; from < rows; from += batch) {
        const size = Math.min(batch, rows - from);
        const place = jax.numpy.array(orders.slice(first + from, first + from + size), { dtype: jax.numpy.int32 });
        const [scale, correction] = corrections(rate, ++step).map((value) => scalarOf(jax, value));
        if (scale === undefined || correction === undefined) throw new Error("no corrections");
        const [value, after] = (size === batch ? whole : last)(state, scale, correction, x.ref, y.ref, place);
        state = after;
        await jax.blockUntilReady(state);
        await told(value);
      }
    jax.tree.dispose(state.slice(1));
    return state[0];
  };
};

export const epochs = (jax: JaxJs, task: Epochs, data: Data): Job => {
  const one = training(jax, task, data);
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) jax.tree.dispose(await one((loss) => loss.dispose()));
  };
  const check = async () => {
    const losses: number[] = [];
    const params = await one(async (loss) => void losses.push(...(await floatsIn(loss))));
    const numbers = await flatOf(params);
    jax.tree.dispose(params);
    return course(losses, total(numbers));
  };
  return { run, check };
};
