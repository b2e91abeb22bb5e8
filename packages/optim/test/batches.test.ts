import { grad } from "@gradfold/autodiff";
import {
  arange,
  array,
  broadcastTo,
  cast,
  mul,
  type NDArray,
  random,
  reshape,
  slice,
  square,
  sum,
  take,
  toTypedArray,
  transpose,
  tree,
  type Vector,
} from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatheringOf, sliceInputs } from "../src/gathering.ts";
import { batches, type BatchOptions, type Inputs, steps, trainTestSplit } from "../src/index.ts";

const key = random.key(5);
const numbers = (x: NDArray): readonly number[] => Array.from(toTypedArray(x));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const bitsOf = (x: unknown) => tree.leaves(x).map((leaf) => [leaf.dtype, leaf.shape, ...numbers(leaf)]);
const all = (inputs: Inputs<NDArray>) => range(inputs.length).map((i) => numbers(inputs.at(i)));

/** A size of rows and of batches, and how many batches there are in the place of epochs. */
const sizes = fc
  .integer({ min: 1, max: 40 })
  .chain((n) => fc.record({ n: fc.constant(n), size: fc.integer({ min: 1, max: n }), seed: fc.nat(1000) }));

const counted = (shape: readonly number[]): NDArray => reshape(arange(shape.reduce((a, b) => a * b, 1)), shape);

/** Arrays of a shape whose elements lie in a buffer in different ways. */
const layouts: readonly ((shape: readonly number[]) => NDArray)[] = [
  counted,
  (shape) => transpose(counted(shape.toReversed())),
  (shape) => slice(counted(shape), [[null, null, -1]]),
  ([n = 0, ...rest]) => slice(counted([2 * n, ...rest]), [[1, null, 2]]),
  (shape) => slice(counted([...shape, 3]), [...shape.map(() => null), 1]),
  ([n = 0, ...rest]) => broadcastTo(counted([1, ...rest]), [n, ...rest]),
];

const tableOf = (n: number) =>
  fc
    .record({
      rest: fc.oneof(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), fc.constant([40])),
      layout: fc.constantFrom(...layouts),
      dtype: fc.constantFrom("float64", "float32", "int32", "bool"),
    })
    .map(({ rest, layout, dtype }) => cast(layout([n, ...rest]), dtype));

const dataOf = (n: number) =>
  fc.oneof(tableOf(n), fc.record({ x: tableOf(n), rest: fc.tuple(tableOf(n), fc.constant(null)), y: tableOf(n) }));

/** Options of every kind, for n rows. */
const kinds = (n: number): readonly Partial<BatchOptions>[] => [
  { epochs: 3 },
  { epochs: 3, dropLast: true },
  { epochs: 2, shuffle: false },
  { epochs: 2, weights: weightsOf(n) },
  { epochs: 2, balance: labelsOf(n) },
  { steps: 9 },
  { steps: 9, weights: weightsOf(n) },
  { steps: 9, balance: labelsOf(n) },
];

const weightsOf = (n: number): Vector => arange(1, n + 1);
const labelsOf = (n: number): Vector => array(range(n).map((i) => (i * i) % 3));

/** Which rows a batch holds, by what describes it. */
const rowsIn = (inputs: Inputs<unknown>, i: number): NDArray => {
  const gathering = gatheringOf(inputs);
  if (gathering === undefined) throw new Error("these inputs are not gathered");
  const { size, rows, perEpoch, orderOf, first } = gathering;
  const start = ((first + i) % perEpoch) * size;
  return slice(orderOf(Math.floor((first + i) / perEpoch)), [[start, Math.min(start + size, rows)]]);
};

const cases = sizes.chain(({ n, size, seed }) =>
  fc.record({
    data: dataOf(n),
    options: fc.constantFrom(...kinds(n)).map((kind) => ({ ...kind, size })),
    own: fc.constant(random.key(seed)),
  }),
);

describe("a batch", () => {
  test("holds what take gives for a part of its epoch's order, to the last bit, however the tables lie", () => {
    fc.assert(
      fc.property(cases, ({ data, options, own }) => {
        const inputs: Inputs<unknown> = batches(own, data, options);
        for (let i = 0; i < inputs.length; i++) {
          const rows = rowsIn(inputs, i);
          expect(rows.dtype).toBe("int32");
          expect(bitsOf(inputs.at(i))).toEqual(bitsOf(tree.mapTo((x) => take(x, rows), data)));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("is the same as part of a part of the inputs, which can be gathered too", () => {
    fc.assert(
      fc.property(cases, fc.nat(20), fc.nat(20), ({ data, options, own }, a, b) => {
        const inputs: Inputs<unknown> = batches(own, data, options);
        const [from = 0, to = 0] = [a, b].map((x) => Math.min(x, inputs.length)).toSorted((x, y) => x - y);
        const part = sliceInputs(sliceInputs(inputs, from, inputs.length), 0, to - from);
        expect(part.length).toBe(to - from);
        for (let i = 0; i < part.length; i++) {
          expect(bitsOf(part.at(i))).toEqual(bitsOf(inputs.at(from + i)));
          expect(numbers(rowsIn(part, i))).toEqual(numbers(rowsIn(inputs, from + i)));
        }
        expect(() => part.at(part.length)).toThrow(`there is no input ${part.length} among ${part.length}`);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  test("of data that a transform follows passes gradients on to its rows", () => {
    const weighted = (x: NDArray) => sum(square(batches(key, { x }, { size: 3, shuffle: true }).at(0).x));
    const x = counted([7, 2]);
    const inputs = batches(key, { x, i: arange(7) }, { size: 3 });
    const wanted = numbers(inputs.at(0).i);
    const gradient = grad(weighted)(x);
    range(7).forEach((row) => {
      expect(numbers(slice(gradient, [row]))).toEqual(numbers(mul(slice(x, [row]), wanted.includes(row) ? 2 : 0)));
    });
  });

  test("is frozen, and a copy: the inputs with another way to read them are gathered no more", () => {
    const inputs = batches(key, { x: arange(6) }, { size: 2 });
    expect(Object.isFrozen(inputs.at(0))).toBe(true);
    expect(gatheringOf({ ...inputs, at: (i: number) => inputs.at(2 - i) })).toBeUndefined();
    expect(gatheringOf(steps(3, "data"))).toBeUndefined();
    expect([sliceInputs(steps(3, "data"), 1, 3).length, sliceInputs(steps(3, "data"), 1, 3).at(1)]).toEqual([
      2,
      "data",
    ]);
  });
});

describe("the batches of an epoch", () => {
  test("hold every row once where rows are shuffled, and in order where they are not", () => {
    fc.assert(
      fc.property(sizes, ({ n, size, seed }) => {
        const own = random.key(seed);
        expect(
          all(batches(own, arange(n), { size }))
            .flat()
            .toSorted((a, b) => a - b),
        ).toEqual(range(n));
        expect(all(batches(null, arange(n), { size, shuffle: false })).flat()).toEqual(range(n));
        const whole = all(batches(own, arange(n), { size, dropLast: true }));
        expect(whole).toEqual(all(batches(own, arange(n), { size })).filter((batch) => batch.length === size));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("come in the order of a permutation by the key of the epoch", () => {
    fc.assert(
      fc.property(sizes, fc.nat(20), ({ n, size, seed }, epoch) => {
        const own = random.key(seed);
        const perEpoch = Math.ceil(n / size);
        const inputs = batches(own, arange(n), { size, epochs: 21 });
        expect(all(sliceInputs(inputs, epoch * perEpoch, (epoch + 1) * perEpoch)).flat()).toEqual(
          numbers(random.permutation(random.foldIn(own, epoch), n)),
        );
      }),
      { seed: 10, numRuns: 40 },
    );
  });

  test("are drawn by weights as random.choice draws them", () => {
    fc.assert(
      fc.property(sizes, ({ n, size, seed }) => {
        const own = random.key(seed);
        const weights = weightsOf(n);
        const drawn = all(batches(own, arange(n), { size, weights, epochs: 2 })).flat();
        expect(drawn).toEqual(
          [0, 1].flatMap((e) => numbers(random.choice(random.foldIn(own, e), n, [n], { p: weights }))),
        );
      }),
      { seed: 4, numRuns: 40 },
    );
  });

  const labels = fc.array(fc.constantFrom(-7, 0, 3, 2 ** 40), { minLength: 1, maxLength: 30 });
  const balancedCases = labels.chain((of) =>
    fc.record({ of: fc.constant(of), size: fc.integer({ min: 1, max: of.length }), seed: fc.nat(1000) }),
  );

  test("hold each class as often as another, or once less, and the rows of a class in turns", () => {
    fc.assert(
      fc.property(balancedCases, fc.boolean(), ({ of, size, seed }, inSteps) => {
        const n = of.length;
        const classes = [...new Set(of)].toSorted((a, b) => a - b);
        const options = { size, balance: array(of), ...(inSteps ? { steps: 5 } : { epochs: 2 }) };
        const inputs = batches(random.key(seed), arange(n), options);
        const labelled = all(inputs).map((batch) => batch.map((row) => of[row]));
        for (const batch of labelled)
          for (const label of classes) {
            const count = batch.filter((other) => other === label).length;
            expect([Math.floor(batch.length / classes.length), Math.ceil(batch.length / classes.length)]).toContain(
              count,
            );
          }
        const epoch = all(inSteps ? sliceInputs(inputs, 0, 5) : sliceInputs(inputs, 0, inputs.length / 2)).flat();
        expect(epoch.map((row) => of[row])).toEqual(epoch.map((_, p) => classes[p % classes.length]));
        for (const label of classes) {
          const rows = epoch.filter((row) => of[row] === label);
          const size = of.filter((other) => other === label).length;
          expect(new Set(rows.slice(0, size)).size).toBe(Math.min(size, rows.length));
          expect(rows.slice(size)).toEqual(
            rows.slice(0, -size || rows.length).slice(0, Math.max(rows.length - size, 0)),
          );
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});

describe("steps in the place of epochs", () => {
  test("are batches of full size that depend on the key and on i alone", () => {
    fc.assert(
      fc.property(sizes, fc.nat(400), ({ n, size, seed }, count) => {
        const own = random.key(seed);
        const inputs = batches(own, arange(n), { size, steps: count });
        const more = batches(own, arange(n), { size, steps: 10_000 });
        expect(inputs.length).toBe(count);
        for (let i = 0; i < count; i += 37) {
          expect(numbers(inputs.at(i))).toHaveLength(size);
          expect(numbers(inputs.at(i))).toEqual(numbers(more.at(i)));
        }
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  test("draw each row as often as its weight says, within five standard deviations", () => {
    const weights = [0, 1, 2, 5];
    for (const p of [undefined, weights]) {
      const options = p === undefined ? {} : { weights: array(p) };
      const drawn = all(batches(key, arange(4), { size: 4, steps: 4000, ...options })).flat();
      const total = p === undefined ? 4 : 8;
      range(4).forEach((row) => {
        const part = (p === undefined ? 1 : (p[row] ?? NaN)) / total;
        const count = drawn.filter((other) => other === row).length;
        expect(Math.abs(count - part * 16_000)).toBeLessThanOrEqual(5 * Math.sqrt(16_000 * part * (1 - part)));
      });
    }
  });
});

test("a hundred million batches cost nothing until they are asked for", () => {
  const n = 400;
  for (const options of [{ epochs: 1e7 }, { epochs: 1e7, weights: weightsOf(n) }, { steps: 1e8 }]) {
    const inputs = batches(key, arange(n), { size: 40, ...options });
    expect(inputs.length).toBe(1e8);
    expect(numbers(inputs.at(1e8 - 1))).toHaveLength(40);
    expect(() => inputs.at(1e8)).toThrow(
      "batches: there is no input 100000000 among 100000000, which are 0 to 99999999.",
    );
  }
});

test("trainTestSplit takes the rows of a permutation, however the tables lie", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }).chain(dataOf), fc.nat(100), (data, seed) => {
      const own = random.key(seed);
      const n = tree.leaves(data)[0]?.shape[0] ?? 0;
      const order = random.permutation(own, n);
      const { train, test: held }: { train: unknown; test: unknown } = trainTestSplit(own, data, { testSize: 1 / n });
      const wanted = (start: number, stop: number) => tree.mapTo((x) => take(x, slice(order, [[start, stop]])), data);
      expect(bitsOf(held)).toEqual(bitsOf(wanted(0, 1)));
      expect(bitsOf(train)).toEqual(bitsOf(wanted(1, n)));
    }),
    { seed: 9, numRuns: 60 },
  );
});
