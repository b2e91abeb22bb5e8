// Whatever finite numbers come, at whatever size: axes that can be read, and every mark at a place in the picture.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  boundary,
  descent,
  difference,
  type Figure,
  forkCurve,
  lossCurve,
  residualHistogram,
  residuals,
  scatterFit,
  scheduleCurve,
  sweep,
  traces,
} from "../src/index.ts";
import { position } from "../src/position.ts";

const size = fc.record({
  width: fc.oneof(fc.constant(240), fc.integer({ min: 240, max: 4096 })),
  height: fc.oneof(fc.constant(160), fc.integer({ min: 160, max: 4096 })),
  title: fc.constantFrom("", "Title"),
});

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(0, 1, 5e-324, -5e-324, 1e-300, Number.MAX_VALUE, -Number.MAX_VALUE, 1.7e308, 1e6, 1e6 + 1e-3, 1e17),
);

const column = fc.oneof(
  fc.array(number, { minLength: 1, maxLength: 6 }),
  fc.tuple(number, fc.integer({ min: 1, max: 4 })).map(([value, n]) => Array<number>(n).fill(value)),
);

const pointsOf = (figure: Figure) =>
  figure.marks.flatMap((mark) => {
    switch (mark.kind) {
      case "dots":
        return mark.points;
      case "line":
      case "area":
        return mark.path.filter((point) => point !== null);
      case "contour":
        return [];
      case "rule":
        return [[mark.x, figure.y.domain[0]] as const];
      case "text":
        return [mark.at];
    }
  });

const expectPlaced = (figure: Figure): void => {
  for (const [x, y] of pointsOf(figure).map((point) => position(figure, point))) {
    expect(x > -1 && x < figure.width + 1, `x ${x}`).toBe(true);
    expect(y > -1 && y < figure.height + 1, `y ${y}`).toBe(true);
  }
};

const expectReadable = (figure: Figure): void => {
  for (const { domain, ticks } of [figure.x, figure.y]) {
    expect(domain.every(Number.isFinite) && domain[0] < domain[1], `domain ${domain.join()}`).toBe(true);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
    expect(ticks.every(({ value }) => value >= domain[0] && value <= domain[1])).toBe(true);
  }
  expectPlaced(figure);
};

test("a loss curve of any finite numbers has axes that can be read, and all of it is in the picture", () => {
  fc.assert(
    fc.property(column, fc.option(column), size, (loss, step, size) => {
      expectReadable(lossCurve({ loss, ...(step && { step: loss.map((_, i) => step[i] ?? 0) }) }, size));
    }),
    { numRuns: 300 },
  );
});

test("so have several loss curves and their means", () => {
  const smoothing = fc.constantFrom(0, 0.5, 0.999);
  fc.assert(
    fc.property(fc.array(column, { minLength: 1, maxLength: 16 }), smoothing, size, (runs, smoothing, size) => {
      expectReadable(lossCurve(Object.fromEntries(runs.map((loss, i) => [`run ${i}`, loss])), { ...size, smoothing }));
    }),
    { numRuns: 100 },
  );
});

test("so have schedules and traces", () => {
  const optimum = fc.option(number, { nil: undefined });
  fc.assert(
    fc.property(column, column, fc.constantFrom("linear", "log"), optimum, size, (a, b, scale, optimum, size) => {
      expectReadable(scheduleCurve({ a, b, c: (step) => a[0] ?? step }, { ...size, scale }));
      expectReadable(traces({ a, b }, { ...size, ...(optimum !== undefined && { optimum: { a: optimum } }) }));
    }),
    { numRuns: 200 },
  );
});

test("so have forks and differences", () => {
  fc.assert(
    fc.property(column, column, fc.nat(9), size, (a, b, k, size) => {
      expectReadable(forkCurve(a, [...a.slice(0, k % a.length), ...b], k % a.length, size));
      expectReadable(difference(a, b, size));
    }),
    { numRuns: 200 },
  );
});

test("so has a sweep of two settings or more", () => {
  const setting = fc.array(number, { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(setting, column, size, (settings, values, size) => {
      const x = [...new Set(settings)].filter((one, i, all) => all.findIndex((other) => other === one) === i);
      fc.pre(x.length > 1);
      const rows = x.flatMap((at, i) => [0, 1].map((y) => ({ x: at, y, value: values[i] ?? y })));
      const { y, ...figure } = sweep(rows, size);
      expect(y.ticks.length).toBeGreaterThan(0);
      expectPlaced({ ...figure, y });
    }),
    { numRuns: 200 },
  );
});

test("so has a boundary over any function", () => {
  fc.assert(
    fc.property(column, column, number, number, size, (x, y, slope, height, size) => {
      const points = { x, y: x.map((_, i) => y[i] ?? 0) };
      const probability = (a: number, b: number): number => a * slope + b + height;
      expectReadable(boundary({ probability, points, labels: x.map((_, i) => i % 2) }, { ...size, cells: 8 }));
    }),
    { numRuns: 100 },
  );
});

test("so has a scatter plot, with lines of any slope", () => {
  const line = fc.option(fc.tuple(number, number), { nil: undefined });
  fc.assert(
    fc.property(column, column, line, line, size, (x, y, before, after, size) => {
      const lines = { ...(before && { before }), ...(after && { after }) };
      expectReadable(scatterFit({ x, y: x.map((_, i) => y[i] ?? 0), ...lines }, size));
    }),
    { numRuns: 300 },
  );
});

test("so have curves and bands of any kind", () => {
  fc.assert(
    fc.property(column, column, column, size, (x, y, z, size) => {
      const at = (values: readonly number[], i: number): number => values[i] ?? 0;
      const band = {
        x,
        lower: x.map((_, i) => Math.min(at(y, i), at(z, i))),
        upper: x.map((_, i) => Math.max(at(y, i), at(z, i))),
      };
      const curve = { x, y: x.map((_, i) => at(z, i)) };
      const data = { x, y: x.map((_, i) => at(y, i)), before: curve, after: curve, confidence: band, prediction: band };
      expectReadable(scatterFit(data, { ...size, residuals: true }));
    }),
    { numRuns: 300 },
  );
});

test("so have residuals and their histogram", () => {
  fc.assert(
    fc.property(column, column, size, (y, x, size) => {
      expectReadable(residuals({ residual: y, x: y.map((_, i) => x[i] ?? 0) }, size));
      expectReadable(residualHistogram(y, size));
    }),
    { numRuns: 300 },
  );
});

test("so has a descent over any surface", () => {
  fc.assert(
    fc.property(column, column, number, number, size, (x, y, slope, height, size) => {
      const paths = { a: { x, y: x.map((_, i) => y[i] ?? 0) }, b: { x: [slope], y: [height] } };
      expectReadable(descent({ surface: (a, b) => a * slope + b + height, paths }, { ...size, cells: 8 }));
    }),
    { numRuns: 200 },
  );
});

test("a line that is said to be outside the picture has no point in it", () => {
  fc.assert(
    fc.property(column, fc.tuple(number, number), fc.double({ min: 0, max: 1, noNaN: true }), (y, after, at) => {
      const figure = scatterFit({ x: y.map((_, i) => i), y, after });
      fc.pre(figure.note === "the fitted line is outside the picture");
      const x = figure.x.domain[0] * (1 - at) + figure.x.domain[1] * at;
      const height = after[0] * x + after[1];
      expect(height > figure.y.domain[0] && height < figure.y.domain[1]).toBe(false);
    }),
    { numRuns: 300, maxSkipsPerRun: 1000 },
  );
});
