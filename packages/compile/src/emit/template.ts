import type { ScalarFunction } from "@gradfold/core/compiler";
import type { Schedule } from "../schedule/fuse.ts";
import { isScalarKernel, type LoopNest } from "../schedule/kernel.ts";

/*
 * Kernels that differ in their buffers only, as those of an unrolled loop do, share a function, whose parameters are the
 * addresses of the buffers.
 */

/** The code of a kernel but for its buffers, as a key, and the values whose buffers are the parameters. */
export interface Template {
  readonly key: string;
  readonly values: readonly number[];
}

export type Templates = ReadonlyMap<LoopNest, Template>;

/** A program with fewer nodes has no templates: to use constant addresses makes faster loops. */
const manyNodes = 2048;
/** The number of equal kernels from which on they share a function. */
const manyKernels = 4;
/** The most parameters of a template. */
const mostValues = 64;

/** Numbers in the order in which keys are first asked for. */
const openNumbers = <K>(): { readonly numberOf: (key: K) => number; readonly keys: () => readonly K[] } => {
  const numbers = new Map<K, number>();
  return {
    numberOf: (key) => {
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    },
    keys: () => [...numbers.keys()],
  };
};

const templateOf = (kernel: LoopNest, scalarNumber: (scalar: ScalarFunction) => number): Template => {
  const { numberOf, keys } = openNumbers<number>();
  const withoutValues = (key: string, part: unknown): unknown =>
    key === "value" ? numberOf(part as number) : key === "scalar" ? scalarNumber(part as ScalarFunction) : part;
  const key = JSON.stringify(kernel, withoutValues);
  return { key, values: keys() };
};

/** All loop nests of a schedule and of those inside, each by itself. */
const loopNestsIn = ({ kernels, inner }: Schedule): readonly LoopNest[] => [
  ...kernels.flatMap((kernel) =>
    kernel.kind === "columnReduction" || (kernel.kind === "loop" && !isScalarKernel(kernel)) ? [kernel] : [],
  ),
  ...[...inner.values()].flatMap((programs) => programs.flatMap(loopNestsIn)),
];

/** The templates of the kernels that share one with enough others. */
export const templatesIn = (schedule: Schedule): Templates => {
  const nests = loopNestsIn(schedule);
  if (nests.reduce((sum, { nodes }) => sum + nodes.length, 0) < manyNodes) return new Map();
  const { numberOf } = openNumbers<ScalarFunction>();
  const all = nests.map((nest) => [nest, templateOf(nest, numberOf)] as const);
  const counts = new Map<string, number>();
  for (const [, { key }] of all) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map(
    all.filter(([, { key, values }]) => values.length <= mostValues && (counts.get(key) ?? 0) >= manyKernels),
  );
};
