import fc from "fast-check";
import { expect, test } from "vitest";
import { array, arange, cast, reshape, slice, take, toTypedArray, transpose } from "../src/index.ts";
import { gatherRows } from "../src/library.ts";

const dtypes = ["float64", "float32", "int32", "bool"] as const;

test("gatherRows gives what take gives for a part of the row numbers, however both lie", () => {
  const cases = fc.record({
    n: fc.integer({ min: 1, max: 9 }),
    rest: fc.oneof(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }), fc.constant([33])),
    dtype: fc.constantFrom(...dtypes),
    isTurned: fc.boolean(),
    rows: fc.array(fc.nat(8), { minLength: 1, maxLength: 20 }),
    step: fc.constantFrom(1, 2, -1),
  });
  fc.assert(
    fc.property(cases, fc.nat(20), fc.nat(20), ({ n, rest, dtype, isTurned, rows, step }, a, b) => {
      const shape = [n, ...rest];
      const size = shape.reduce((x, y) => x * y, 1);
      const flat = cast(arange(size), dtype);
      const table = isTurned ? transpose(reshape(flat, shape.toReversed())) : reshape(flat, shape);
      const numbers = array(
        rows.map((row) => row % n),
        { dtype: "int32" },
      );
      const order = slice(numbers, [[null, null, step]]);
      const [start = 0, stop = 0] = [a, b].map((x) => Math.min(x, order.shape[0] ?? 0)).toSorted((x, y) => x - y);
      const gathered = gatherRows(table, order, start, stop);
      const wanted = take(table, slice(order, [[start, stop]]));
      expect([gathered.shape, gathered.dtype]).toEqual([wanted.shape, wanted.dtype]);
      expect(toTypedArray(gathered)).toEqual(toTypedArray(wanted));
    }),
    { seed: 1, numRuns: 300 },
  );
});
