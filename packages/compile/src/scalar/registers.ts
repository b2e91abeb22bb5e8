import type { Instruction, ScalarFunction } from "@gradfold/core/compiler";

/**
 * The same function with its instructions in an order of low register pressure (Sethi and Ullman, 1970): of the
 * operands of an instruction, the one that needs most registers comes first.
 */
export const minimizeRegisters = (scalar: ScalarFunction): ScalarFunction => {
  const known = ordered.get(scalar) ?? reorder(scalar);
  ordered.set(scalar, known);
  return known;
};

const ordered = new WeakMap<ScalarFunction, ScalarFunction>();

const reorder = ({ arity, instructions }: ScalarFunction): ScalarFunction => {
  const operandsOf = (step: Instruction | undefined): readonly number[] =>
    step !== undefined && "arguments" in step ? step.arguments : [];
  const needs: number[] = [];
  for (const step of instructions) {
    const below = operandsOf(step).map((id) => needs[id] ?? 0);
    const sorted = below.toSorted((a, b) => b - a);
    needs.push(step.kind === "constant" ? 0 : Math.max(1, ...sorted.map((need, i) => need + i)));
  }
  const positions = new Map<number, number>();
  const result: Instruction[] = [];
  const visit = (id: number): number => {
    const old = positions.get(id);
    if (old !== undefined) return old;
    const step = instructions[id];
    if (step === undefined) throw new Error(`registers: no step ${id}`);
    const byNeed = operandsOf(step).toSorted((a, b) => (needs[b] ?? 0) - (needs[a] ?? 0));
    byNeed.forEach(visit);
    const moved: Instruction = "arguments" in step ? { ...step, arguments: step.arguments.map(visit) } : step;
    positions.set(id, result.push(moved) - 1);
    return result.length - 1;
  };
  visit(instructions.length - 1);
  return { arity, instructions: result };
};
