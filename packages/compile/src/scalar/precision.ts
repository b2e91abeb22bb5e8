import type { LaneOperation, ScalarFunction } from "@gradfold/core/compiler";

const rounding: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["add", "sub", "mul", "div", "sqrt"]);
const followsRounding: ReadonlySet<LaneOperation> = new Set<LaneOperation>(["neg", "abs", "select", "min", "max"]);
const inDouble: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  "pow2",
  "exponent",
  "mantissa",
  "rest",
  "wrappingAdd",
  "xor",
  "rotate",
  "shiftRight",
]);

const exactInSingle = new WeakMap<ScalarFunction, boolean>();

/**
 * Whether a function of float32 gives the same bits in float32 arithmetic as in float64 rounded once: when nothing but
 * the sign of a rounded number, or the choice between numbers, comes after a rounding.
 */
export const isExactInSingle = (scalar: ScalarFunction): boolean => {
  const known = exactInSingle.get(scalar) ?? findExactInSingle(scalar);
  exactInSingle.set(scalar, known);
  return known;
};

const findExactInSingle = ({ instructions }: ScalarFunction): boolean => {
  const isRounded: boolean[] = [];
  return instructions.every((step) => {
    if (step.kind === "argument") return isRounded.push(false) > 0;
    if (step.kind === "constant") return isRounded.push(false) > 0 && Object.is(Math.fround(step.value), step.value);
    if (step.kind === "rarely") return false;
    const { operation } = step;
    const operands = step.arguments.map((id) => isRounded[id] ?? false);
    isRounded.push(rounding.has(operation) || operands.includes(true));
    if (inDouble.has(operation)) return false;
    if (!operands.includes(true)) return true;
    return followsRounding.has(operation) && (operation !== "select" || operands[0] !== true);
  });
};
