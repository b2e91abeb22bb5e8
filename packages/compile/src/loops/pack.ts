import { type Code, openFunction } from "../wasm/assembler.ts";
import type { FunctionCode } from "../wasm/encode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { emitKept } from "../wasm/local.ts";

/* Packing: rows or columns of a matrix side by side, so that a tile reads them in order. */

const bytesIn = 16;

/** A shuffle of elements: from 0 on those of one vector, then those of another. */
const emitShuffle = (code: Code, width: number, a: number, b: number, elements: readonly number[]): number => {
  code.get(a);
  code.get(b);
  code.shuffle(elements.flatMap((element) => Array.from({ length: width }, (_, i) => element * width + i)));
  return emitKept(code);
};

/** Vectors that hold rows of a small square, as vectors that hold its columns. */
const emitTransposed = (code: Code, width: number, rows: readonly number[]): readonly number[] => {
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0] = rows;
  const shuffle = (a: number, b: number, ...elements: readonly number[]): number =>
    emitShuffle(code, width, a, b, elements);
  if (rows.length === 2) return [shuffle(r0, r1, 0, 2), shuffle(r0, r1, 1, 3)];
  const [a, b] = [shuffle(r0, r1, 0, 4, 1, 5), shuffle(r2, r3, 0, 4, 1, 5)];
  const [c, d] = [shuffle(r0, r1, 2, 6, 3, 7), shuffle(r2, r3, 2, 6, 3, 7)];
  return [shuffle(a, b, 0, 1, 4, 5), shuffle(a, b, 2, 3, 6, 7), shuffle(c, d, 0, 1, 4, 5), shuffle(c, d, 2, 3, 6, 7)];
};

const emitElement = (code: Code, width: number, to: Expression, from: Expression): void => {
  to();
  from();
  code.memory(width === 4 ? "splat4" : "splat8", 0);
  code.memory(width === 4 ? "store4Lane" : "store8Lane", 0, 0);
};

/**
 * (to, from, lines, terms, bytes from line to line, bytes from term to term): panels of `wide` lines; term t of line q
 * goes to place t wide + q of its panel. What a panel lacks of lines is left as it is.
 */
export const packFunction = (width: number, wide: number): FunctionCode => {
  const code = openFunction(6);
  const { local, number, add, sub, mul, equal, both, least, name, assign, count } = arithmetic(code);
  const [to, from, lines, terms, byLine, byTerm] = [0, 1, 2, 3, 4, 5];
  const perVector = bytesIn / width;
  const panelBytes = wide * width;
  const groups = Array.from({ length: wide / perVector }, (_, g) => g);
  const forward = (pointer: number, bytes: Expression): void => assign(pointer, add(local(pointer), bytes));

  const copyLines = (source: number, target: number): void =>
    count(local(terms), 1, () => {
      for (const g of groups) {
        code.get(target);
        code.get(source);
        code.memory("load", g * bytesIn);
        code.memory("store", g * bytesIn);
      }
      forward(target, number(panelBytes));
      forward(source, local(byTerm));
    });

  const transposeLines = (source: number, target: number): void => {
    const pointers = Array.from({ length: wide }, (_, q) => name(add(local(source), mul(local(byLine), number(q)))));
    const rest = name(both(local(terms), number(perVector - 1)));
    count(sub(local(terms), local(rest)), perVector, () => {
      for (const g of groups) {
        const rows = pointers.slice(g * perVector, (g + 1) * perVector).map((pointer) => {
          code.get(pointer);
          code.memory("load", 0);
          return emitKept(code);
        });
        emitTransposed(code, width, rows).forEach((column, t) => {
          code.get(target);
          code.get(column);
          code.memory("store", t * panelBytes + g * bytesIn);
        });
      }
      for (const pointer of pointers) forward(pointer, number(bytesIn));
      forward(target, number(perVector * panelBytes));
    });
    count(local(rest), 1, () => {
      pointers.forEach((pointer, q) => {
        emitElement(code, width, add(local(target), number(q * width)), local(pointer));
        forward(pointer, number(width));
      });
      forward(target, number(panelBytes));
    });
  };

  const copyElements = (source: number, target: number, valid: number): void =>
    count(local(terms), 1, () => {
      count(local(valid), 1, (q) => {
        const [place, element] = [mul(local(q), number(width)), mul(local(q), local(byLine))];
        emitElement(code, width, add(local(target), place), add(local(source), element));
      });
      forward(target, number(panelBytes));
      forward(source, local(byTerm));
    });

  count(local(lines), wide, (line) => {
    const target = name(add(local(to), mul(mul(local(line), local(terms)), number(width))));
    const source = name(add(local(from), mul(local(line), local(byLine))));
    const valid = name(least(number(wide), sub(local(lines), local(line))));
    const isWhole = equal(local(valid), number(wide));
    both(isWhole, equal(local(byLine), number(width)))();
    code.when(
      () => copyLines(source, target),
      () => {
        both(isWhole, equal(local(byTerm), number(width)))();
        code.when(
          () => transposeLines(source, target),
          () => copyElements(source, target, valid),
        );
      },
    );
  });
  return code.finish();
};
