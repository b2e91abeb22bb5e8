import type { JaxArray, JaxJs } from "./library.ts";

type Arrays = readonly JaxArray[];

/**
 * A step of Adam for use inside `jit`: uses up all it is given. `scale` is the rate over 1 - 0.9^t, `correction`
 * 1 / (1 - 0.999^t).
 */
export const adamStep = (
  { numpy }: JaxJs,
  [params, means, squares]: readonly [Arrays, Arrays, Arrays],
  gradients: Arrays,
  scale: JaxArray,
  correction: JaxArray,
): readonly [Arrays, Arrays, Arrays] => {
  const moved = params.map((p, i) => {
    const [g, m, v] = [gradients[i], means[i], squares[i]];
    if (g === undefined || m === undefined || v === undefined) throw new Error("a gradient or moment is missing");
    const mean = m.mul(0.9).add(g.ref.mul(0.1));
    const square = v.mul(0.999).add(numpy.square(g).mul(0.001));
    const root = numpy.sqrt(square.ref.mul(correction.ref)).add(1e-8);
    return [p.sub(mean.ref.mul(scale.ref).div(root)), mean, square] as const;
  });
  scale.dispose();
  correction.dispose();
  return [moved.map(([p]) => p), moved.map(([, m]) => m), moved.map(([, , v]) => v)];
};

/** The two numbers that take the bias out of the means at step t. */
export const corrections = (rate: number, t: number): readonly [scale: number, correction: number] => [
  rate / (1 - 0.9 ** t),
  1 / (1 - 0.999 ** t),
];
