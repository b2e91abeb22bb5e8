// What figures of several lines have in common, on loss curves: looks, names at their ends, and smoothing.
import { DomainError } from "@gradfold/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Figure, lossCurve, type Mark } from "../src/index.ts";
import { boldWidth } from "../src/label.ts";
import { position } from "../src/position.ts";

const ofKind = <Kind extends Mark["kind"]>(figure: Figure, kind: Kind) =>
  figure.marks.filter((mark): mark is Mark & { readonly kind: Kind } => mark.kind === kind);

const named = (n: number, loss: (k: number) => readonly number[]) =>
  Object.fromEntries(Array.from({ length: n }, (_, k) => [`run ${k}`, loss(k)]));

/** The boxes of a figure's words, in pixels. */
const boxes = (figure: Figure) =>
  ofKind(figure, "text").map(({ at, text, anchor, offset }) => {
    const [x, y] = position(figure, at);
    const width = boldWidth(text, 12);
    const left = x + offset[0] - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
    return { text, left, right: left + width, middle: y + offset[1] };
  });

const expectApart = (figure: Figure): void => {
  const words = boxes(figure);
  for (const { left, right, middle, text } of words) {
    expect(left >= 0 && right <= figure.width, `${text}: ${left} to ${right} of ${figure.width}`).toBe(true);
    expect(middle >= 8 && middle <= figure.height - 8, `${text}: ${middle} of ${figure.height}`).toBe(true);
  }
  words.forEach((a, i) =>
    words.slice(0, i).forEach((b) => {
      const isApart = a.left >= b.right || b.left >= a.right || Math.abs(a.middle - b.middle) > 13;
      expect(isApart, `${a.text} over ${b.text}`).toBe(true);
    }),
  );
};

test("runs of any kind of losses are named at their ends, in the order of their ends", () => {
  const figure = lossCurve({ slow: [4, 3], fast: { loss: Float64Array.of(4, 1) }, rows: [{ loss: 4 }, { loss: 2 }] });
  expect(boxes(figure).map(({ text }) => text)).toEqual(["slow", "rows", "fast"]);
  expect(figure.description).toBe(
    "Run slow: loss 4 at step 0, 3 at step 1. Run fast: loss 4 at step 0, 1 at step 1. " +
      "Run rows: loss 4 at step 0, 2 at step 1.",
  );
});

test("names at ends that meet are spread, and none is outside of the picture", () => {
  expectApart(lossCurve(named(8, (k) => [8, 4 + k, 1 + k / 1000])));
  const loss = fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 1, maxLength: 9 });
  const name = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom("損失関数の値と学習率", "MMMMMMMMMMMMMMMMMM"));
  const runs = fc.dictionary(
    name.filter((text) => !["", "loss", "step", "length"].includes(text)),
    loss,
    {
      minKeys: 1,
      maxKeys: 12,
    },
  );
  const size = fc.record({
    width: fc.constantFrom(240, 640, 1600),
    height: fc.constantFrom(160, 400, 900),
    title: fc.constantFrom("", "Title"),
  });
  fc.assert(
    fc.property(runs, size, (runs, size) => expectApart(lossCurve(runs, size))),
    { numRuns: 200 },
  );
});

test("names that have no room are counted", () => {
  const figure = lossCurve(
    named(16, (k) => [8, k + 1]),
    { width: 240, height: 160 },
  );
  expect(figure.note).toBe("no room for 11 names");
  expect(boxes(figure).length).toBe(5);
});

test("a run that ends early has its name there, and not at the edge", () => {
  const figure = lossCurve({ whole: Array.from({ length: 100 }, (_, i) => 9 - i / 20), short: [8, 7, 6, 5] });
  const [short] = boxes(figure).filter(({ text }) => text === "short");
  expect(short?.right).toBeLessThan(figure.width / 2);
});

test("runs are told apart by colour and dash, and by a form at their ends", () => {
  const figure = lossCurve(named(16, (k) => [8, k + 1]));
  const lines = ofKind(figure, "line").map(({ color, dash }) => `${color} ${dash}`);
  const forms = ofKind(figure, "dots").map(({ color, glyph }) => `${color} ${glyph}`);
  expect([new Set(lines).size, new Set(forms).size]).toEqual([16, 16]);
  // Where colours come again, the names begin with the form.
  expect(boxes(figure).map(({ text }) => text)).toContain("● run 0");
  expect(boxes(lossCurve({ a: [1, 2] })).map(({ text }) => text)).toEqual(["a"]);
});

test("of several runs that ended, each is marked and named", () => {
  const figure = lossCurve({ a: [4, 9, Infinity], b: [4, NaN], c: [4, null, 3] });
  expect(figure.description.slice(figure.description.indexOf("Run a ended"))).toBe(
    "Run a ended at step 2: the loss is infinite. Run b ended at step 1: the loss is not a number. " +
      "Run c not drawn: 1 missing.",
  );
  expect(ofKind(figure, "rule").map(({ x }) => x)).toEqual([2, 1]);
});

const smoothedOf = (loss: readonly (number | null)[], smoothing: number) =>
  ofKind(lossCurve(loss, { smoothing }), "line").at(-1)?.path;

const expectSmoothed = (loss: readonly (number | null)[], means: readonly (number | null)[]): void => {
  const path = smoothedOf(loss, 0.5) ?? [];
  expect(path.map((point) => point?.[0])).toEqual(means.map((mean, i) => (mean === null ? undefined : i)));
  path.forEach((point, i) => expect(point?.[1] ?? -1).toBeCloseTo(means[i] ?? -1, 12));
};

test("smoothing is an exponential mean, corrected for its beginning", () => {
  expectSmoothed([8, 4, 6], [8, (0.25 * 8 + 0.5 * 4) / 0.75, (0.125 * 8 + 0.25 * 4 + 0.5 * 6) / 0.875]);
  // A constant loss is its own mean from the first step on, and the largest of all numbers is too.
  for (const loss of [5, Number.MAX_VALUE])
    expect(smoothedOf([loss, loss, loss], 0.999)).toEqual([0, 1, 2].map((step) => [step, loss]));
});

test("smoothing keeps gaps, and goes on behind them", () => {
  expectSmoothed([8, null, 4], [8, null, (0.25 * 8 + 0.5 * 4) / 0.75]);
});

test("the losses stay behind their mean, thinner and fainter, and the axis says so", () => {
  const figure = lossCurve([8, 4, 6], { smoothing: 0.9 });
  const [raw, mean] = ofKind(figure, "line");
  expect(raw?.path).toEqual([8, 4, 6].map((loss, i) => [i, loss]));
  expect([raw?.width, mean?.width, raw?.color === mean?.color]).toEqual([1, 2, false]);
  expect(figure.y.label).toBe("loss, and its exponential mean of weight 0.9");
  expect(lossCurve([8, 4], { smoothing: 0.9, width: 240 }).y.label).toBe("smoothed loss");
  expect(ofKind(lossCurve([8, 4, 6]), "line").length).toBe(1);
});

test("too many runs are refused", () => {
  expect(() => lossCurve(named(17, () => [1]))).toThrow(
    new DomainError("lossCurve: 17 losses are too many to tell apart. Give at most 16."),
  );
});
