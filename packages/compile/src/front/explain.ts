import { argumentPlace, checkAlone, checkCallback, nameOf, printProgram } from "@gradfold/autodiff/compiler";
import { type NDArray, TraceError } from "@gradfold/core";
import { typed } from "@gradfold/core/transform";
import { emit } from "../emit/module.ts";
import { bytesOf } from "../graph/bytes.ts";
import { constantsIn, isMade, type Value, valueAt } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { canCache } from "../memory/donation.ts";
import { mostExecutableBytes, rememberedBytes } from "../run/executable.ts";
import { schedule } from "../schedule/fuse.ts";
import { kernelsText } from "./report.ts";
import { isTraced, simplify, takeTree, traceTree, typeOf } from "./specialize.ts";

interface Explain {
  <A extends readonly unknown[] = NDArray[]>(f: (...args: A) => unknown): (...args: A) => string;
}

const caller = { name: "explain", place: argumentPlace } as const;

const indented = (text: string): readonly string[] => text.split("\n").map((line) => `  ${line}`);

const totalOf = (values: readonly Value[]): number => values.reduce((sum, value) => sum + bytesOf(value), 0);

/**
 * What `jit(f)` makes of a call, as text: the program as it is traced and as it is simplified, the kernels of its
 * schedule, each with what it reads and writes in bytes, the memory plan, and how many bytes of executables are
 * remembered. Values that are there before the program runs go by the letters of the simplified program, others by a
 * number.
 *
 * Nothing is compiled, run or remembered. The text is for reading, and may change from version to version.
 *
 * @throws what `jit(f)` throws while it traces the function; TraceError inside of another transform
 * @example
 * import { array, mean, square, sub } from "@gradfold/core";
 * import { explain } from "@gradfold/compile";
 * const text = explain((x, y) => mean(square(sub(x, y))))(array([1, 2, 3]), array([1, 2, 4]));
 * text.split("\n").filter((line) => line.startsWith("  loop")); // => [ '  loop [3]: 2 operations, add along [3] in 8 lanes; reads a 24, b 24; writes %5 8', '  loop []: 1 operation; reads %5 8, c 8; writes %6 8' ]
 */
export const explain = typed<Explain>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("explain", "the first argument", f, "explain(f)(x)");
  checkAlone("explain", further, "explain(f)(x)");
  // The form of a list of arguments puts a list together.
  const onList = (args: unknown): unknown => f(...(args as readonly unknown[]));
  return (...args: readonly unknown[]): string => {
    const taken = takeTree(caller, args, "static");
    const traced = taken.leaves.some(isTraced) ? undefined : traceTree(caller, taken, onList, "static");
    if (traced === undefined)
      throw new TraceError("explain: the function is part of another transform. Explain the transformed function.");
    const { program } = traced;
    const simplified = simplify("explain", program);
    const types = taken.leaves.map(typeOf);
    const graph = lower("explain", simplified, (i) => types[i]?.isOne ?? false);
    const fused = schedule(graph);
    const { bytes, memoryBytes, relocated, donations } = emit(fused);
    const { lines, moved } = kernelsText(fused, "  ");
    const [inputs, constants] = [totalOf(graph.values.slice(0, graph.inputs)), totalOf(constantsIn(graph))];
    const results = totalOf([...new Set(graph.outputs)].map((id) => valueAt(graph, id)).filter(isMade));
    const apart = relocated.map((id) => {
      const ways = [
        ...(donations.get(id) ?? []).map((result) => `donated by the last call's %${result}`),
        ...(canCache(valueAt(graph, id)) ? ["cached"] : []),
      ];
      return `${nameOf(id)} ${ways.join(" or ")}`;
    });
    return [
      "traced",
      ...indented(printProgram(program)),
      "simplified",
      ...indented(printProgram(simplified)),
      "scheduled",
      ...lines,
      `bytes moved: ${moved}`,
      `memory: ${memoryBytes} bytes: inputs ${inputs}, constants ${constants}, results ${results}, ` +
        `temporaries and padding ${memoryBytes - inputs - constants - results}`,
      ...(apart.length === 0 ? [] : [`arguments read in place: ${apart.join(", ")}`]),
      `code: ${bytes.length} bytes`,
      `executables remembered: ${rememberedBytes()} of at most ${mostExecutableBytes} bytes`,
    ].join("\n");
  };
});
