import { expect, test } from "vitest";
import { dark, light, paper, scatterFit, type Theme } from "../src/index.ts";
import { colorsOf } from "./sample.ts";

/** Relative luminance, WCAG 2.2. */
const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

test("black on white has the greatest contrast", () => expect(contrast("#000000", "#ffffff")).toBeCloseTo(21));

test.each(Object.entries({ dark, light, paper }))("all that %s draws stands out from the background", (_, theme) => {
  const drawn = colorsOf(theme).filter(([role]) => role !== "background" && role !== "grid");
  for (const [role, color] of drawn) expect(contrast(color, theme.background), role).toBeGreaterThanOrEqual(3);
});

test.each(Object.entries({ dark, light, paper }))("words in %s can be read", (_, theme) => {
  expect(contrast(theme.ink, theme.background)).toBeGreaterThanOrEqual(7);
  expect(contrast(theme.muted, theme.background)).toBeGreaterThanOrEqual(4.5);
});

test("a theme whose colour is not a colour is refused", () => {
  const theme: Theme = { ...dark, after: "#fff}</style><script>" };
  expect(() => scatterFit([{ x: 1, y: 1 }], { theme })).toThrow(
    'scatterFit: theme.after is not a colour #rrggbb: the string "#fff}</style><script>".',
  );
});
