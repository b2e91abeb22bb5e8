import { describe, expect, test } from "vitest";
import {
  allClose,
  arange,
  array,
  diag,
  diagonal,
  dot,
  einsum,
  matmul,
  type NDArray,
  ones,
  outer,
  reshape,
  ShapeError,
  sum,
  toNested,
  toTypedArray,
  transpose,
  tril,
  triu,
} from "../src/index.ts";
import { isNDArray } from "../src/array/array.ts";
import { placesOf, rowMajor } from "../src/array/shape.ts";
import { noise } from "./laws/noise.ts";

const filled = (...shape: readonly number[]): NDArray => {
  const next = noise(shape.length);
  const data = Array.from({ length: shape.reduce((n, k) => n * k, 1) }, () => next());
  return reshape(array(data), shape);
};

/** What the subscripts say: a sum over every name, one product at a time. Without an ellipsis. */
const literally = (spec: string, operands: readonly NDArray[]): { shape: readonly number[]; data: number[] } => {
  const [left = "", right = ""] = spec.split("->");
  const terms = left.split(",").map((term) => term.split(""));
  const output = right.split("").filter((label) => label !== "");
  const sizes = new Map(terms.flatMap((labels, k) => labels.map((label, i) => [label, operands[k]?.shape[i] ?? 1])));
  const inner = [...sizes.keys()].filter((label) => !output.includes(label));
  const sizeOf = (label: string): number => sizes.get(label) ?? 1;
  const elements = operands.map((x) => toTypedArray(x));
  /** For each operand, the step of a name: the sum of the strides of its axes. */
  const steps = (label: string): readonly number[] =>
    terms.map((labels, k) => {
      const strides = rowMajor(operands[k]?.shape ?? []);
      return labels.reduce((step, other, i) => step + (other === label ? (strides[i] ?? 0) : 0), 0);
    });
  const visit = (labels: readonly string[], k: number, from: number): readonly number[] =>
    placesOf(
      labels.map(sizeOf),
      labels.map((label) => steps(label)[k] ?? 0),
      from,
    );
  const starts = operands.map((_, k) => visit(output, k, 0));
  const data = (starts[0] ?? []).map((_, o) => {
    const places = operands.map((__, k) => visit(inner, k, starts[k]?.[o] ?? 0));
    return (places[0] ?? []).reduce(
      (total, __, t) => total + elements.reduce((p, list, k) => p * (list[places[k]?.[t] ?? -1] ?? NaN), 1),
      0,
    );
  });
  return { shape: output.map(sizeOf), data };
};

const size: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4, i: 3, j: 4, k: 5, l: 2, m: 3, A: 2, z: 1 };

describe("einsum sums products over the names that the output lacks", () => {
  test.each([
    "ij->ij",
    "ij->ji",
    "ij->i",
    "ij->j",
    "ij->",
    "ii->i",
    "ii->",
    "iij->j",
    "iji->ij",
    "iii->i",
    "iijj->ij",
    "i,i->",
    "i,i->i",
    "i,j->ij",
    "i,j->ji",
    "i,j->",
    "ij,j->i",
    "ij,i->j",
    "ij,jk->ik",
    "ij,jk->ki",
    "ij,kj->ik",
    "ij,ij->",
    "ij,ij->i",
    "ij,ji->",
    "aij,ajk->aik",
    "aij,ajk->",
    "aij,jk->aik",
    "aij,bjk->abik",
    "aij,aj->ai",
    "aij,aij->a",
    "ii,ij->j",
    "ii,jj->ij",
    "ij,jk,kl->il",
    "ij,jk,kl,lm->im",
    "i,j,k->ijk",
    "a,aij,ak->ijk",
    "ai,aj,ak->ijk",
    "ij,ij,ij->",
    "ij,kl->",
    ",ij->ji",
    ",->",
    "->",
    "zj,jk->zk",
    "zj,zk->jk",
    "Ai,ij->jA",
  ])("%s", (spec) => {
    const left = spec.split("->")[0] ?? "";
    const operands = left.split(",").map((term) => filled(...term.split("").map((label) => size[label] ?? 1)));
    const got = einsum(spec, ...operands);
    const want = literally(spec, operands);
    expect(got.shape).toEqual(want.shape);
    const elements = Array.from(toTypedArray(got));
    want.data.forEach((value, i) => expect(elements[i]).toBeCloseTo(value, 12));
  });
  test("with the output of the names that stand once, in the order of the alphabet", () => {
    const [a, b] = [filled(3, 4), filled(4, 5)];
    expect(toNested(einsum("ij,jk", a, b))).toEqual(toNested(einsum("ij,jk->ik", a, b)));
    expect(toNested(einsum("ba", a))).toEqual(toNested(transpose(a)));
    expect(toNested(einsum("ba,ac", a, b))).toEqual(toNested(einsum("ba,ac->bc", a, b)));
    expect(toNested(einsum("ii", filled(3, 3)))).toEqual(toNested(einsum("ii->", filled(3, 3))));
    expect(einsum("bA", filled(2, 3)).shape).toEqual([3, 2]);
  });
  test("with blanks anywhere", () => {
    const [a, b] = [filled(3, 4), filled(4, 5)];
    expect(toNested(einsum(" i j , j k -> i k ", a, b))).toEqual(toNested(matmul(a, b)));
  });
  test("over stacks that broadcast", () => {
    const [a, b] = [filled(2, 1, 3, 4), filled(5, 4, 2)];
    expect(allClose(einsum("...ij,...jk->...ik", a, b), matmul(a, b))).toBe(true);
    expect(einsum("...ij,...jk", a, b).shape).toEqual([2, 5, 3, 2]);
    expect(einsum("ij...,jk->ik...", filled(3, 4, 7), filled(4, 5)).shape).toEqual([3, 5, 7]);
    expect(toNested(einsum("...i->i...", filled(2, 3)))).toEqual(toNested(transpose(filled(2, 3))));
    expect(einsum("...,...->...", filled(3, 1), filled(4)).shape).toEqual([3, 4]);
    expect(toNested(einsum("...ii->...", ones([2, 3, 3])))).toEqual([3, 3]);
  });
  test("of empty arrays", () => {
    expect(toNested(einsum("ij,jk->ik", ones([2, 0]), ones([0, 2])))).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(toNested(einsum("ij->j", ones([0, 2])))).toEqual([0, 0]);
    expect(einsum("ii->i", ones([0, 0])).shape).toEqual([0]);
  });
  test("in the arrays' dtype", () => {
    const f = ones([2, 2], { dtype: "float32" });
    expect(einsum("ij,jk->ik", f, f).dtype).toBe("float32");
    expect(einsum("ij,jk->ik", f, ones([2, 2])).dtype).toBe("float64");
    expect(einsum("ij,jk->ik", ones([2, 2], { dtype: "int32" }), ones([2, 2], { dtype: "int32" })).dtype).toBe("int32");
  });
  test("joining first what leaves the fewest elements", () => {
    // From the left it would take a matrix of 3000 x 3000.
    const wide = einsum("ij,jk,kl->il", ones([3000, 1]), ones([1, 3000]), ones([3000, 1]));
    expect(wide.shape).toEqual([3000, 1]);
    expect(toTypedArray(wide)[0]).toBe(3000);
  });
});

describe("subscripts that do not fit are refused", () => {
  const [a, v] = [ones([2, 3]), ones([3])];
  const untyped = (spec: string, ...xs: readonly NDArray[]) => einsum(spec, ...xs);
  test.each<readonly [string, () => unknown]>([
    ["einsum: the sizes of j differ: 3 and 2 in ij,jk->ik", () => untyped("ij,jk->ik", a, a)],
    ["einsum: the sizes of i differ: 2 and 3 in ii->i", () => untyped("ii->i", a)],
    ["einsum: the sizes of .0 differ: 3 and 4 in ...,...->...", () => untyped("...,...->...", v, ones([4]))],
    ["einsum: ij,jk->ik is for 2 operands, but 1 are given", () => untyped("ij,jk->ik", a)],
    ["einsum: ij->ij is for 1 operands, but 2 are given", () => untyped("ij->ij", a, a)],
    ['einsum: "ij" names 2 axes of [3], which has 1, in ij->ij', () => untyped("ij->ij", v)],
    ['einsum: "i" names 1 axes of [2, 3], which has 2, in i->i', () => untyped("i->i", a)],
    ['einsum: "ijk..." names 3 axes of [2, 3], which has 2, in ijk...->i...', () => untyped("ijk...->i...", a)],
    ["einsum: the output names k, which no operand has, in ij->ik", () => untyped("ij->ik", a)],
    ["einsum: the output names i twice in ij->ii", () => untyped("ij->ii", a)],
    ["einsum: the output lacks the ellipsis of the operands in i...->i", () => untyped("i...->i", a)],
    ['einsum: a name must be a letter, not "1" in i1->i', () => untyped("i1->i", a)],
    ['einsum: a name must be a letter, not "." in i..->i', () => untyped("i..->i", a)],
    ["einsum: an operand has more than one ellipsis in ......->i", () => untyped("......->i", a)],
    ['einsum: more than one "->" in i->j->k', () => untyped("i->j->k", v)],
  ])("%s", (message, run) => {
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(message);
  });
});

describe("dot and outer", () => {
  test("multiply vectors", () => {
    const [a, b] = [array([1, 2, 3]), array([4, 5, 6])];
    expect(toNested(dot(a, b))).toBe(32);
    expect(toNested(outer(a, array([1, 10])))).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    expect(toNested(dot(array([]), array([])))).toBe(0);
    expect(outer(array([]), a).shape).toEqual([0, 3]);
  });
  test("refuse what is no vector, and vectors of different sizes", () => {
    const dynamic = (x: NDArray) => x as never;
    expect(() => dot(ones([2]), dynamic(ones([3])))).toThrow("dot: sizes differ: [2] and [3]");
    expect(() => dot(ones([2, 2]), dynamic(ones([2])))).toThrow(
      "dot: two vectors are needed, not [2, 2] and [2]. Use matmul",
    );
    expect(() => outer(ones([2]), dynamic(ones([])))).toThrow(
      "outer: two vectors are needed, not [2] and []. Use reshape(x, [-1])",
    );
  });
});

describe("diagonal", () => {
  const x = reshape(arange(24), [2, 3, 4]);
  test.each<readonly [number, number, unknown]>([
    [
      -2,
      -1,
      [
        [0, 5, 10],
        [12, 17, 22],
      ],
    ],
    [
      0,
      1,
      [
        [0, 16],
        [1, 17],
        [2, 18],
        [3, 19],
      ],
    ],
    [
      2,
      0,
      [
        [0, 13],
        [4, 17],
        [8, 21],
      ],
    ],
  ])("along the axes %i and %i", (axis1, axis2, wanted) => {
    expect(toNested(diagonal(x, axis1, axis2))).toEqual(wanted);
  });
  test("of tall, wide and empty matrices", () => {
    expect(toNested(diagonal(reshape(arange(6), [3, 2])))).toEqual([0, 3]);
    expect(toNested(diagonal(reshape(arange(6), [2, 3])))).toEqual([0, 4]);
    expect(toNested(diagonal(ones([0, 3])))).toEqual([]);
    expect(toNested(diagonal(ones([3, 0])))).toEqual([]);
    expect(toNested(diagonal(ones([1, 1])))).toEqual([1]);
  });
  test("refuses one axis for two", () => {
    expect(() => diagonal(x, 0, -3)).toThrow("diagonal: an axis is given twice: [0, -3] of [2, 3, 4]");
    expect(() => diagonal(ones([3]))).toThrow("diagonal: axis -2 is out of range for [3]");
  });
  test("adds up to the trace", () => {
    expect(isNDArray(sum(diagonal(x)))).toBe(true);
    expect(toNested(sum(diagonal(x), -1))).toEqual([15, 51]);
  });
});

describe("diag", () => {
  test.each<readonly [number, unknown]>([
    [
      0,
      [
        [7, 0],
        [0, NaN],
      ],
    ],
    [
      1,
      [
        [0, 7, 0],
        [0, 0, NaN],
        [0, 0, 0],
      ],
    ],
    [
      -1,
      [
        [0, 0, 0],
        [7, 0, 0],
        [0, NaN, 0],
      ],
    ],
  ])("puts a vector on the diagonal %i", (k, wanted) => {
    const made = diag(array([7, NaN]), k);
    expect(toNested(made)).toEqual(wanted);
    expect(toNested(diag(made, k))).toEqual([7, NaN]);
  });
  test("takes diagonals of any matrix, and nothing beyond its corners", () => {
    const x = reshape(arange(6), [2, 3]);
    expect([-2, -1, 0, 1, 2, 3].map((k) => toNested(diag(x, k)))).toEqual([[], [3], [0, 4], [1, 5], [2], []]);
    expect(toNested(diag(array([])))).toEqual([]);
    expect(diag(ones([2], { dtype: "int32" })).dtype).toBe("int32");
  });
  test("refuses stacks, scalars and fractions", () => {
    expect(() => diag(ones([2, 2, 2]))).toThrow(
      "diag: a vector or a matrix is needed, not [2, 2, 2]. Use diagonal for stacks",
    );
    expect(() => diag(ones([]))).toThrow("diag: a vector or a matrix is needed, not []");
    expect(() => diag(ones([2]), 0.5)).toThrow("diag: k must be a whole number, not 0.5.");
  });
});

describe("tril and triu", () => {
  const x = array([
    [1, Infinity, 3],
    [NaN, 5, 6],
  ]);
  test("keep one side of a diagonal, and nothing of the other, finite or not", () => {
    expect(toNested(tril(x))).toEqual([
      [1, 0, 0],
      [NaN, 5, 0],
    ]);
    expect(toNested(triu(x))).toEqual([
      [1, Infinity, 3],
      [0, 5, 6],
    ]);
    expect(toNested(tril(x, 1))).toEqual([
      [1, Infinity, 0],
      [NaN, 5, 6],
    ]);
    expect(toNested(triu(x, 1))).toEqual([
      [0, Infinity, 3],
      [0, 0, 6],
    ]);
    expect(toNested(tril(x, -1))).toEqual([
      [0, 0, 0],
      [NaN, 0, 0],
    ]);
  });
  test("keep the dtype, in stacks and of nothing", () => {
    expect(toNested(tril(ones([2, 2, 2], { dtype: "int32" })))).toEqual([
      [
        [1, 0],
        [1, 1],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ]);
    expect(tril(ones([2, 2], { dtype: "int32" })).dtype).toBe("int32");
    expect(triu(ones([2, 2], { dtype: "float32" })).dtype).toBe("float32");
    expect(triu(ones([0, 3])).shape).toEqual([0, 3]);
  });
  test("refuse what is no matrix", () => {
    expect(() => tril(ones([3]))).toThrow("tril: a matrix is needed, not [3]");
    expect(() => triu(ones([2, 2]), NaN)).toThrow("triu: k must be a whole number, not NaN");
  });
});
