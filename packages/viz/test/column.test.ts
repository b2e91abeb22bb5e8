// Numbers as people have them: rows and columns of any kind of list, of any realm, with gaps; and what is none.
import { runInNewContext } from "node:vm";
import { array, DomainError } from "@gradfold/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Losses, lossCurve, scatterFit } from "../src/index.ts";

// The one cast: what plain JavaScript may give.
const losses = (given: unknown) => lossCurve(given as Losses);

test.each<readonly [string, unknown]>([
  ["a column", { loss: [3, 2, 1] }],
  ["a typed array", { loss: Float32Array.of(3, 2, 1) }],
  ["a frozen list", Object.freeze({ loss: Object.freeze([3, 2, 1]) })],
  ["a list by itself", [3, 2, 1]],
  ["a typed array by itself", Float64Array.of(3, 2, 1)],
  ["something like a list", { loss: { length: 3, 0: 3, 1: 2, 2: 1 } }],
  ["rows", [{ loss: 3 }, { loss: 2 }, { loss: 1 }]],
  ["rows without a prototype", [3, 2, 1].map((loss) => Object.assign(Object.create(null) as object, { loss }))],
  [
    "columns beside others of any name",
    { ...JSON.parse('{"__proto__": [1], "constructor": 3, "": [2]}'), length: 0, loss: [3, 2, 1] },
  ],
  ["a column of another realm", runInNewContext("({ loss: Float64Array.of(3, 2, 1) })")],
  ["rows of another realm", runInNewContext("[{ loss: 3 }, { loss: 2 }, { loss: 1 }]")],
  ["metrics through JSON", JSON.parse(JSON.stringify({ loss: [3, 2, 1] }))],
])("%s is a curve", (_, given) => expect(losses(given)).toEqual(lossCurve({ loss: [3, 2, 1] })));

test.each<readonly [string, unknown]>([
  ["null", { loss: [3, null, 1] }],
  ["undefined", [{ loss: 3 }, { loss: undefined }, { loss: 1 }]],
  ["a row without it", [{ loss: 3 }, { step: 1 }, { loss: 1 }]],
  // oxlint-disable-next-line no-sparse-arrays
  ["a hole", [3, , 1]],
  ["NaN through JSON", JSON.parse(JSON.stringify([3, NaN, 1]))],
])("%s is a missing loss", (_, given) => {
  expect(losses(given).note).toBe("not drawn: 1 missing");
  expect(losses(given).description).toBe("Loss 3 at step 0, 1 at step 2. Not drawn: 1 missing.");
});

test.each<readonly [unknown, string]>([
  [[{ loss: "9.5" }], 'losses[0].loss is not a number: the string "9.5".'],
  [{ loss: [1, ""] }, 'losses.loss[1] is not a number: the string "".'],
  [[1, true], "losses[1] is not a number: true."],
  [[1n], "losses[0] is not a number: a bigint."],
  [[new Date(0)], "losses has no row with loss: the first is {  }."],
  [[array(3)], "losses[0] is not a number: an array of shape []. Give item(x)."],
  [{ loss: array([3]) }, "losses.loss is not a list of numbers: an array of shape [1]. Give toTypedArray(x)."],
  [array([3]), "losses is not rows or columns: an array of shape [1]. Give toTypedArray(x)."],
  [{ loss: "321" }, 'losses.loss is not a list of numbers: the string "321".'],
  [
    JSON.parse(JSON.stringify({ loss: Float64Array.of(3, 2) })),
    "losses.loss is not a list of numbers: an object. JSON makes such an object of a typed array: write Array.from(x), or read Object.values(x).",
  ],
  [{ step: [1], test: [1], a: 1, b: 2, c: 3, d: 4 }, "losses has no column loss: { step, test, a, b, c, … }."],
  [{ train: [1], test: 2 }, 'losses["test"] is not rows or columns: 2.'],
  [{ train: [1], test: ["2"] }, 'losses["test"][0] is not a number: the string "2".'],
  [[{ Loss: 1 }], "losses has no row with loss: the first is { Loss }."],
  [[[0, 3]], "losses[0] is not a number: a list of 2."],
  [[{ loss: 1 }, 2], "losses[1] is not a row with loss: 2."],
  [new Map([["loss", [1]]]), "losses has no column loss: {  }."],
  [null, "losses is not rows or columns: null."],
  [
    { loss: [1], step: ["a"] },
    'losses.step[0] is not a finite number: the string "a". Leave steps out to count from 0.',
  ],
  [
    { loss: { length: 1e8, 0: 1 } },
    "losses.loss is too long to draw: 100000000 is more than 10000000. Give every tenth, say.",
  ],
])("what is no loss is named (%#)", (given, words) =>
  expect(() => losses(given)).toThrow(new DomainError(`lossCurve: ${words}`)),
);

test("whatever else than finite numbers there is, the notes count it, each by its own word", () => {
  const words = new Map<number | null, string>([
    [NaN, "not a number"],
    [Infinity, "infinite"],
    [-Infinity, "minus infinite"],
    [null, "missing"],
  ]);
  const value = fc.constantFrom(1, 2, NaN, Infinity, -Infinity, null);
  const countsOf = (note: string): ReadonlyMap<string, number> =>
    new Map(Array.from(note.matchAll(/(\d+) ([a-z ]+)/g), ([, count, word = ""]) => [word, Number(count)]));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (some) => {
      const given = [...some, 1];
      const expected = new Map(
        [...words].map(([value, word]) => [word, given.filter((other) => Object.is(other, value)).length] as const),
      );
      const present = new Map([...expected].filter(([, count]) => count > 0));
      expect(countsOf(lossCurve(given).note)).toEqual(present);
      expect(countsOf(scatterFit({ x: given.map((_, i) => i), y: given }).note)).toEqual(present);
    }),
  );
});

test("What structuredClone leaves of an array is called so", () => {
  const remains: unknown = structuredClone(array([3, 2]));
  for (const data of [remains, { loss: remains }, [remains]])
    expect(() => lossCurve(data as never)).toThrow(/no numbers: it came through structuredClone or postMessage/);
});
