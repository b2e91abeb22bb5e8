import { type Assembler, openFunction } from "../wasm/assembler.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { arithmetic, type Arithmetic, type Expression } from "../wasm/expression.ts";
import { toLocal } from "../wasm/local.ts";
import { vectorBytes } from "./access.ts";

/* Packing: rows or columns of a matrix interleaved in panels, so that the microkernel reads them in order. */

/** Shuffles elements of two vectors, which are numbered from the first element of `a` to the last one of `b`. */
const emitShuffle = (asm: Assembler, width: number, a: number, b: number, elements: readonly number[]): number => {
  asm.get(a);
  asm.get(b);
  asm.shuffle(elements.flatMap((element) => Array.from({ length: width }, (_, i) => element * width + i)));
  return toLocal(asm);
};

/** Transposes a square of vectors. */
const emitTransposed = (asm: Assembler, width: number, rows: readonly number[]): readonly number[] => {
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0] = rows;
  const shuffle = (a: number, b: number, ...elements: readonly number[]): number =>
    emitShuffle(asm, width, a, b, elements);
  if (rows.length === 2) return [shuffle(r0, r1, 0, 2), shuffle(r0, r1, 1, 3)];
  const [a, b] = [shuffle(r0, r1, 0, 4, 1, 5), shuffle(r2, r3, 0, 4, 1, 5)];
  const [c, d] = [shuffle(r0, r1, 2, 6, 3, 7), shuffle(r2, r3, 2, 6, 3, 7)];
  return [shuffle(a, b, 0, 1, 4, 5), shuffle(a, b, 2, 3, 6, 7), shuffle(c, d, 0, 1, 4, 5), shuffle(c, d, 2, 3, 6, 7)];
};

/** The parameters: addresses, sizes, and the bytes from line to line and from term to term of the source. */
const [to, from, lines, terms, lineBytes, termBytes] = [0, 1, 2, 3, 4, 5];

/** A packing function under construction, and the locals that hold its addresses in a panel. */
interface Packing {
  readonly asm: Assembler;
  readonly expressions: Arithmetic;
  readonly width: number;
  /** Lines of a panel. */
  readonly panelLines: number;
  readonly source: number;
  readonly target: number;
}

/** The offsets in bytes of the vectors of one term of a panel. */
const vectorOffsets = ({ width, panelLines }: Packing): readonly number[] =>
  Array.from({ length: (panelLines * width) / vectorBytes }, (_, g) => g * vectorBytes);

const emitForward = ({ expressions }: Packing, pointer: number, bytes: Expression): void =>
  expressions.assign(pointer, expressions.add(expressions.local(pointer), bytes));

/** Advances the target by some terms of a panel. */
const emitNextTerms = (packing: Packing, count: number): void =>
  emitForward(packing, packing.target, packing.expressions.number(count * packing.panelLines * packing.width));

const emitElement = ({ asm, width }: Packing, target: Expression, source: Expression): void => {
  target();
  source();
  asm.memory(width === 4 ? "splat4" : "splat8", 0);
  asm.memory(width === 4 ? "store4Lane" : "store8Lane", 0, 0);
};

/** Packs a full panel whose lines are contiguous, vector by vector. */
const emitCopiedLines = (packing: Packing): void => {
  const { asm, expressions, source, target } = packing;
  const { local, forRange } = expressions;
  forRange(local(terms), 1, () => {
    for (const offset of vectorOffsets(packing)) {
      asm.get(target);
      asm.get(source);
      asm.memory("load", offset);
      asm.memory("store", offset);
    }
    emitNextTerms(packing, 1);
    emitForward(packing, source, local(termBytes));
  });
};

/** Packs as many terms of a full panel as a vector has elements, from pointers to the lines. */
const emitTransposedTerms = (packing: Packing, pointers: readonly number[]): void => {
  const { asm, expressions, width, panelLines, target } = packing;
  const perVector = vectorBytes / width;
  vectorOffsets(packing).forEach((offset, g) => {
    const rows = pointers.slice(g * perVector, (g + 1) * perVector).map((pointer) => {
      asm.get(pointer);
      asm.memory("load", 0);
      return toLocal(asm);
    });
    emitTransposed(asm, width, rows).forEach((column, t) => {
      asm.get(target);
      asm.get(column);
      asm.memory("store", t * panelLines * width + offset);
    });
  });
  for (const pointer of pointers) emitForward(packing, pointer, expressions.number(vectorBytes));
  emitNextTerms(packing, perVector);
};

/** Packs a full panel whose terms are contiguous: squares of vectors are transposed. */
const emitTransposedLines = (packing: Packing): void => {
  const { expressions, width, panelLines, source, target } = packing;
  const { local, number, add, sub, mul, and, variable, forRange } = expressions;
  const perVector = vectorBytes / width;
  const pointers = Array.from({ length: panelLines }, (_, q) =>
    variable(add(local(source), mul(local(lineBytes), number(q)))),
  );
  const rest = variable(and(local(terms), number(perVector - 1)));
  forRange(sub(local(terms), local(rest)), perVector, () => emitTransposedTerms(packing, pointers));
  forRange(local(rest), 1, () => {
    pointers.forEach((pointer, q) => {
      emitElement(packing, add(local(target), number(q * width)), local(pointer));
      emitForward(packing, pointer, number(width));
    });
    emitNextTerms(packing, 1);
  });
};

/** Packs any panel of `valid` lines, element by element. */
const emitCopiedElements = (packing: Packing, valid: number): void => {
  const { expressions, width, source, target } = packing;
  const { local, number, add, mul, forRange } = expressions;
  forRange(local(terms), 1, () => {
    forRange(local(valid), 1, (q) => {
      const [offset, element] = [mul(local(q), number(width)), mul(local(q), local(lineBytes))];
      emitElement(packing, add(local(target), offset), add(local(source), element));
    });
    emitNextTerms(packing, 1);
    emitForward(packing, source, local(termBytes));
  });
};

/** Packs the panel that begins with a line. */
const emitPanel = (asm: Assembler, width: number, panelLines: number, line: number): void => {
  const expressions = arithmetic(asm);
  const { local, number, add, sub, mul, equal, and, min, variable } = expressions;
  const target = variable(add(local(to), mul(mul(local(line), local(terms)), number(width))));
  const source = variable(add(local(from), mul(local(line), local(lineBytes))));
  const valid = variable(min(number(panelLines), sub(local(lines), local(line))));
  const packing = { asm, expressions, width, panelLines, source, target };
  const isFull = equal(local(valid), number(panelLines));
  and(isFull, equal(local(lineBytes), number(width)))();
  asm.when(
    () => emitCopiedLines(packing),
    () => {
      and(isFull, equal(local(termBytes), number(width)))();
      asm.when(
        () => emitTransposedLines(packing),
        () => emitCopiedElements(packing, valid),
      );
    },
  );
};

/**
 * (to, from, lines, terms, bytes from line to line, bytes from term to term): panels of `panelLines` lines; term t of
 * line q is element t panelLines + q of its panel. Missing lines of the last panel are not written.
 */
export const packFunction = (width: number, panelLines: number): WasmFunction => {
  const asm = openFunction(6);
  const { local, forRange } = arithmetic(asm);
  forRange(local(lines), panelLines, (line) => emitPanel(asm, width, panelLines, line));
  return asm.finish();
};
