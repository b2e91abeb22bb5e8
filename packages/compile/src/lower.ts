import type { Control, Equation, Program } from "@gradfold/autodiff/compiler";
import { TraceError } from "@gradfold/core";
import { type ArrayType, layoutOf, type Primitive, sizeOf, zerosOf } from "@gradfold/core/transform";
import { type Builder, copied, inDType } from "./builder.ts";
import { constantsOf, unchanged } from "./constant.ts";
import { lowerReduction } from "./folds.ts";
import type { Definition, Graph, LoopDefinition, Value } from "./graph.ts";
import { lowerProduct } from "./product.ts";

const refuseOperation = (caller: string, name: string): never => {
  throw new TraceError(
    `${caller}: the operation ${name} is not compiled yet. Apply it outside of the compiled function, ` +
      "or run the function without compiling it.",
  );
};

const lowerApplication = (
  caller: string,
  builder: Builder,
  { name, loops, evaluate }: Primitive,
  inputs: readonly number[],
  type: ArrayType,
): number => {
  const { define, valueOf } = builder;
  const [first = -1, second = -1] = inputs;
  const constants = constantsOf(builder, inputs, type);
  if (constants !== undefined) return define(type, { kind: "constant", array: evaluate(constants) });
  switch (loops.kind) {
    case "map": {
      const computed = loops.computed(inputs.map(valueOf));
      const scalar = loops.scalar(computed);
      if (sizeOf(type.shape) === 0) return define(type, { kind: "zero" });
      return unchanged(builder, scalar, inputs, type) ?? define(type, { kind: "map", computed, scalar, inputs });
    }
    case "move":
      if (sizeOf(type.shape) === 0) return define(type, { kind: "zero" });
      return define(type, { kind: "move", source: loops.source(valueOf(first)), input: first });
    case "reduce":
      if (sizeOf(valueOf(first).shape) === 0 && sizeOf(type.shape) > 0)
        return define(type, { kind: "constant", array: evaluate([zerosOf(valueOf(first))]) });
      return lowerReduction(builder, loops.combine, inDType(builder, first, type.dtype), loops.axes, type);
    case "product":
      return lowerProduct(builder, first, second, type);
    case "place":
    case "routine":
    case "evaluate":
      return refuseOperation(caller, name);
  }
};

type ScanControl = Extract<Control, { readonly kind: "scan" }>;

const lowerLoop = (caller: string, builder: Builder, loop: ScanControl, inputs: readonly number[]): LoopDefinition => {
  const whole = inputs.map((id) => (builder.valueOf(id).splat ? copied(builder, id) : id));
  const { body, length, closed, carried } = loop;
  return { body: lowerBody(caller, body, closed, carried), length, closed, carried, inputs: whole };
};

/** The body of a loop: a carry that is another input, or a splat, is copied, so that carries may be written one by one. */
const lowerBody = (caller: string, body: Program, closed: number, carried: number): Graph =>
  lower(
    caller,
    body,
    () => false,
    (builder, id, index) => {
      const { definition, splat } = builder.valueOf(id);
      const isOther = definition.kind === "given" && index < carried && id !== closed + index;
      return isOther || splat ? copied(builder, id) : id;
    },
  );

type Finish = (builder: Builder, output: number, index: number) => number;

/**
 * Breaks a program up. `isSplat` tells for which inputs one element stands for all; `finish` may replace outputs.
 *
 * @throws TraceError naming an operation, or an operation and its dtype, that is not covered
 */
export const lower = (
  caller: string,
  program: Program,
  isSplat: (input: number) => boolean,
  finish: Finish = (_, output) => output,
): Graph => {
  const values: Value[] = [];
  const define = ({ shape, dtype }: ArrayType, definition: Definition, splat = false): number =>
    values.push({ shape, dtype, definition, splat: splat && sizeOf(shape) > 1 }) - 1;
  const valueOf = (id: number): Value => {
    const value = values[id];
    if (value === undefined) throw new TraceError(`${caller}: value ${id} is used before it is computed`);
    return value;
  };
  const builder: Builder = { define, valueOf };
  program.inputs.forEach((type, i) => define(type, { kind: "given" }, isSplat(i)));
  program.constants.forEach((array) => define(array, { kind: "constant", array }, layoutOf(array) === "one"));
  const places = new Map(values.map((_, id) => [id, id]));
  const to = (id: number): number => places.get(id) ?? -1;
  const typeOf = (id: number): ArrayType => program.types[id] ?? { shape: [], dtype: "float64" };
  const lowerEquation = (equation: Equation): void => {
    const inputs = equation.inputs.map(to);
    if (equation.kind === "apply") {
      const { primitive, output } = equation;
      places.set(output, lowerApplication(caller, builder, primitive, inputs, typeOf(output)));
      return;
    }
    const { control, name } = equation.compound;
    if (control.kind !== "scan") return refuseOperation(caller, name);
    const definition = lowerLoop(caller, builder, control, inputs);
    const loop = define({ shape: [0], dtype: "float64" }, { kind: "loop", loop: definition });
    equation.outputs.forEach((id, index) => places.set(id, define(typeOf(id), { kind: "result", loop, index })));
  };
  program.equations.forEach(lowerEquation);
  const outputs = program.outputs.map((id, index) => finish(builder, to(id), index));
  return { values, inputs: program.inputs.length, outputs };
};
