import type { Theme } from "../src/index.ts";

/** 100 points about y = 3x + 2.5, from a small generator of its own so that they never change. */
export const data = ((): { readonly x: readonly number[]; readonly y: readonly number[] } => {
  const uniform = (i: number): number => ((i * 7919 + 104729) % 1000) / 1000;
  const x = Array.from({ length: 100 }, (_, i) => 2 * uniform(i) - 1);
  return { x, y: x.map((xi, i) => 3 * xi + 2 + uniform(i * i + 1)) };
})();

/** The blog's run: gradient descent on the mean squared error from (0.5, 0.75). */
export const run = (learningRate: number, steps: number) => {
  const { x, y } = data;
  const mean = (f: (i: number) => number): number => x.reduce((sum, _, i) => sum + f(i), 0) / x.length;
  return Array.from({ length: steps }).reduce<readonly { readonly slope: number; readonly intercept: number }[]>(
    (states) => {
      const { slope, intercept } = states.at(-1) ?? { slope: 0.5, intercept: 0.75 };
      const error = (i: number): number => slope * (x[i] ?? NaN) + intercept - (y[i] ?? NaN);
      const next = {
        slope: slope - 2 * learningRate * mean((i) => error(i) * (x[i] ?? NaN)),
        intercept: intercept - 2 * learningRate * mean(error),
      };
      return [...states, next];
    },
    [{ slope: 0.5, intercept: 0.75 }],
  );
};

/** The same run as the frames of a replay. */
export const frames = (learningRate: number, steps: number) =>
  run(learningRate, steps).map(({ slope, intercept }, step) => ({
    step,
    loss: data.x.reduce((sum, xi, i) => sum + (slope * xi + intercept - (data.y[i] ?? NaN)) ** 2 / 100, 0),
    params: { slope, intercept },
    line: [
      [-1, intercept - slope],
      [1, intercept + slope],
    ],
  }));

/** The colours of a theme by role. */
export const colorsOf = (theme: Theme): readonly (readonly [role: string, color: string])[] =>
  Object.entries({ ...theme }).flatMap(([role, value]: readonly [string, string | readonly string[]]) =>
    role === "scheme"
      ? []
      : typeof value === "string"
        ? [[role, value] as const]
        : value.map((color, i) => [`${role}[${i}]`, color] as const),
  );

/** Relative luminance, WCAG 2.2. */
const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** How much two colours stand out from each other, by WCAG 2.2. */
export const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
