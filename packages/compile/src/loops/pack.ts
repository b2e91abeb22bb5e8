import { type Assembler, openFunction } from "../wasm/assembler.ts";
import type { WasmFunction } from "../wasm/encode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { toLocal } from "../wasm/local.ts";

/* Packing: rows or columns of a matrix interleaved in panels, so that the microkernel reads them in order. */

const bytesIn = 16;

/** A shuffle of lanes: those of the first vector are numbered from 0, those of the second follow. */
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

const emitElement = (asm: Assembler, width: number, to: Expression, from: Expression): void => {
  to();
  from();
  asm.memory(width === 4 ? "splat4" : "splat8", 0);
  asm.memory(width === 4 ? "store4Lane" : "store8Lane", 0, 0);
};

/**
 * (to, from, lines, terms, bytes from line to line, bytes from term to term): panels of `panelLines` lines; term t of
 * line q is element t panelLines + q of its panel. Missing lines of the last panel are not written.
 */
export const packFunction = (width: number, panelLines: number): WasmFunction => {
  const asm = openFunction(6);
  const { local, number, add, sub, mul, equal, and, min, variable, assign, forRange } = arithmetic(asm);
  const [to, from, lines, terms, byLine, byTerm] = [0, 1, 2, 3, 4, 5];
  const perVector = bytesIn / width;
  const panelBytes = panelLines * width;
  const groups = Array.from({ length: panelLines / perVector }, (_, g) => g);
  const forward = (pointer: number, bytes: Expression): void => assign(pointer, add(local(pointer), bytes));

  const copyLines = (source: number, target: number): void =>
    forRange(local(terms), 1, () => {
      for (const g of groups) {
        asm.get(target);
        asm.get(source);
        asm.memory("load", g * bytesIn);
        asm.memory("store", g * bytesIn);
      }
      forward(target, number(panelBytes));
      forward(source, local(byTerm));
    });

  const transposeLines = (source: number, target: number): void => {
    const pointers = Array.from({ length: panelLines }, (_, q) =>
      variable(add(local(source), mul(local(byLine), number(q)))),
    );
    const rest = variable(and(local(terms), number(perVector - 1)));
    forRange(sub(local(terms), local(rest)), perVector, () => {
      for (const g of groups) {
        const rows = pointers.slice(g * perVector, (g + 1) * perVector).map((pointer) => {
          asm.get(pointer);
          asm.memory("load", 0);
          return toLocal(asm);
        });
        emitTransposed(asm, width, rows).forEach((column, t) => {
          asm.get(target);
          asm.get(column);
          asm.memory("store", t * panelBytes + g * bytesIn);
        });
      }
      for (const pointer of pointers) forward(pointer, number(bytesIn));
      forward(target, number(perVector * panelBytes));
    });
    forRange(local(rest), 1, () => {
      pointers.forEach((pointer, q) => {
        emitElement(asm, width, add(local(target), number(q * width)), local(pointer));
        forward(pointer, number(width));
      });
      forward(target, number(panelBytes));
    });
  };

  const copyElements = (source: number, target: number, valid: number): void =>
    forRange(local(terms), 1, () => {
      forRange(local(valid), 1, (q) => {
        const [offset, element] = [mul(local(q), number(width)), mul(local(q), local(byLine))];
        emitElement(asm, width, add(local(target), offset), add(local(source), element));
      });
      forward(target, number(panelBytes));
      forward(source, local(byTerm));
    });

  forRange(local(lines), panelLines, (line) => {
    const target = variable(add(local(to), mul(mul(local(line), local(terms)), number(width))));
    const source = variable(add(local(from), mul(local(line), local(byLine))));
    const valid = variable(min(number(panelLines), sub(local(lines), local(line))));
    const isFull = equal(local(valid), number(panelLines));
    and(isFull, equal(local(byLine), number(width)))();
    asm.when(
      () => copyLines(source, target),
      () => {
        and(isFull, equal(local(byTerm), number(width)))();
        asm.when(
          () => transposeLines(source, target),
          () => copyElements(source, target, valid),
        );
      },
    );
  });
  return asm.finish();
};
