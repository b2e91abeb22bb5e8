import { nameOf } from "@gradfold/autodiff/compiler";
import { item } from "@gradfold/core";
import { type ArrayType, formatShape } from "@gradfold/core/library";
import type { ScalarFunction } from "@gradfold/core/compiler";
import {
  type ControlDefinition,
  type Definition,
  type Graph,
  isMade,
  programsIn,
  type Value,
  valueAt,
} from "../graph/graph.ts";

/* A graph as text: the values that a program computes, one a line. */

/** The first value that is computed: behind the inputs and the constants. */
const firstMadeIn = ({ values }: Graph): number => {
  const first = values.findIndex(isMade);
  return first < 0 ? values.length : first;
};

/** Names of values: inputs and constants have the letters of the program, values that it computes a number. */
export const namesIn = (graph: Graph): ((id: number) => string) => {
  const first = firstMadeIn(graph);
  return (id) => (id < first ? nameOf(id) : `%${id}`);
};

const typeText = ({ shape, dtype }: ArrayType): string => `${dtype}${formatShape(shape)}`;

/** The most operations of a scalar function that are listed. */
const mostListed = 3;

/** The operations of a scalar function, or their number if it has many. */
const scalarText = ({ instructions }: ScalarFunction): string => {
  const operations = instructions.flatMap((step) =>
    step.kind === "apply" ? [step.operation] : step.kind === "rarely" ? [step.kind] : [],
  );
  return operations.length > mostListed ? `${operations.length} operations` : operations.join(" ");
};

const controlText = (control: ControlDefinition, names: (ids: readonly number[]) => string): string => {
  if (control.kind !== "scan") return `${control.kind} ${names(control.inputs)}`;
  return `scan{length=${control.length}${control.reverse ? " reverse=true" : ""}} ${names(control.inputs)}`;
};

type Reduction = Extract<Definition, { readonly kind: "rowReduction" | "columnReduction" }>;

const reductionText = (graph: Graph, definition: Reduction, names: (ids: readonly number[]) => string): string => {
  const { kind, combine, input, reduced } = definition;
  const { shape } = valueAt(graph, input);
  const first = kind === "columnReduction" ? definition.outer : shape.length - reduced;
  const into = kind === "rowReduction" ? definition.into : undefined;
  const element = into === undefined ? "" : ` into ${names([into.value])}[${into.element}]`;
  return `${kind}{${combine} along ${formatShape(shape.slice(first, first + reduced))}} ${names([input])}${element}`;
};

/** A value's definition: the kind, its parameters, and the values that it is made of. */
const definitionText = (graph: Graph, definition: Definition, names: (ids: readonly number[]) => string): string => {
  switch (definition.kind) {
    case "given":
    case "zero":
    case "assembled":
      return definition.kind;
    case "constant":
      return definition.array.shape.length === 0 ? `constant ${item(definition.array)}` : "constant";
    case "map":
      return `map{${scalarText(definition.scalar)}} ${names(definition.inputs)}`;
    case "move": {
      const { offset, strides } = definition.source;
      return `move{offset=${offset} strides=${formatShape(strides)}} ${names([definition.input])}`;
    }
    case "rowReduction":
    case "columnReduction":
      return reductionText(graph, definition, names);
    case "gemm":
      return `gemm ${names([definition.left, definition.right])}`;
    case "insert":
      return `insert ${names(definition.parts.map(({ input }) => input))}`;
    case "routine":
      return `routine{${definition.name}} ${names(definition.inputs)}`;
    case "control":
      return controlText(definition.control, names);
    case "result":
      return `result{${definition.index}} ${names([definition.control])}`;
  }
};

/** An input or a constant as a program's head declares it; scalar constants have their value there. */
const declared = ({ definition, ...type }: Value, name: string): string =>
  definition.kind === "constant" && type.shape.length === 0
    ? `${name} = ${item(definition.array)}`
    : `${name}: ${typeText(type)}`;

const headOf = ({ values, inputs }: Graph, firstMade: number, nameIn: (id: number) => string): string => {
  const all = values.slice(0, firstMade).map((value, id) => declared(value, nameIn(id)));
  const constants = all.length > inputs ? `; ${all.slice(inputs).join(", ")}` : "";
  return `graph (${all.slice(0, inputs).join(", ")}${constants})`;
};

/** The lines of a graph: its inputs and constants, its other values, and the values that it returns. */
export const graphLines = (graph: Graph): readonly string[] => {
  const nameIn = namesIn(graph);
  const names = (ids: readonly number[]): string => ids.map(nameIn).join(" ");
  const first = firstMadeIn(graph);
  const linesOf = (value: Value, i: number): readonly string[] => {
    const { definition } = value;
    const isControl = definition.kind === "control";
    // The results of a control have types, and the control has none.
    const left = `${nameIn(first + i)}${isControl ? "" : `: ${typeText(value)}`}`;
    const programs = isControl ? programsIn(definition.control) : [];
    return [
      `  ${left} = ${definitionText(graph, definition, names)}`,
      ...programs.flatMap(graphLines).map((line) => `    ${line}`),
    ];
  };
  return [
    headOf(graph, first, nameIn),
    ...graph.values.slice(first).flatMap(linesOf),
    `  return ${graph.outputs.map(nameIn).join(", ")}`,
  ];
};
