import {
  type ArrayType,
  broadcastStrides,
  foldByHalves,
  isFloat,
  isWide,
  lanes,
  rowMajor,
  type ScalarFunction,
  sizeOf,
} from "@gradfold/core/transform";
import type { Builder } from "./builder.ts";
import { reduceEach, reduceTrailing } from "./reduce.ts";

/* A matrix product: a gemm where it is wide enough, else reductions of products. */

const binary = (operation: "add" | "mul"): ScalarFunction => ({
  arity: 2,
  instructions: [
    { kind: "argument", index: 0 },
    { kind: "argument", index: 1 },
    { kind: "apply", operation, arguments: [0, 1] },
  ],
});

const addition = binary("add");
const multiplication = binary("mul");

/** An operand as a stack of matrices: its strides down the stack, along the rows and along the columns. */
interface Operand {
  readonly id: number;
  readonly stack: readonly number[];
  readonly row: number;
  readonly column: number;
}

const operandOf = ({ valueOf }: Builder, id: number, batch: readonly number[], isRight: boolean): Operand => {
  const { shape } = valueOf(id);
  if (shape.length === 1) return { id, stack: batch.map(() => 0), row: isRight ? 1 : 0, column: isRight ? 0 : 1 };
  const strides = rowMajor(shape);
  const stack = broadcastStrides(shape.slice(0, -2), strides, batch);
  return { id, stack, row: strides.at(-2) ?? 0, column: strides.at(-1) ?? 0 };
};

export const lowerMatmul = (builder: Builder, leftId: number, rightId: number, type: ArrayType): number => {
  const { define, valueOf } = builder;
  const { shape, dtype } = type;
  const [a, b] = [valueOf(leftId).shape, valueOf(rightId).shape];
  const k = a.at(-1) ?? 1;
  if (k === 0 || sizeOf(shape) === 0) return define(type, { kind: "zero" });
  const rows = a.length === 1 ? [] : [a.at(-2) ?? 1];
  const columns = b.length === 1 ? [] : [b.at(-1) ?? 1];
  const [m = 1] = rows;
  const [n = 1] = columns;
  const batch = shape.slice(0, shape.length - rows.length - columns.length);
  const left = operandOf(builder, leftId, batch, false);
  const right = operandOf(builder, rightId, batch, true);

  const move = ({ id }: Operand, to: readonly number[], offset: number, strides: readonly number[]): number =>
    define({ shape: to, dtype }, { kind: "move", source: { offset, strides }, input: id });
  const combine = (scalar: ScalarFunction, of: readonly number[], x: number, y: number): number =>
    define({ shape: of, dtype }, { kind: "map", computed: dtype, scalar, inputs: [x, y] });
  const times = (of: readonly number[], x: number, y: number): number => combine(multiplication, of, x, y);

  // A sum of one term is that term in either order of addition.
  const isGemm = isFloat(dtype) && k > 1 && isWide({ m, n });
  if (isGemm && m === 1 && batch.length === 0) {
    const all = [k, n];
    const input = times(all, move(left, all, 0, [left.column, 0]), move(right, all, 0, [right.row, right.column]));
    return define(type, { kind: "columnReduction", combine: "add", input, outer: 0, reduced: 1 });
  }
  if (isGemm)
    return define(type, {
      kind: "gemm",
      left: move(left, [...batch, m, k], 0, [...left.stack, left.row, left.column]),
      right: move(right, [...batch, k, n], 0, [...right.stack, right.row, right.column]),
    });
  if (k <= lanes) {
    const stridesAlong = (byBatch: readonly number[], byRow: number, byColumn: number): readonly number[] => [
      ...byBatch,
      ...rows.map(() => byRow),
      ...columns.map(() => byColumn),
    ];
    const terms = Array.from({ length: k }, (_, l) =>
      times(
        shape,
        move(left, shape, l * left.column, stridesAlong(left.stack, left.row, 0)),
        move(right, shape, l * right.row, stridesAlong(right.stack, 0, right.column)),
      ),
    );
    return foldByHalves(terms, (x, y) => combine(addition, shape, x, y)) ?? -1;
  }
  if (batch.length === 0 && m < 4)
    return reduceEach(builder, "add", type, m * n, 1, (element) => {
      const [i, j] = [Math.floor(element / n), element % n];
      return times([k], move(left, [k], i * left.row, [left.column]), move(right, [k], j * right.column, [right.row]));
    });
  const all = [...batch, m, n, k];
  const input = times(
    all,
    move(left, all, 0, [...left.stack, left.row, 0, left.column]),
    move(right, all, 0, [...right.stack, 0, right.column, right.row]),
  );
  return reduceTrailing(builder, "add", input, 1, type);
};
