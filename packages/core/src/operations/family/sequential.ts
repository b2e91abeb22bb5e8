import { type ArrayType, contiguous, type NDArray } from "../../array/array.ts";
import { type Loops, type Primitive, view } from "../../array/primitive.ts";
import { sizeOf } from "../../array/shape.ts";
import { compact } from "../../array/view.ts";
import { range } from "../../scalar/code.ts";
import { allocate, type DType, dtypeCodes, type Store } from "../../scalar/dtype.ts";
import { compilePrinted, printRoutine } from "../../scalar/javascript.ts";
import type { Routine, Scratch } from "../../scalar/routine.ts";

interface SequentialEntry extends Pick<Primitive, "name" | "type"> {
  readonly routine: (inputs: readonly ArrayType[]) => Routine;
  /** The numbers with which the routine is called. */
  readonly sizes: (inputs: readonly ArrayType[]) => readonly number[];
  readonly scratch?: (inputs: readonly ArrayType[]) => readonly Scratch[];
  /** Whether the routine writes every element of the result, which need not hold zeros before. */
  readonly overwrites?: boolean;
  /** The error for a number that the routine refused. */
  readonly refusal?: (value: number, inputs: readonly ArrayType[]) => Error;
}

type Run = (buffers: readonly Store[], sizes: readonly number[]) => number | undefined;

/** An operation that goes step by step through its operands' elements: the part that such records share. */
export const sequential = (entry: SequentialEntry): Pick<Primitive, "evaluate" | "loops"> => {
  const { name, type, routine, sizes, scratch = () => [], overwrites = false, refusal } = entry;
  const loops: Loops = {
    kind: "routine",
    routine,
    sizes,
    scratch,
    overwrites,
    ...(refusal === undefined ? {} : { refusal }),
  };
  const evaluate = (inputs: readonly NDArray[]): NDArray => {
    const { shape, dtype } = type(inputs);
    const operands = inputs.map((x) => compact(view(x, name), x.dtype));
    const result = allocate(dtype, sizeOf(shape), name);
    const buffers = [...operands, result, ...scratch(inputs).map((of) => allocate(of.dtype, of.size, name))];
    const called = sizes(inputs);
    const refused = runOf(routine(inputs), inputs, dtype, buffers.length, called.length)(buffers, called);
    if (refused !== undefined) throw refusal?.(refused, inputs) ?? new Error(`${name}: refused ${refused}`);
    return contiguous(dtype, shape, result);
  };
  return { evaluate, loops };
};

/** By routine and dtypes, as they are needed: code that has met arrays of one dtype only is fast. */
const compiled = new WeakMap<Routine, Run[]>();

const runOf = (routine: Routine, inputs: readonly NDArray[], dtype: DType, buffers: number, sizes: number): Run => {
  const known = compiled.get(routine) ?? [];
  compiled.set(routine, known);
  let code = dtypeCodes[dtype];
  for (const x of inputs) code = code * 4 + dtypeCodes[x.dtype];
  return (known[code] ??= compile(routine, dtype, buffers, sizes));
};

const compile = (routine: Routine, dtype: DType, buffers: number, sizes: number): Run => {
  const source = `(buffers, sizes) => {
    ${range(buffers)
      .map((i) => `const b${i} = buffers[${i}];`)
      .join(" ")}
    ${range(sizes)
      .map((i) => `const s${i} = sizes[${i}];`)
      .join(" ")}
    ${printRoutine(routine, dtype)}
  }`;
  return compilePrinted<Run>(source);
};
