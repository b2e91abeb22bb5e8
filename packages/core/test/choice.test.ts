import { describe, expect, test } from "vitest";
import {
  allClose,
  arange,
  array,
  eye,
  matmul,
  type NDArray,
  random,
  reshape,
  toNested,
  toTypedArray,
  transpose,
} from "../src/index.ts";
import jax from "./fixtures/random-jax.json" with { type: "json" };
import { chiSquare } from "./laws/statistics.ts";

const floats = ["float64", "float32"] as const;
const list = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const k0 = random.key(2026);

describe.each(jax.keys)("as JAX has it, from the key of $seed", (wanted) => {
  const key = random.key(wanted.seed);

  test("a permutation is the same", () => {
    for (const { n, values, first } of wanted.permutation) {
      const some = values ?? first ?? [];
      expect(list(random.permutation(key, n)).slice(0, some.length)).toEqual(some);
      expect(some.length).toBe(Math.min(n, first === undefined ? n : 20));
    }
  });
  test("the rows and columns of a matrix come in the same order", () => {
    const x = reshape(arange(12), [4, 3]);
    expect(toNested(random.permutation(key, x))).toEqual(wanted.rows);
    expect(toNested(random.permutation(key, x, 1))).toEqual(wanted.columns);
  });
  test("choices are the same", () => {
    expect(toNested(random.choice(key, 10, [8]))).toEqual(wanted.choice);
    expect(toNested(random.choice(key, 10, [2, 3], { replace: false }))).toEqual(wanted.choiceWithout);
  });
  test.each(floats)("choices by weights of %s are the same", (dtype) => {
    const of64 = dtype === "float64";
    const p = array([0.1, 0, 0.4, 0.2, 0.3], { dtype });
    expect(toNested(random.choice(key, 5, [12], { p }))).toEqual(
      of64 ? wanted.choiceWeightsFloat64 : wanted.choiceWeightsFloat32,
    );
    expect(toNested(random.choice(key, 5, [4], { p, replace: false }))).toEqual(
      of64 ? wanted.choiceWithoutWeightsFloat64 : wanted.choiceWithoutWeightsFloat32,
    );
    const logits = array(
      [
        [0, 1, -1],
        [2, -Infinity, 2],
      ],
      { dtype },
    );
    expect(toNested(random.categorical(key, logits, { shape: [8, 2] }))).toEqual(
      of64 ? wanted.categoricalFloat64 : wanted.categoricalFloat32,
    );
  });
  test("orthogonal matrices agree to a few ulp", () => {
    expect(allClose(random.orthogonal(key, 4), array(wanted.orthogonalFloat64), { rtol: 0, atol: 4e-15 })).toBe(true);
    const single = random.orthogonal(key, 4, { dtype: "float32" });
    expect(allClose(single, array(wanted.orthogonalFloat32), { rtol: 0, atol: 2e-6 })).toBe(true);
    expect(allClose(random.orthogonal(key, 4, { columns: 2 }), array(wanted.orthogonalTall), { atol: 4e-15 })).toBe(
      true,
    );
    expect(allClose(random.orthogonal(key, 2, { columns: 4 }), array(wanted.orthogonalWide), { atol: 4e-15 })).toBe(
      true,
    );
  });
});

test("a permutation holds every number once", () => {
  for (const n of [...numbers(40), 1000, 1625, 1626, 5000]) {
    const order = random.permutation(k0, n);
    expect([order.dtype, order.shape]).toEqual(["int32", [n]]);
    expect(list(order).toSorted((a, b) => a - b)).toEqual(numbers(n));
  }
});

test("every order of a permutation is as likely", () => {
  const counts = new Map<string, number>();
  const draws = 4800;
  for (const key of random.split(random.key(7), draws)) {
    const order = list(random.permutation(key, 4)).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const expected = draws / 24;
  const difference = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  expect(counts.size).toBe(24);
  expect(difference, "23 degrees of freedom, 0.1 %").toBeLessThan(49.7);
});

test("choices without replacement hold nothing twice", () => {
  for (const n of [1, 2, 5, 30])
    for (const p of [undefined, array(numbers(n).map((i) => i + 1))])
      for (let count = 0; count <= n; count++) {
        const chosen = list(random.choice(random.foldIn(k0, count), n, [count], { replace: false, ...(p && { p }) }));
        expect(new Set(chosen).size).toBe(count);
        expect(chosen.every((i) => i >= 0 && i < n)).toBe(true);
      }
});

test.each(floats)("choices follow their weights, in whatever proportion these are (%s)", (dtype) => {
  const p = array([1, 0, 4, 2, 3], { dtype });
  const shares = [0.1, 0.4, 0.2, 0.3];
  const asOne = (x: NDArray) => list(x).map((i) => (i > 1 ? i - 1 : i));
  const drawn = random.choice(k0, 5, [6000], { p });
  expect(list(drawn)).not.toContain(1);
  expect(chiSquare(asOne(drawn), shares), "3 degrees of freedom, 0.1 %").toBeLessThan(16.3);
  const first = random.split(k0, 2000).map((key) => random.choice(key, 5, [2], { p, replace: false }));
  expect(
    chiSquare(
      first.flatMap((x) => asOne(x).slice(0, 1)),
      shares,
    ),
  ).toBeLessThan(16.3);
});

test("choices of rows are rows, along any axis", () => {
  const x = array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const columns = random.choice(k0, x, [2, 2], { axis: 1 });
  expect(columns.shape).toEqual([2, 2, 2]);
  const at = random.choice(k0, 3, [2, 2]);
  expect(toNested(columns)).toEqual(
    [1, 4].map((first) => (toNested(at) as number[][]).map((row) => row.map((i) => first + i))),
  );
  expect(random.choice(k0, x).shape).toEqual([3]);
  expect(random.choice(k0, 5, [0, 2]).shape).toEqual([0, 2]);
  expect(random.choice(k0, 0, [0]).shape).toEqual([0]);
});

test.each(floats)("a category is drawn as often as softmax says (%s)", (dtype) => {
  const logits = array([0, Math.log(2), Math.log(3), Math.log(4)], { dtype });
  const drawn = random.categorical(k0, logits, { shape: [6000] });
  expect([drawn.dtype, drawn.shape]).toEqual(["int32", [6000]]);
  expect(chiSquare(list(drawn), [0.1, 0.2, 0.3, 0.4]), "3 degrees of freedom, 0.1 %").toBeLessThan(16.3);
});

test("categories lie along the axis that is named", () => {
  const logits = array([
    [0, 0],
    [100, -100],
    [0, 0],
  ]);
  expect(random.categorical(k0, logits).shape).toEqual([3]);
  expect(list(random.categorical(k0, logits, { axis: 0 }))[0]).toBe(1);
  expect(list(random.categorical(k0, logits, { axis: -2, shape: [5, 2] })).filter((_, i) => i % 2 === 0)).toEqual([
    1, 1, 1, 1, 1,
  ]);
  expect(random.categorical(k0, reshape(array([]), [0, 3])).shape).toEqual([0]);
});

test.each(floats)("an orthogonal matrix times its transpose is the identity (%s)", (dtype) => {
  const atol = dtype === "float64" ? 1e-14 : 4e-6;
  for (const [n, columns] of [
    [1, 1],
    [2, 2],
    [5, 5],
    [40, 40],
    [5, 3],
    [3, 5],
    [1, 4],
    [0, 0],
    [3, 0],
  ] as const) {
    const q = random.orthogonal(random.key(n + columns), n, { columns, dtype });
    expect([q.shape, q.dtype]).toEqual([[n, columns], dtype]);
    const [product, size] = n <= columns ? [matmul(q, transpose(q)), n] : [matmul(transpose(q), q), columns];
    expect(allClose(product, eye(size), { rtol: 0, atol })).toBe(true);
  }
});

test("an orthogonal matrix turns as often as it mirrors, and its elements have the variance 1 / n", () => {
  const elements = random.split(k0, 600).map((key) => list(random.orthogonal(key, 2)));
  const turns = elements.filter(([a = 0, b = 0, c = 0, d = 0]) => a * d - b * c > 0).length;
  expect(Math.abs(turns / 600 - 0.5)).toBeLessThan(0.08);
  const squares = elements.reduce((sum, [a = 0]) => sum + (a * a) / 600, 0);
  expect(Math.abs(squares - 0.5)).toBeLessThan(0.06);
});
