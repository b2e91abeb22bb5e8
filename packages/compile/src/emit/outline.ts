import type { ScalarFunction } from "@gradfold/core/compiler";
import type { Schedule } from "../schedule/fuse.ts";
import { openFunction, type Outliner } from "../wasm/assembler.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { eachKernel } from "./workspace.ts";

/* Outlining: long scalar functions that are used often are functions of vectors, which loops call. */

/** Scalar functions of fewer instructions are inline. */
const manyInstructions = 16;
/** All scalar functions are inline, as long as the long ones have no more instructions than this at all their uses. */
const mostInline = 2048;

/** The number of uses of each scalar function. */
const usesIn = (schedule: Schedule): ReadonlyMap<ScalarFunction, number> => {
  const uses = new Map<ScalarFunction, number>();
  eachKernel(schedule, (kernel) => {
    if (kernel.kind !== "loop" && kernel.kind !== "columnReduction") return;
    for (const node of kernel.nodes) if (node.kind === "map") uses.set(node.scalar, (uses.get(node.scalar) ?? 0) + 1);
  });
  return uses;
};

/** Whether a scalar function of a schedule is outlined. */
export const outlinedIn = (schedule: Schedule): Outliner["isOutlined"] => {
  const long = [...usesIn(schedule)].filter(([{ instructions }]) => instructions.length >= manyInstructions);
  const total = long.reduce((sum, [{ instructions }, uses]) => sum + uses * instructions.length, 0);
  const outlined = new Set<object>(total <= mostInline ? [] : long.flatMap(([f, uses]) => (uses > 1 ? [f] : [])));
  return (f) => outlined.has(f);
};

/**
 * An outliner that adds functions to a module when they are first called. The scalar functions that an outlined function
 * uses are inline in it.
 */
export const openOutliner = (functions: WasmFunction[], isOutlined: Outliner["isOutlined"]): Outliner => {
  const made = new Map<object, Map<string, number>>();
  const inner: Outliner = {
    number: (key, kind, parameters, body) => {
      const ofKey = made.get(key) ?? new Map<string, number>();
      made.set(key, ofKey);
      const known = ofKey.get(kind);
      if (known !== undefined) return known;
      const asm = openFunction(parameters, "v128", inner);
      body(asm);
      const index = functions.push(asm.finish()) - 1;
      ofKey.set(kind, index);
      return index;
    },
    isOutlined: () => false,
  };
  return { ...inner, isOutlined };
};
