import { concatenate, DomainError, DTypeError, type NDArray, reshape, slice } from "@gradfold/core";
import { describe } from "@gradfold/core/library";
import { batch, stackSize } from "./batch.ts";
import type { Batched } from "./compound.ts";
import { marked } from "./derived.ts";
import type { LeafFunction } from "./leaves.ts";
import { scan } from "./scan.ts";

/* A stack that is taken some rows at a time. */

/** The option `chunk`: how many rows at a time. */
export const checkChunk = (name: string, chunk: unknown): void => {
  if (chunk === undefined || (Number.isSafeInteger(chunk) && Number(chunk) > 0)) return;
  if (typeof chunk !== "number")
    throw new DTypeError(`${name}: chunk is a number of rows, not ${describe(chunk)}. Leave it out for all at once.`);
  throw new DomainError(
    `${name}: chunk must be a whole number of rows from 1 on, not ${chunk}. Leave it out for all at once.`,
  );
};

/** Some rows of each mapped operand; the others as they are. */
const rowsOf = (
  inputs: readonly NDArray[],
  mapped: readonly boolean[],
  start: number,
  stop: number,
): readonly NDArray[] => inputs.map((x, i) => (mapped[i] === true ? slice(x, [[start, stop]]) : x));

/**
 * The same as `batch` with at most `size` rows at a time: a loop over chunks of that many rows, and the rest once more.
 * What a chunk needs on the way is dropped before the next.
 */
export const batchInChunks = (
  f: LeafFunction,
  inputs: readonly NDArray[],
  mapped: readonly boolean[],
  size: number,
): Batched => {
  const n = stackSize(inputs, mapped);
  if (n <= size) return batch(f, inputs, mapped);
  const count = Math.floor(n / size);
  const even = count * size;
  const chunks = marked(rowsOf(inputs, mapped, 0, even), mapped).map((x) =>
    reshape(x, [count, size, ...x.shape.slice(1)]),
  );
  let marks: readonly boolean[] = [];
  const turn = (_: null, chunk: readonly NDArray[]): readonly [null, readonly NDArray[]] => {
    const rows = chunk.values();
    const batched = batch(
      f,
      inputs.map((x, i) => (mapped[i] === true ? (rows.next().value ?? x) : x)),
      mapped,
    );
    marks = batched.mapped;
    return [null, batched.outputs];
  };
  const [, stacks] = scan(turn, null, chunks);
  const rest = even < n ? batch(f, rowsOf(inputs, mapped, even, n), mapped).outputs : [];
  const outputs = stacks.map((x, i) => {
    if (marks[i] !== true) return slice(x, [0]);
    const rows = reshape(x, [even, ...x.shape.slice(2)]);
    const last = rest[i];
    return last === undefined ? rows : concatenate([rows, last]);
  });
  return { outputs, mapped: marks };
};
