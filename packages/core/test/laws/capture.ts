import type { NDArray } from "../../src/array/array.ts";
import { type Interpreter, type Primitive, traced } from "../../src/array/primitive.ts";
import type { Sample } from "./catalogue.ts";

/** The records that a function binds when it is called on arrays like these, in order. */
const bound = (f: (...xs: NDArray[]) => unknown, inputs: readonly NDArray[]): readonly Primitive[] => {
  const seen: Primitive[] = [];
  const interpreter: Interpreter = {
    level: 1,
    bind: (primitive, operands) => {
      seen.push(primitive);
      const { dtype, shape } = primitive.type(operands);
      return traced(dtype, shape, { interpreter });
    },
    read: () => {
      throw new Error("a record was asked for, not a number");
    },
  };
  f(...inputs.map((x) => traced(x.dtype, x.shape, { interpreter })));
  return seen;
};

/** The one of them that has this name. */
export const captured = (name: string, f: (...xs: NDArray[]) => unknown, inputs: readonly NDArray[]): Primitive => {
  const found = bound(f, inputs).find((primitive) => primitive.name === name);
  if (found === undefined) throw new Error(`${name} was not bound`);
  return found;
};

/** Every record that a function binds on what depends on some arrays, with its operands. */
export const samplesOf = (f: (...xs: NDArray[]) => unknown, inputs: readonly NDArray[]): readonly Sample[] => {
  const samples: Sample[] = [];
  const values = new Map<NDArray, NDArray>();
  const known = (x: NDArray): NDArray => values.get(x) ?? x;
  const follow = (value: NDArray): NDArray => {
    const x = traced(value.dtype, value.shape, { interpreter });
    values.set(x, value);
    return x;
  };
  const interpreter: Interpreter = {
    level: 1,
    bind: (primitive, operands) => {
      const sample = { primitive, inputs: operands.map(known) };
      samples.push(sample);
      return follow(primitive.evaluate(sample.inputs));
    },
    read: known,
  };
  f(...inputs.map(follow));
  return samples;
};
