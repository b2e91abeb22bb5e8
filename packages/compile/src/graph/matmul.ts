import { type ArrayType, isFloat, sizeOf } from "@gradfold/core/library";
import { rowMajor } from "@gradfold/core/transform";
import { broadcastStrides, foldByHalves, isWide, lanes, type ScalarFunction } from "@gradfold/core/compiler";
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

/** A product of two stacks of matrices, [m, k] times [k, n]; a vector has no rows or no columns. */
interface Product {
  readonly builder: Builder;
  readonly type: ArrayType;
  readonly batch: readonly number[];
  /** [m], or nothing if the left operand is a vector. */
  readonly rows: readonly number[];
  /** [n], or nothing if the right operand is a vector. */
  readonly columns: readonly number[];
  readonly k: number;
  readonly left: Operand;
  readonly right: Operand;
}

const productOf = (builder: Builder, leftId: number, rightId: number, type: ArrayType): Product => {
  const [a, b] = [builder.valueOf(leftId).shape, builder.valueOf(rightId).shape];
  const rows = a.length === 1 ? [] : [a.at(-2) ?? 1];
  const columns = b.length === 1 ? [] : [b.at(-1) ?? 1];
  const batch = type.shape.slice(0, type.shape.length - rows.length - columns.length);
  const left = operandOf(builder, leftId, batch, false);
  const right = operandOf(builder, rightId, batch, true);
  return { builder, type, batch, rows, columns, k: a.at(-1) ?? 1, left, right };
};

/** An operand read along the axes of a shape. */
const moved = (
  { builder: { define }, type: { dtype } }: Product,
  { id }: Operand,
  shape: readonly number[],
  offset: number,
  strides: readonly number[],
): number => define({ shape, dtype }, { kind: "move", source: { offset, strides }, input: id });

const mapped = (
  { builder: { define }, type: { dtype } }: Product,
  scalar: ScalarFunction,
  shape: readonly number[],
  inputs: readonly number[],
): number => define({ shape, dtype }, { kind: "map", computed: dtype, scalar, inputs });

/** A vector times a wide matrix: a column reduction. */
const vectorByMatrix = (product: Product, n: number): number => {
  const { builder, type, k, left, right } = product;
  const all = [k, n];
  const factors = [
    moved(product, left, all, 0, [left.column, 0]),
    moved(product, right, all, 0, [right.row, right.column]),
  ];
  const input = mapped(product, multiplication, all, factors);
  return builder.define(type, { kind: "columnReduction", combine: "add", input, outer: 0, reduced: 1 });
};

const gemm = (product: Product, m: number, n: number): number => {
  const { builder, type, batch, k, left, right } = product;
  return builder.define(type, {
    kind: "gemm",
    left: moved(product, left, [...batch, m, k], 0, [...left.stack, left.row, left.column]),
    right: moved(product, right, [...batch, k, n], 0, [...right.stack, right.row, right.column]),
  });
};

/** A product of few terms an element: a map that adds them. */
const unrolled = (product: Product): number => {
  const { type, rows, columns, k, left, right } = product;
  const { shape } = type;
  const stridesAlong = (byBatch: readonly number[], byRow: number, byColumn: number): readonly number[] => [
    ...byBatch,
    ...rows.map(() => byRow),
    ...columns.map(() => byColumn),
  ];
  const terms = Array.from({ length: k }, (_, l) =>
    mapped(product, multiplication, shape, [
      moved(product, left, shape, l * left.column, stridesAlong(left.stack, left.row, 0)),
      moved(product, right, shape, l * right.row, stridesAlong(right.stack, 0, right.column)),
    ]),
  );
  const sum = foldByHalves(terms, (x, y) => mapped(product, addition, shape, [x, y]));
  if (sum === undefined) throw new Error("matmul: a product of no terms");
  return sum;
};

/** Few rows: a row reduction for each element. */
const byElement = (product: Product, m: number, n: number): number => {
  const { builder, type, k, left, right } = product;
  return reduceEach(builder, "add", type, m * n, 1, (element) => {
    const [i, j] = [Math.floor(element / n), element % n];
    return mapped(
      product,
      multiplication,
      [k],
      [
        moved(product, left, [k], i * left.row, [left.column]),
        moved(product, right, [k], j * right.column, [right.row]),
      ],
    );
  });
};

/** One row reduction for all elements. */
const byReduction = (product: Product, m: number, n: number): number => {
  const { builder, type, batch, k, left, right } = product;
  const all = [...batch, m, n, k];
  const input = mapped(product, multiplication, all, [
    moved(product, left, all, 0, [...left.stack, left.row, 0, left.column]),
    moved(product, right, all, 0, [...right.stack, 0, right.column, right.row]),
  ]);
  return reduceTrailing(builder, "add", input, 1, type);
};

/** Lowers a matrix product; its kind follows from its sizes, and decides the order of addition as in core. */
export const lowerMatmul = (builder: Builder, leftId: number, rightId: number, type: ArrayType): number => {
  const product = productOf(builder, leftId, rightId, type);
  const { k, batch, rows, columns } = product;
  if (k === 0 || sizeOf(type.shape) === 0) return builder.define(type, { kind: "zero" });
  const [[m = 1], [n = 1]] = [rows, columns];
  // A sum of one term is that term in either order of addition.
  if (isFloat(type.dtype) && k > 1 && isWide({ m, n }))
    return m === 1 && batch.length === 0 ? vectorByMatrix(product, n) : gemm(product, m, n);
  if (k <= lanes) return unrolled(product);
  return batch.length === 0 && m < 4 ? byElement(product, m, n) : byReduction(product, m, n);
};
