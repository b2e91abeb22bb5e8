import { compileCode, literal } from "./code.ts";
import type { DType } from "./dtype.ts";
import type { Instruction, LaneOperation, ScalarFunction } from "./lane.ts";
import type { Bulk, Part, Routine, Step } from "./routine.ts";

/** The powers of two that a printed `pow2` looks up, from 2^-1080 on. */
const powersOfTwo = Float64Array.from({ length: 2180 }, (_, i) => 2 ** (i - 1080));

type Printer = (x: string, y: string, z: string) => string;

const always: Readonly<Record<LaneOperation, Printer>> = {
  add: (x, y) => `${x} + ${y}`,
  sub: (x, y) => `${x} - ${y}`,
  mul: (x, y) => `${x} * ${y}`,
  div: (x, y) => `${x} / ${y}`,
  sqrt: (x) => `Math.sqrt(${x})`,
  neg: (x) => `-${x}`,
  abs: (x) => `Math.abs(${x})`,
  floor: (x) => `Math.floor(${x})`,
  min: (x, y) => `Math.min(${x}, ${y})`,
  max: (x, y) => `Math.max(${x}, ${y})`,
  pmin: (x, y) => `${y} < ${x} ? ${y} : ${x}`,
  pmax: (x, y) => `${x} < ${y} ? ${y} : ${x}`,
  rest: (x, y) => `${x} % ${y}`,
  pow2: (k) => `powersOfTwo[(${k} + 1080) | 0]`,
  // The exponent sits in the high word; 0x95f62 moves the boundary from 1 to sqrt 1/2.
  exponent: (x) => `(float[0] = ${x}, ((words[1] & 0x7fffffff) + 0x95f62 >> 20) - 1023)`,
  mantissa: (x) => `(float[0] = ${x}, ${x} * powersOfTwo[2103 - ((words[1] & 0x7fffffff) + 0x95f62 >> 20)])`,
  less: (x, y) => `${x} < ${y}`,
  lessEqual: (x, y) => `${x} <= ${y}`,
  equal: (x, y) => `${x} === ${y}`,
  notEqual: (x, y) => `${x} !== ${y}`,
  and: (a, b) => `${a} && ${b}`,
  or: (a, b) => `${a} || ${b}`,
  not: (a) => `!${a}`,
  select: (condition, yes, no) => `${condition} ? ${yes} : ${no}`,
  truth: (condition) => `${condition} ? 1 : 0`,
  wrappingAdd: (x, y) => `${x} + ${y} | 0`,
  xor: (x, y) => `${x} ^ ${y}`,
  rotate: (x, places) => `${x} << ${places} | ${x} >>> 32 - ${places}`,
  shiftRight: (x, places) => `${x} >>> ${places}`,
};

/** Products of integers wrap at 32 bits; the store into an Int32Array wraps the rest. */
const overIntegers: Readonly<Record<LaneOperation, Printer>> = { ...always, mul: (x, y) => `Math.imul(${x}, ${y})` };

/**
 * Straight-line JavaScript for a scalar function of `x0`, `x1`, …: the statements, and the name of the result. Steps are
 * named by a prefix and their numbers.
 */
export const printJavaScript = (
  f: ScalarFunction,
  integers: boolean,
  prefix = "t",
): { statements: string; result: string } => {
  const operations = integers ? overIntegers : always;
  const named = (id: number): string => `${prefix}${id}`;
  const line = (instruction: Instruction, id: number): string => {
    const { kind } = instruction;
    if (kind === "argument") return `const ${named(id)} = x${instruction.index};`;
    if (kind === "constant") return `const ${named(id)} = ${literal(instruction.value)};`;
    const [x = "", y = "", z = ""] = instruction.arguments.map(named);
    if (kind === "apply") return `const ${named(id)} = ${operations[instruction.operation](x, y, z)};`;
    const { statements, result } = printJavaScript(instruction.costly, integers, `${prefix}_`);
    return `let ${named(id)} = ${y}; if (${x}) { const x0 = ${z}; ${statements} ${named(id)} = ${result}; }`;
  };
  return { statements: f.instructions.map(line).join("\n"), result: named(f.instructions.length - 1) };
};

const place = (id: number): string => `t${id}`;

const roundings: Readonly<Record<DType, (x: string) => string>> = {
  float64: (x) => x,
  float32: (x) => `Math.fround(${x})`,
  int32: (x) => `${x} | 0`,
  bool: (x) => x,
};

const part = (x: Part): string => (x.kind === "constant" ? literal(x.value) : place(x.id));

/** From this many elements on, a copy by `set` is faster than a loop. */
const manyElements = 32;

/** Elements that are copied or added to others. */
const printBulk = ({ kind, from, to, size }: Bulk, dtype: DType): string => {
  const [source, target, n] = [part(from.at), part(to.at), `s${size}`];
  const [x, y] = [`b${from.buffer}`, `b${to.buffer}`];
  const each = (element: string): string => `for (let i = 0; i < ${n}; i++) ${y}[${target} + i] = ${element};`;
  if (kind === "accumulate") return each(roundings[dtype](`${y}[${target} + i] + ${x}[${source} + i]`));
  const atOnce = `${y}.set(${x}.subarray(${source}, ${source} + ${n}), ${target});`;
  return `if (${n} < ${manyElements}) ${each(`${x}[${source} + i]`)} else ${atOnce}`;
};

/** JavaScript for a routine over buffers `b0`, `b1`, … and sizes `s0`, `s1`, …, with a result of a given dtype. */
export const printRoutine = (routine: Routine, dtype: DType): string => {
  const body = (steps: Routine): string => steps.map(line).join("\n");
  const give = (id: number, source: string): string => `const ${place(id)} = ${source};`;
  const line = (step: Step): string => {
    switch (step.kind) {
      case "size":
        return give(step.id, `s${step.index}`);
      case "load":
        return give(step.id, `b${step.buffer}[${part(step.at)}]`);
      case "store":
        return `b${step.buffer}[${part(step.at)}] = ${part(step.value)};`;
      case "copy":
      case "accumulate":
        return printBulk(step, dtype);
      case "apply": {
        const [x = "", y = "", z = ""] = step.parts.map(part);
        return give(step.id, always[step.operation](x, y, z));
      }
      case "round":
        return give(step.id, roundings[dtype](part(step.value)));
      case "place":
        return give(step.id, `${part(step.value)} | 0`);
      case "word":
        return give(step.id, `(float[0] = ${part(step.value)}, words[${step.half === "high" ? 1 : 0}])`);
      case "declare":
        return `let ${place(step.variable)} = ${part(step.value)};`;
      case "get":
        return give(step.id, place(step.variable));
      case "set":
        return `${place(step.variable)} = ${part(step.value)};`;
      case "loop": {
        const i = place(step.id);
        return `for (let ${i} = ${part(step.from)}; ${i} < ${part(step.to)}; ${i}++) {\n${body(step.body)}\n}`;
      }
      case "while":
        return `for (;;) {\n${body(step.test)}\nif (!${part(step.condition)}) break;\n${body(step.body)}\n}`;
      case "when":
        return `if (${part(step.condition)}) {\n${body(step.body)}\n}`;
      case "refuse":
        return `if (${part(step.condition)}) return ${part(step.value)};`;
    }
  };
  return body(routine);
};

/** Makes a function of source around what was printed here, which names tables and words of its own. */
export const compilePrinted = <F>(source: string): F => {
  const float = new Float64Array(1);
  return compileCode<F>(source, { powersOfTwo, float, words: new Int32Array(float.buffer) });
};
