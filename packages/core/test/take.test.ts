import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { array, type NDArray, take } from "../src/index.ts";
import { sizeOf } from "../src/array/shape.ts";
import { arrayOf, bytesOf, indicesOf, rows, type Rows, widthOf } from "./rows.ts";

/* Taking rows, against lists. */

const gathered = (x: NDArray, each: Rows): readonly number[] => {
  const { shape, axis, indices } = each;
  const bytes = bytesOf(x);
  const n = shape[axis] ?? 0;
  const row = sizeOf(shape.slice(axis + 1)) * widthOf(each);
  return Array.from({ length: sizeOf(shape.slice(0, axis)) }, (_, block) =>
    indices.flatMap((index) => {
      const start = (block * n + (index < 0 ? index + n : index)) * row;
      return bytes.slice(start, start + row);
    }),
  ).flat();
};

describe("Taking rows", () => {
  test("keeps the bits of every element, of any dtype, in rows of any length along any axis", () => {
    fc.assert(
      fc.property(rows, (each) => {
        const x = arrayOf(each);
        const taken = take(x, indicesOf(each), each.axis);
        expect(taken.shape).toEqual(each.shape.toSpliced(each.axis, 1, each.indices.length));
        expect(bytesOf(taken)).toEqual(gathered(x, each));
      }),
    );
  });

  test("refuses an index beyond either end, wherever it stands, and says of which axis", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), fc.nat(), (each, isBelow, place) => {
        const n = each.shape[each.axis] ?? 0;
        fc.pre(sizeOf(each.shape.slice(0, each.axis)) > 0);
        const wrong = isBelow ? -n - 1 : n;
        const at = each.indices.toSpliced(place % (each.indices.length + 1), 0, wrong);
        expect(() => take(arrayOf(each), array(at, { dtype: "int32" }), each.axis)).toThrow(
          `take: index ${wrong} is out of range for axis ${each.axis} of [${each.shape.join(", ")}]`,
        );
      }),
    );
  });
});
