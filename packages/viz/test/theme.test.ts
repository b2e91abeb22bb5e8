import { expect, test } from "vitest";
import { dark, light, paper, scatterFit, type Theme } from "../src/index.ts";
import { colorsOf, contrast } from "./sample.ts";

test("black on white has the greatest contrast", () => expect(contrast("#000000", "#ffffff")).toBeCloseTo(21));

test.each(Object.entries({ dark, light, paper }))("all that %s draws stands out from the background", (_, theme) => {
  const drawn = colorsOf(theme).filter(([role]) => !/^(background|grid|surface)/.test(role));
  for (const [role, color] of drawn) expect(contrast(color, theme.background), role).toBeGreaterThanOrEqual(3);
});

test.each(Object.entries({ dark, light, paper }))("words in %s can be read", (_, theme) => {
  expect(contrast(theme.ink, theme.background)).toBeGreaterThanOrEqual(7);
  expect(contrast(theme.muted, theme.background)).toBeGreaterThanOrEqual(4.5);
});

test.each(Object.entries({ dark, light, paper }))(
  "the series of %s stand out from every height of its surface",
  (_, theme) => {
    for (const height of theme.surface)
      for (const color of [...theme.series, theme.ink])
        expect(contrast(color, height), `${color} on ${height}`).toBeGreaterThanOrEqual(3);
  },
);

/** A colour in linear light, as an eye without green cones sees it (Machado, Oliveira and Fernandes, 2009). */
const deuteranopia = (color: string): readonly number[] => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return [
    0.367322 * r + 0.860646 * g - 0.227968 * b,
    0.280085 * r + 0.672501 * g + 0.047413 * b,
    -0.01182 * r + 0.04294 * g + 0.968881 * b,
  ].map((c) => Math.min(Math.max(c, 0), 1));
};

/** Linear light in CIE L*a*b*, white D65. */
const lab = ([r = 0, g = 0, b = 0]: readonly number[]): readonly number[] => {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

test.each(Object.entries({ dark, light, paper }))("the series of %s differ under deuteranopia", (_, { series }) => {
  const seen = series.map((color) => lab(deuteranopia(color)));
  for (const [i, a] of seen.entries())
    for (const b of seen.slice(0, i))
      expect(Math.hypot(...a.map((value, k) => value - (b[k] ?? NaN)))).toBeGreaterThanOrEqual(10);
});

test("a theme without a colour for a series is refused", () => {
  expect(() => scatterFit([{ x: 1, y: 1 }], { theme: { ...dark, series: [] } })).toThrow(
    "scatterFit: theme.series is not a list of at least one colour: a list of 0.",
  );
});

test("a theme whose colour is not a colour is refused", () => {
  const theme: Theme = { ...dark, after: "#fff}</style><script>" };
  expect(() => scatterFit([{ x: 1, y: 1 }], { theme })).toThrow(
    'scatterFit: theme.after is not a colour #rrggbb: the string "#fff}</style><script>".',
  );
});
