import type { NDArray } from "../../array/array.ts";
import { bind, type Primitive } from "../../array/primitive.ts";
import { reshape } from "../reshape.ts";
import { broadcastTo } from "../spread.ts";

/* How records act on stacks of operands, each along a new first axis. */

/** How many operands the stacks hold. */
export const stackSize = (inputs: readonly NDArray[], mapped: readonly boolean[]): number =>
  inputs.find((_, i) => mapped[i] === true)?.shape[0] ?? 0;

/** Every operand as a stack: those that are the same for all are repeated. */
export const allStacked = (inputs: readonly NDArray[], mapped: readonly boolean[]): readonly NDArray[] => {
  const n = stackSize(inputs, mapped);
  return inputs.map((x, i) => (mapped[i] === true ? x : broadcastTo(x, [n, ...x.shape])));
};

/** Puts axes of size 1 behind the first one of each stack, so that what is behind them has a common rank. */
export const aligned = (inputs: readonly NDArray[], mapped: readonly boolean[], rank: number): readonly NDArray[] =>
  inputs.map((x, i) => {
    if (mapped[i] !== true) return x;
    const missing = new Array<number>(rank + 1 - x.shape.length).fill(1);
    return missing.length === 0 ? x : reshape(x, x.shape.toSpliced(1, 0, ...missing));
  });

/** A record whose operands broadcast: the stack's axis goes before all that they broadcast to. */
export const batchBroadcast = (
  primitive: Primitive,
  inputs: readonly NDArray[],
  mapped: readonly boolean[],
): NDArray => {
  const rank = Math.max(...inputs.map((x, i) => x.shape.length - (mapped[i] === true ? 1 : 0)));
  return bind(primitive, aligned(inputs, mapped, rank));
};
