import { bytesOf } from "../graph/bytes.ts";
import { type ControlDefinition, type Value, valueAt } from "../graph/graph.ts";
import type { Vector } from "../loops/access.ts";
import { addressIn, type Inner } from "../memory/plan.ts";
import type { Expression } from "../wasm/expression.ts";

/* Control flow in its surroundings: the memory of its operands and results, and the programs inside. */

export interface ControlContext {
  readonly definition: ControlDefinition;
  /** The programs inside, in order. */
  readonly inner: readonly Inner[];
  /** The addresses of the operands. */
  readonly operands: readonly number[];
  /** The addresses of the results. */
  readonly results: readonly number[];
  /** Whether a program is inline, rather than called. */
  readonly isInline: (program: number) => boolean;
  /** Emits a program; gives the scalars that it has in locals, if it is inline. */
  readonly run: (program: number, how?: RunOptions) => KnownScalars;
}

/** Scalars in locals, by their values. */
export type KnownScalars = ReadonlyMap<number, Vector>;

interface RunOptions {
  /** Inputs that are in locals. */
  readonly known?: KnownScalars;
  /** The addresses of the relocated inputs. */
  readonly relocated?: readonly Expression[];
  /** Whether an inline program stores a scalar to memory; by default it stores all. */
  readonly isInMemory?: (value: number) => boolean;
}

/** One program inside: the bytes and addresses of its inputs and outputs. */
export const programAt = ({ inner }: Pick<ControlContext, "inner">, program: number) => {
  const it = inner[program];
  if (it === undefined) throw new Error(`control: no program ${program}`);
  const { plan, schedule } = it;
  const { graph } = schedule;
  const address = addressIn(plan, graph);
  return {
    valueOf: (id: number): Value => valueAt(graph, id),
    bytesIn: (id: number): number => bytesOf(valueAt(graph, id)),
    inputAt: address,
    relocated: plan.relocated,
    outputs: graph.outputs.map((id) => ({ id, bytes: bytesOf(valueAt(graph, id)), address: address(id) })),
  };
};

export const addressAt = (addresses: readonly number[], index: number): number => {
  const address = addresses[index];
  if (address === undefined) throw new Error(`control: no address of value ${index}`);
  return address;
};
