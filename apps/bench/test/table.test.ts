import { expect, test } from "vitest";
import { withExcerpt } from "../src/documentation.ts";
import { distance, median, ratioText, timeText } from "../src/statistics.ts";
import { detail, overview } from "../src/table.ts";
import { outcomes, peers } from "./outcome.ts";

const [first, second] = outcomes;

test("The overview has the baseline's times and the ratios of the others, or why there are none", () =>
  expect(`\n${overview(outcomes, peers, "loops")}\n`).toBe(`
|     |   loops | quick |         slow |   gone |
| --- | ------: | ----: | -----------: | -----: |
| W1  | 2.00 µs | 0.50× |         750× | failed |
| W5  |  250 ms | 1.20× | not compiled |  wrong |
`));

test("The detail is sorted by medians, and says who is left out, and why", () =>
  expect(first && `\n${detail(first, "loops")}\n`).toBe(`
| peer  |  median | minimum | × (median) | × (minimum) | distance |
| ----- | ------: | ------: | ---------: | ----------: | -------: |
| quick | 1.00 µs |  800 ns |      0.50× |       0.80× |        0 |
| loops | 2.00 µs | 1.00 µs |      1.00× |       1.00× |        0 |
| slow  | 1.50 ms | 1.00 ms |       750× |      1,000× |     3e-7 |

gone is left out: it ended: killed.
`));

test("Ratios need the baseline", () =>
  expect(second && detail({ ...second, measured: second.measured.slice(1) }, "loops").split("\n")[2]).toBe(
    "| quick | 300 ms |  100 ms |          – |           – |        0 |",
  ));

test("A new excerpt takes the place of the old one, and of nothing else", () => {
  const text = "before\n\n<!-- speed -->\n\nold\n\n<!-- /speed -->\n\nafter\n";
  expect(withExcerpt(text, "new")).toBe("before\n\n<!-- speed -->\n\nnew\n\n<!-- /speed -->\n\nafter\n");
  expect(() => withExcerpt("no place", "new")).toThrow("the place of the figures is not marked");
});

test("Times and ratios are told in three digits", () => {
  expect([1.5e-10, 9.996e-7, 1.234e-6, 0.0123, 0.9999, 12, 1234].map(timeText)).toEqual([
    "0.150 ns",
    "1.00 µs",
    "1.23 µs",
    "12.3 ms",
    "1.00 s",
    "12.0 s",
    "1,234 s",
  ]);
  expect([0.004, 1, 12.34, 123.4, 12345].map(ratioText)).toEqual(["0.00×", "1.00×", "12.3×", "123×", "12,345×"]);
});

test("A median is the middle, or between the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("The distance is relative to large numbers and absolute among small ones; what is no number is infinitely far", () => {
  expect(distance([1.5, 0], [1, 0])).toBe(0.25);
  expect(distance([1, 2], [1])).toBe(Infinity);
  expect(distance([NaN], [1])).toBe(Infinity);
  expect(distance([], [])).toBe(0);
});
