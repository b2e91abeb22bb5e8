import { type NDArray, type Option, option, toTypedArray, tree } from "@gradfold/core";
import { formatShape } from "@gradfold/core/library";
import { checkRun } from "./check.ts";
import type { Trajectory } from "./trajectory.ts";

/** The first place where two runs, or a run and what it recomputes to, are not the same. */
export interface Difference {
  /** The step whose state or metrics differ. */
  readonly step: number;
  /** The path of the leaf in the state, or `metrics.NAME`. */
  readonly leaf: string;
  /** In words. */
  readonly reason: string;
}

type Misfit = Omit<Difference, "step">;

const typeOf = ({ dtype, shape }: NDArray): string => `${dtype} ${formatShape(shape)}`;

/** The first leaf in which two states differ in structure or type. */
export const misfit = (a: unknown, b: unknown): Misfit | undefined => {
  const [x, y] = [tree.flatten(a), tree.flatten(b)];
  for (let i = 0; i < Math.max(x.leaves.length, y.leaves.length); i++) {
    const [p, q, u, v] = [x.paths[i], y.paths[i], x.leaves[i], y.leaves[i]];
    if (p !== q || u === undefined || v === undefined) return { leaf: p ?? q ?? "", reason: "only one has this leaf" };
    if (typeOf(u) !== typeOf(v)) return { leaf: p ?? "", reason: `${typeOf(u)} is not ${typeOf(v)}` };
  }
  const same = JSON.stringify(x.structure) === JSON.stringify(y.structure);
  return same ? undefined : { leaf: "", reason: "the trees have different branches" };
};

/** Whether the elements are the same to the last bit; a NaN is a NaN. */
const sameBits = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
};

/** The first leaf in which two states differ at all. */
export const differenceOf = (a: unknown, b: unknown): Misfit | undefined => {
  if (Object.is(a, b)) return undefined;
  const found = misfit(a, b);
  if (found !== undefined) return found;
  const [x, y] = [tree.flatten(a), tree.flatten(b)];
  for (const [i, leaf] of x.leaves.entries()) {
    const other = y.leaves[i];
    if (other === undefined || leaf === other) continue;
    if (!sameBits(toTypedArray(leaf), toTypedArray(other))) return { leaf: x.paths[i] ?? "", reason: "other elements" };
  }
  return undefined;
};

/**
 * The first step and leaf in which the states of two runs differ, to the last bit; none when all are the same.
 *
 * @example
 * import { steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, {}], 1, steps(9));
 * const other = trajectory.fork(run, 3, (n) => [n + 1, {}], steps(6));
 * trajectory.diff(run, other); // => { _tag: 'Some', value: { step: 4, leaf: '', reason: 'other elements' } }
 */
export const diff = <State, M, N>(a: Trajectory<State, M>, b: Trajectory<State, N>): Option<Difference> => {
  checkRun("trajectory.diff", a);
  checkRun("trajectory.diff", b);
  const others = b.states(0)[Symbol.iterator]();
  let step = 0;
  for (const state of a.states(0)) {
    const other = others.next();
    if (other.done === true) break;
    const found = differenceOf(state, other.value);
    if (found !== undefined) return option.some({ step, ...found });
    step++;
  }
  if (a.length === b.length) return option.none;
  return option.some({ step, leaf: "", reason: `one run has ${a.length} states, the other ${b.length}` });
};
