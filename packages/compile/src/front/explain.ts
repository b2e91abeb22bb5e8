import { argumentPlace, checkAlone, checkCallback, nameOf, printProgram } from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import type { ModulePlan } from "../emit/plan.ts";
import { bytesOf } from "../graph/bytes.ts";
import { constantsIn, isMade, type Value, valueAt } from "../graph/graph.ts";
import { canCache } from "../memory/donation.ts";
import { mostExecutableBytes, rememberedBytes } from "../run/executable.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { isTraced, typeOf } from "./leaf.ts";
import { graphLines } from "./lowered.ts";
import { type Compilation, formOf, type PassName, passes, runPasses } from "./passes.ts";
import { kernelsText } from "./report.ts";
import { type Call, takeTree } from "./trace.ts";

const caller = { name: "explain", place: argumentPlace } as const;

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`);

const programLines = (compilation: Compilation): readonly string[] =>
  indented(printProgram(formOf(compilation, "program")).split("\n"));

/** The sum of the bytes of some values. */
const totalOf = (values: readonly Value[]): number => values.reduce((sum, value) => sum + bytesOf(value), 0);

/** The relocated arguments, with the ways in which each is read without a copy. */
const readInPlace = ({ schedule: { graph }, relocated, donations }: ModulePlan): readonly string[] => {
  const texts = relocated.map((id) => {
    const ways = [
      ...(donations.get(id) ?? []).map((result) => `donated by the last call's %${result}`),
      ...(canCache(valueAt(graph, id)) ? ["cached"] : []),
    ];
    return `${nameOf(id)} ${ways.join(" or ")}`;
  });
  return texts.length === 0 ? [] : [`arguments read in place: ${texts.join(", ")}`];
};

const planLines = (plan: ModulePlan): readonly string[] => {
  const { graph } = plan.schedule;
  const { memoryBytes } = plan;
  const [inputs, constants] = [totalOf(graph.values.slice(0, graph.inputs)), totalOf(constantsIn(graph))];
  const results = totalOf([...new Set(graph.outputs)].map((id) => valueAt(graph, id)).filter(isMade));
  return [
    `memory: ${memoryBytes} bytes: inputs ${inputs}, constants ${constants}, results ${results}, ` +
      `temporaries and padding ${memoryBytes - inputs - constants - results}`,
    ...readInPlace(plan),
  ];
};

const scheduleLines = (schedule: Schedule): readonly string[] => {
  const { lines, moved } = kernelsText(schedule, "  ");
  return ["scheduled", ...lines, `bytes moved: ${moved}`];
};

/** The program after a pass, whose form before it was `before`. */
const sections: Readonly<Record<PassName, (after: Compilation, before: Compilation) => readonly string[]>> = {
  trace: (after) => ["traced", ...programLines(after)],
  simplify: (after) => ["simplified", ...programLines(after)],
  inline: (after, before) =>
    after.program === before.program ? ["inlined: nothing"] : ["inlined", ...programLines(after)],
  lower: (after) => ["lowered", ...indented(graphLines(formOf(after, "graph")))],
  schedule: (after) => scheduleLines(formOf(after, "schedule")),
  "plan memory": (after) => planLines(formOf(after, "plan")),
  emit: (after) => [`code: ${formOf(after, "module").bytes.length} bytes`],
};

/** Runs the passes one by one; undefined if the function uses values of a transform around it. */
const explained = (start: Compilation): readonly string[] | undefined => {
  const lines: string[] = [];
  let compilation = start;
  for (const { name } of passes) {
    const after = runPasses(compilation, name, name);
    if (after.program === undefined) return undefined;
    lines.push(...sections[name](after, compilation));
    compilation = after;
  }
  return lines;
};

/**
 * The program of a call of `jit(f)` after each pass of compilation, as text: traced, simplified, inlined, lowered to a
 * graph, scheduled as kernels with the bytes that each reads and writes, its memory plan and the size of its code. The
 * last line has the bytes of the executables that are remembered. In graph and kernels, inputs and constants have the
 * letters of the program, and values that it computes have a number.
 *
 * Nothing is compiled, run or remembered. The text is for reading, and may change from version to version.
 *
 * @throws the errors of `jit(f)` while it traces the function; TraceError inside of another transform
 * @example
 * import { array, mean, square, sub } from "gradfold";
 * import { explain } from "gradfold/compile";
 * const text = explain((x, y) => mean(square(sub(x, y))))(array([1, 2, 3]), array([1, 2, 4]));
 * text.split("\n").filter((line) => line.startsWith("  loop")); // => [ '  loop [3]: 2 operations, add along [3] in 8 lanes; reads a 24, b 24; writes %5 8', '  loop []: 1 operation; reads %5 8, c 8; writes %6 8' ]
 */
export const explain = typed<
  <A extends readonly unknown[] = NDArray[]>(f: (...args: A) => unknown) => (...args: A) => string
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("explain", "the first argument", f, "explain(f)(x)");
  checkAlone("explain", further, "explain(f)(x)");
  // The tree of the arguments is a list.
  const onList = (args: unknown): unknown => f(...(args as readonly unknown[]));
  return (...argumentList: readonly unknown[]): string => {
    const args = takeTree(caller, argumentList, "static");
    const call: Call = { caller, args, f: onList, numbers: "static" };
    const isInside = args.leaves.some(isTraced);
    const lines = isInside ? undefined : explained({ caller: "explain", types: args.leaves.map(typeOf), call });
    if (lines === undefined)
      throw new TraceError("explain: the function is part of another transform. Explain the transformed function.");
    const remembered = `executables remembered: ${rememberedBytes()} of at most ${mostExecutableBytes} bytes`;
    return [...lines, remembered].join("\n");
  };
});
