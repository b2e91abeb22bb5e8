import { broadcastTo, type NDArray, TraceError } from "@gradfold/core";
import { atNewLevel, escaped, traced, type Tracer, tracer } from "@gradfold/core/transform";
import { type Batched, closesOver, type Transform } from "./compound.ts";

/** A value that stands for a stack of them, along the stack's first axis. */
interface Stacked extends Tracer {
  readonly stack: NDArray;
}

const many = (reader: string): TraceError =>
  new TraceError(
    `${reader}: inside vmap a value stands for all of a stack at once. JavaScript's own if, for and console.log see no ` +
      "elements here: compute with array operations, cond or whileLoop instead, or loop over the stack without vmap.",
  );

/** Runs a function from leaves to leaves once for a stack of operands, each along its first axis where it is mapped. */
export const batch = (
  f: (leaves: readonly NDArray[]) => readonly NDArray[],
  inputs: readonly NDArray[],
  mapped: readonly boolean[],
): Batched =>
  atNewLevel((level) => {
    let open = true;
    // Only this interpreter makes tracers that name it, so they are Stacked.
    const own = (x: NDArray): NDArray | undefined => {
      const t = tracer(x);
      return t?.interpreter === interpreter ? (t as Stacked).stack : undefined;
    };
    const isMapped = (x: NDArray): boolean => own(x) !== undefined;
    const stackOf = (x: NDArray): NDArray => own(x) ?? x;
    const follow = (stack: NDArray): NDArray => {
      const stacked: Stacked = { interpreter, stack };
      return traced(stack.dtype, Object.freeze(stack.shape.slice(1)), stacked);
    };

    const interpreter: Transform = {
      level,
      bind: (primitive, operands) => {
        if (!open) throw escaped(primitive.name);
        return follow(primitive.batch(operands.map(stackOf), operands.map(isMapped)));
      },
      call: (compound, operands) => {
        if (!open) throw escaped(compound.name);
        const { outputs, mapped } = compound.batch(operands.map(stackOf), operands.map(isMapped));
        if (outputs.some(isMapped)) throw closesOver(compound.name);
        return outputs.map((x, i) => (mapped[i] === true ? follow(x) : x));
      },
      read: (_, reader) => {
        throw open ? many(reader) : escaped(reader);
      },
    };

    try {
      const outputs = f(inputs.map((x, i) => (mapped[i] === true ? follow(x) : x)));
      return { outputs: outputs.map(stackOf), mapped: outputs.map(isMapped) };
    } finally {
      open = false;
    }
  });

/** A result for each of n, those that are the same for all repeated. */
export const spread = ({ outputs, mapped }: Batched, n: number): readonly NDArray[] =>
  outputs.map((x, i) => (mapped[i] === true ? x : broadcastTo(x, [n, ...x.shape])));

/** How many operands the stacks hold. */
export const stackSize = (inputs: readonly NDArray[], mapped: readonly boolean[]): number =>
  inputs.find((_, i) => mapped[i] === true)?.shape[0] ?? 0;
