import { type Data, floatsOf } from "../data.ts";
import { digest, type Job, type Peer } from "../job.ts";
import type { Chain, Product, Task } from "../workload.ts";
import { epochs } from "./epochs.ts";
import { arrayOf, floatsIn, type JaxArray, type JaxJs, load } from "./library.ts";
import { line } from "./line.ts";
import { curvature, network } from "./network.ts";
import { valley } from "./valley.ts";

const chain = (jax: JaxJs, { size }: Chain, data: Data): Job => {
  const { numpy } = jax;
  const [x, w, b] = ["x", "w", "b"].map((name) => arrayOf(jax, floatsOf(data, name), [size]));
  if (x === undefined || w === undefined || b === undefined) throw new Error("an argument is missing");
  const both = jax.jit((params: readonly [JaxArray, JaxArray], x: JaxArray) => {
    const f = ([w, b]: readonly [JaxArray, JaxArray]) => numpy.square(numpy.tanh(x.ref.mul(w).add(b))).sum();
    const found = jax.valueAndGrad(f)(params);
    x.dispose();
    return found;
  });
  const one = async () => {
    const found = both([w.ref, b.ref], x.ref);
    await jax.blockUntilReady(found);
    return found;
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) jax.tree.dispose(await one());
  };
  const check = async () => {
    const [value, [dw, db]] = await one();
    const found = [await floatsIn(value), digest(await floatsIn(dw)), digest(await floatsIn(db))];
    return found.flatMap((numbers) => [...numbers]);
  };
  return { run, check };
};

const product = (jax: JaxJs, { size }: Product, data: Data): Job => {
  const matrix = (name: string) => arrayOf(jax, floatsOf(data, name), [size, size]);
  const [a, b] = [matrix("a"), matrix("b")];
  const times = jax.jit((a: JaxArray, b: JaxArray) => jax.numpy.matmul(a, b));
  const one = async () => {
    const found = times(a.ref, b.ref);
    await jax.blockUntilReady(found);
    return found;
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) (await one()).dispose();
  };
  return { run, check: async () => digest(await floatsIn(await one())) };
};

const taking =
  (jax: JaxJs) =>
  (task: Task, data: Data): Job => {
    switch (task.kind) {
      case "line":
        return line(jax, task, data);
      case "network":
        return network(jax, task, data);
      case "epochs":
        return epochs(jax, task, data);
      case "curvature":
        return curvature(jax, task, data);
      case "valley":
        return valley(jax, task);
      case "chain":
        return chain(jax, task, data);
      case "product":
        return product(jax, task, data);
    }
  };

/** jax-js on its WebAssembly back end, every step compiled by its `jit`. */
export const jaxJs = async (): Promise<Peer> => {
  const [jax, version] = await load();
  return { version: `${version} wasm, Node ${process.versions.node}`, take: taking(jax) };
};
