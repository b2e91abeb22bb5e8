import { broadcastTo, type NDArray, TraceError } from "@gradfold/core";
import type { Batched } from "./compound.ts";
import { elementAt } from "./element.ts";
import { type Followed, interpret } from "./interpreter.ts";
import type { LeafFunction } from "./leaves.ts";

const many = (reader: string): TraceError =>
  new TraceError(
    `${reader}: inside vmap a value stands for all of a stack at once. JavaScript's own if, for and console.log see no ` +
      "elements here: compute with array operations, cond or whileLoop instead, or loop over the stack without vmap.",
  );

/** Runs a function from leaves to leaves once for a stack of operands, each along its first axis where it is mapped. */
export const batch = (f: LeafFunction, inputs: readonly NDArray[], mapped: readonly boolean[]): Batched =>
  interpret(({ held, follow, free }: Followed<NDArray>) => {
    const isMapped = (x: NDArray): boolean => held(x) !== undefined;
    const stackOf = (x: NDArray): NDArray => held(x) ?? x;
    const oneOf = (stack: NDArray): NDArray =>
      follow({ dtype: stack.dtype, shape: Object.freeze(stack.shape.slice(1)) }, stack);
    return {
      bind: (primitive, operands) => oneOf(primitive.batch(operands.map(stackOf), operands.map(isMapped))),
      call: (compound, operands) => {
        const batched = compound.batch(operands.map(stackOf), operands.map(isMapped));
        const outputs = free(compound.name, batched.outputs);
        return outputs.map((x, i) => (batched.mapped[i] === true ? oneOf(x) : x));
      },
      read: (_, reader) => {
        throw many(reader);
      },
      run: () => {
        const outputs = f(inputs.map((x, i) => (mapped[i] === true ? oneOf(x) : x)));
        return { outputs: outputs.map(stackOf), mapped: outputs.map(isMapped) };
      },
    };
  });

/** A result for each of n, those that are the same for all repeated. */
export const spread = ({ outputs, mapped }: Batched, n: number): readonly NDArray[] =>
  outputs.map((x, i) => (mapped[i] === true ? x : broadcastTo(x, [n, ...x.shape])));

/** How many operands the stacks hold. */
export const stackSize = (inputs: readonly NDArray[], mapped: readonly boolean[]): number =>
  elementAt(elementAt(inputs, mapped.indexOf(true)).shape, 0);
