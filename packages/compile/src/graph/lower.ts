import type { Control, Equation, Program } from "@gradfold/autodiff/compiler";
import { TraceError } from "@gradfold/core";
import { type ArrayType, sizeOf } from "@gradfold/core/library";
import { type Primitive, zerosOf } from "@gradfold/core/transform";
import { layoutOf } from "@gradfold/core/compiler";
import { type Builder, copied, inDType } from "./builder.ts";
import type { ControlDefinition, Definition, Graph, Value } from "./graph.ts";
import { lowerInsert } from "./insert.ts";
import { lowerMatmul } from "./matmul.ts";
import { lowerReduction } from "./reduce.ts";
import { constantsOf, unchanged } from "./simplify.ts";

const refuseOperation = (caller: string, name: string): never => {
  throw new TraceError(
    `${caller}: the operation ${name} is not compiled yet. Apply it outside of the compiled function, ` +
      "or run the function without compiling it.",
  );
};

type RoutineLoops = Extract<Primitive["loops"], { readonly kind: "routine" }>;

/** The value with every element in memory, as routines and control flow read it. */
const inFull = (builder: Builder, id: number): number => (builder.valueOf(id).splat ? copied(builder, id) : id);

const lowerRoutine = (
  builder: Builder,
  name: string,
  loops: RoutineLoops,
  inputs: readonly number[],
  type: ArrayType,
): number => {
  const types = inputs.map((id): ArrayType => {
    const { shape, dtype } = builder.valueOf(id);
    return { shape, dtype };
  });
  const { routine, sizes, scratch, overwrites, refusal } = loops;
  return builder.define(type, {
    kind: "routine",
    name,
    routine: routine(types),
    sizes: sizes(types),
    scratch: scratch(types),
    overwrites,
    inputs: inputs.map((id) => inFull(builder, id)),
    refusal: refusal === undefined ? undefined : (value) => refusal(value, types),
  });
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
  // A routine that may refuse a number is not folded: it refuses only when the program runs.
  const isSafe = loops.kind !== "routine" || loops.refusal === undefined;
  const constants = isSafe ? constantsOf(builder, inputs, type) : undefined;
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
      return lowerMatmul(builder, first, second, type);
    case "routine":
      return lowerRoutine(builder, name, loops, inputs, type);
    case "place":
      return lowerInsert(builder, inputs, loops.targets(inputs.map(valueOf)), type);
    case "evaluate":
      return refuseOperation(caller, name);
  }
};

/** The programs inside of control flow, which read its inputs with every element in memory. */
const lowerControl = (
  caller: string,
  builder: Builder,
  control: Control,
  operands: readonly number[],
): ControlDefinition | undefined => {
  const inputs = operands.map((id) => inFull(builder, id));
  switch (control.kind) {
    case "scan": {
      const { closed, carried } = control;
      return { ...control, body: lowerBody(caller, control.body, closed, carried), inputs };
    }
    case "while": {
      const { condition, body, closed, maxSteps } = control;
      // Inlining has made a loop of it that counts its iterations.
      if (maxSteps !== undefined) return undefined;
      const carried = inputs.length - closed;
      return {
        kind: "while",
        condition: lowerInner(caller, condition),
        body: lowerBody(caller, body, closed, carried),
        closed,
        inputs,
      };
    }
    case "cond":
      return { kind: "cond", yes: lowerInner(caller, control.yes), no: lowerInner(caller, control.no), inputs };
    case "program":
    case "function":
      return undefined;
  }
};

const lowerInner = (caller: string, program: Program): Graph => lower(caller, program, () => false, inFull);

/** The body of a loop: a carry that is another input is copied as well, so that carries may be written one by one. */
const lowerBody = (caller: string, body: Program, closed: number, carried: number): Graph =>
  lower(
    caller,
    body,
    () => false,
    (builder, id, index) => {
      const isOther = builder.valueOf(id).definition.kind === "given" && index < carried && id !== closed + index;
      return isOther ? copied(builder, id) : inFull(builder, id);
    },
  );

type Finish = (builder: Builder, output: number, index: number) => number;

/** A program that is being lowered. */
interface Lowering {
  readonly caller: string;
  readonly program: Program;
  readonly builder: Builder;
  /** The values of the graph, by the values of the program. */
  readonly ids: Map<number, number>;
}

/** A builder that also defines values of one element for all. */
interface SplatBuilder extends Builder {
  readonly define: (type: ArrayType, definition: Definition, splat?: boolean) => number;
}

const openBuilder = (caller: string, values: Value[]): SplatBuilder => ({
  define: ({ shape, dtype }, definition, splat = false) =>
    values.push({ shape, dtype, definition, splat: splat && sizeOf(shape) > 1 }) - 1,
  valueOf: (id) => {
    const value = values[id];
    if (value === undefined) throw new TraceError(`${caller}: value ${id} is used before it is computed`);
    return value;
  },
});

const loweredTo = ({ caller, ids }: Lowering, id: number): number => {
  const lowered = ids.get(id);
  if (lowered === undefined) throw new TraceError(`${caller}: value ${id} is used before it is computed`);
  return lowered;
};

const typeIn = ({ caller, program }: Lowering, id: number): ArrayType => {
  const type = program.types[id];
  if (type === undefined) throw new TraceError(`${caller}: value ${id} has no type`);
  return type;
};

const lowerEquation = (lowering: Lowering, equation: Equation): void => {
  const { caller, builder, ids } = lowering;
  const inputs = equation.inputs.map((id) => loweredTo(lowering, id));
  if (equation.kind === "apply") {
    const { primitive, output } = equation;
    ids.set(output, lowerApplication(caller, builder, primitive, inputs, typeIn(lowering, output)));
    return;
  }
  const { control, name } = equation.compound;
  const definition = lowerControl(caller, builder, control, inputs) ?? refuseOperation(caller, name);
  const made = builder.define({ shape: [0], dtype: "float64" }, { kind: "control", control: definition });
  equation.outputs.forEach((id, index) =>
    ids.set(id, builder.define(typeIn(lowering, id), { kind: "result", control: made, index })),
  );
};

/**
 * Lowers a program to a graph. `isSplat` tells which inputs hold one element for all; `finish` may replace outputs.
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
  const builder = openBuilder(caller, values);
  program.inputs.forEach((type, i) => builder.define(type, { kind: "given" }, isSplat(i)));
  program.constants.forEach((array) => builder.define(array, { kind: "constant", array }, layoutOf(array) === "one"));
  const lowering: Lowering = { caller, program, builder, ids: new Map(values.map((_, id) => [id, id])) };
  for (const equation of program.equations) lowerEquation(lowering, equation);
  const outputs = program.outputs.map((id, index) => finish(builder, loweredTo(lowering, id), index));
  return { values, inputs: program.inputs.length, outputs };
};
