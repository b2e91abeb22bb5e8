import type { LaneOperation, ScalarFunction } from "@gradfold/core/transform";
import { type Code, op, splat64 } from "../wasm/assembler.ts";
import type { Held } from "../wasm/local.ts";
import { comparisons } from "./inference.ts";

/* Whole numbers of 32 bits: in vectors they are float64, which holds their sums exactly before they wrap. */

/** Adding this shifts a whole number to the low bits of the word: 1.5 2^52. */
const toWord = splat64(6755399441055744);

const lowWords = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

/** The low 32 bits of whole numbers below 2^51, in the lower half of a vector; 0 for what is not finite. */
const emitWords = (code: Code, held: Held): void => {
  const word = code.local("v128");
  code.get(held(toWord));
  code.op(op.f64Add);
  code.tee(word);
  code.get(word);
  code.shuffle(lowWords);
};

/** Whole numbers modulo 2^32, from -2^31 on. */
export const emitWrap = (code: Code, held: Held): void => {
  emitWords(code, held);
  code.op(op.fromWords);
};

/** The product of two vectors of whole numbers, modulo 2^32. */
export const emitWrappingProduct = (code: Code, held: Held): void => {
  const right = code.local("v128");
  emitWords(code, held);
  code.set(right);
  emitWords(code, held);
  code.get(right);
  code.op(op.i32x4Mul);
  code.op(op.fromWords);
};

/** Operations that make whole numbers of 32 bits, and no -0, of such. */
const closed: ReadonlySet<LaneOperation> = new Set<LaneOperation>([
  ...comparisons,
  "select",
  "truth",
  "min",
  "max",
  "pmin",
  "pmax",
]);

/** Whether a function of whole numbers of 32 bits gives such: there is nothing to wrap. */
export const staysWhole = ({ instructions }: ScalarFunction): boolean =>
  instructions.every((step) => {
    if (step.kind === "argument") return true;
    if (step.kind === "constant") return Object.is(step.value | 0, step.value);
    return step.kind === "apply" && closed.has(step.operation);
  });
