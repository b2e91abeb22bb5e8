import type { Job } from "../job.ts";
import type { Valley } from "../workload.ts";
import { adamStep, corrections } from "./adam.ts";
import { floatsIn, type JaxArray, type JaxJs, scalarOf } from "./library.ts";

type Arrays = readonly JaxArray[];

export const valley = (jax: JaxJs, { optimizer, rate, steps, checked }: Valley): Job => {
  const { numpy, grad, jit, tree } = jax;
  const height = ([x, y]: Arrays): JaxArray => {
    if (x === undefined || y === undefined) throw new Error("a coordinate is missing");
    const off = y.sub(numpy.square(x.ref));
    return numpy.square(numpy.subtract(1, x)).add(numpy.square(off).mul(100));
  };
  const descend = jit((place: Arrays): Arrays => {
    const gradient = grad(height)(tree.ref(place));
    return place.map((x, i) => (gradient[i] ? x.sub(gradient[i].mul(rate)) : x));
  });
  type State = readonly [place: Arrays, means: Arrays, squares: Arrays];
  const descendByAdam = jit((state: State, scale: JaxArray, correction: JaxArray): State =>
    adamStep(jax, state, grad(height)(tree.ref(state[0])), scale, correction),
  );
  const pair = (x: number, y: number): Arrays => [scalarOf(jax, x), scalarOf(jax, y)];

  const go = async (length: number): Promise<readonly number[]> => {
    let [place, means, squares]: State = [pair(-1.2, 1), pair(0, 0), pair(0, 0)];
    for (let t = 1; t <= length; t++) {
      if (optimizer === "gd") place = descend(place);
      else {
        const [scale, correction] = corrections(rate, t);
        [place, means, squares] = descendByAdam(
          [place, means, squares],
          scalarOf(jax, scale),
          scalarOf(jax, correction),
        );
      }
      await jax.blockUntilReady([place, means, squares]);
    }
    tree.dispose([means, squares]);
    const found: number[] = [];
    for (const x of place) found.push(...(await floatsIn(x)));
    return found;
  };
  const run = async (units: number) => {
    for (let i = 0; i < units; i++) await go(steps);
  };
  return { run, check: () => go(checked) };
};
