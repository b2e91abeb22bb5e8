// What comes in: any value at all is drawn, or refused by a typed error under the public name.
import { runInNewContext } from "node:vm";
import { array, attempt, DomainError, DTypeError, either } from "@gradfold/core";
import * as fc from "fast-check";
import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import * as viz from "../src/index.ts";
import * as node from "../src/node.ts";

const { document } = new JSDOM().window;

/** A function as plain JavaScript may call it. */
type Loose = (...given: readonly unknown[]) => unknown;

// The one cast: any arguments may come.
const loose = (f: unknown): Loose => f as Loose;

/** A right figure without a drawing, which would take long. */
const figure = viz.lossCurve([1]);

const frame = {
  step: 0,
  loss: 1,
  params: { a: 1 },
  line: [
    [0, 0],
    [1, 1],
  ],
};

/** Every public function, by the name that its errors begin with. */
const functions: readonly (readonly [name: string, f: Loose])[] = [
  ["lossCurve", loose(viz.lossCurve)],
  ["scatterFit", loose(viz.scatterFit)],
  ["scheduleCurve", loose(viz.scheduleCurve)],
  ["traces", loose(viz.traces)],
  ["forkCurve", loose(viz.forkCurve)],
  ["difference", loose(viz.difference)],
  ["sweep", loose(viz.sweep)],
  ["boundary", loose(viz.boundary)],
  ["residuals", loose(viz.residuals)],
  ["residualHistogram", loose(viz.residualHistogram)],
  ["descent", loose(viz.descent)],
  ["render", loose(viz.render)],
  ["render", loose(viz.render(document, Plot))],
  ["render", loose(node.render)],
  ["replayPage", loose(viz.replayPage)],
  ["replayPage", loose(viz.replayPage(() => "<svg/>"))],
  ["replayPage", (...given) => loose(viz.replayPage(loose(() => given[0]) as viz.Render))([frame])],
  ["replayPage", loose(node.replayPage)],
];

test("every public function is among them", () => {
  const exported = Object.entries({ ...viz, ...node }).flatMap(([name, value]) =>
    typeof value === "function" ? [name] : [],
  );
  expect(new Set(functions.map(([name]) => name))).toEqual(new Set(exported));
});

const fails = (): never => {
  throw new Error("mine");
};

const cyclic: Record<string, unknown> = { loss: [1, 2] };
cyclic["x"] = cyclic;

const revoked = Proxy.revocable([], {});
revoked.revoke();

const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as unknown;

/** Values that resist to be looked at, or are other than they seem. */
const odd: readonly unknown[] = [
  Symbol("s"), 3n, new Date(0), fails, Map, /x/, new Map([["loss", [1]]]), new Set([1]), cyclic, deep,
  revoked.proxy, new Proxy({}, { get: fails, has: fails, ownKeys: fails }), new Proxy([1], { get: fails }),
  { get loss() { return fails(); } }, { toString: fails, valueOf: fails }, { length: 2 ** 40, 0: 1 }, new Array(2 ** 32 - 1),
  Object.freeze([1, 2]), Object.create(null), new Array(3), array([1, 2]), new Float64Array(3), BigInt64Array.of(1n),
  new DataView(new ArrayBuffer(8)), new ArrayBuffer(8), new WeakMap(), Promise.resolve(), document, figure, [frame],
  "x".repeat(1e6), "dark", "__proto__", runInNewContext("({ loss: [3, 2], x: new Float64Array(2), y: [1, 2] })"),
  JSON.parse('{"__proto__": 1, "constructor": 2, "": 3}'),
]; // prettier-ignore

const names = fc.constantFrom(
  "loss", "step", "x", "y", "before", "after", "params", "line", "theme", "title", "width", "height", "data", "interval",
  "surface", "paths", "optimum", "cells", "steps", "scale", "a", "value", "probability", "points", "labels", "residual", "fitted", "lower", "upper", "marks", "domain", "ticks", "kind", "", "constructor", "__proto__", "length", "0",
); // prettier-ignore

/** Made when it is asked for, since fast-check looks into the values that it makes. */
type Made = () => unknown;

const { anything } = fc.letrec<{ readonly anything: Made }>((tie) => {
  const fields = fc.dictionary(names, tie("anything"), { maxKeys: 5 });
  const record = (some: Readonly<Record<string, Made>>): object =>
    Object.fromEntries(Object.entries(some).map(([name, made]) => [name, made()]));
  return {
    anything: fc.oneof(
      { depthSize: "small" },
      fc
        .anything({ withBigInt: true, withDate: true, withSparseArray: true, withNullPrototype: true })
        .map((x) => () => x),
      fc.nat(odd.length - 1).map((i) => () => odd[i]),
      fc.double().map((x) => () => x),
      fc.array(tie("anything"), { maxLength: 4 }).map((list) => () => list.map((made) => made())),
      fields.map((some) => () => record(some)),
      fields.map((some) => () => ({ ...figure, ...record(some) })),
      fields.map((some) => () => ({ ...frame, ...record(some) })),
    ),
  };
});

/** Runs it: what it throws, if anything, is a typed error that begins with the name. */
const expectNamed = (name: string, run: () => unknown): void => {
  const result = attempt(run);
  if (either.isLeft(result)) expect(result.left.message).toMatch(new RegExp(`^${name}: .`));
};

test.each(functions)("%s takes any values, or refuses them under its name (%#)", (name, f) => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 3 }), (given) => {
      expectNamed(name, () => f(...given.map((made) => made())));
    }),
    { numRuns: 400 },
  );
});

const points = { x: [0, 1, 2], y: [1, 3, 5] };

const band = { x: [0, 1], lower: [0, 1], upper: [2, 3] };

const grid = { x: [0, 1, 2], y: [0, 1], loss: [[3, 2, 1], [1, 0, 5]] }; // prettier-ignore

const sizes = { width: 300, height: 200, title: "title", theme: viz.dark };

/** Arguments that are right, with every option. */
const right: readonly (readonly [name: string, f: Loose, given: readonly unknown[]])[] = [
  [
    "lossCurve",
    loose(viz.lossCurve),
    [
      [
        { step: 0, loss: 3 },
        { step: 1, loss: 1 },
      ],
      { ...sizes, idPrefix: "a" },
    ],
  ],
  ["lossCurve", loose(viz.lossCurve), [{ step: [0, 1], loss: [3, 2] }]],
  ["lossCurve", loose(viz.lossCurve), [{ a: [3, NaN, 2], b: { loss: [1] } }, { smoothing: 0.5 }]],
  [
    "scheduleCurve",
    loose(viz.scheduleCurve),
    [
      { warmup: (step: number) => step / 5, halves: [1, 0.5, null], one: 0.1, made: () => array(0.2) },
      { ...sizes, steps: 9, scale: "log", yLabel: "rate" },
    ],
  ],
  [
    "traces",
    loose(viz.traces),
    [
      { a: [1, 2, null], b: Float64Array.of(3, 2, 1) },
      { ...sizes, optimum: { a: 2 }, step: [0, 10, 20], yLabel: "w" },
    ],
  ],
  [
    "forkCurve",
    loose(viz.forkCurve),
    [[3, 2, 1], { loss: [1, 0.5], step: [2, 3] }, 1, { ...sizes, names: ["a", "b"] }],
  ],
  ["difference", loose(viz.difference), [{ a: [1, 2, null] }, { a: [1, 3, 4] }, { ...sizes, step: [0, 10, 20] }]],
  [
    "difference",
    loose(viz.difference),
    [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 5],
      ],
      { size: 2 },
    ],
  ],
  [
    "sweep",
    loose(viz.sweep),
    [
      { x: [1, 2, 1], y: ["a", "a", "b"], value: [3, null, 1] },
      { ...sizes, xLabel: "x", yLabel: "y", valueLabel: "loss", best: "highest" },
    ],
  ],
  ["sweep", loose(viz.sweep), [[{ x: 1, y: 2, value: 3 }]]],
  [
    "boundary",
    loose(viz.boundary),
    [
      { probability: (x: number) => x, points: [[0, 1], null, [1, 0]], labels: [0, 1, true] },
      { ...sizes, xLabel: "x", yLabel: "y", classes: ["a", "b"], xDomain: [0, 1], yDomain: [0, 2], cells: 8 },
    ],
  ],
  [
    "boundary",
    loose(viz.boundary),
    [{ probability: { x: grid.x, y: grid.y, probability: [[0, 0.2, 1], [0.1, null, 1]] } }, { cells: 8 }], // prettier-ignore
  ],
  [
    "scatterFit",
    loose(viz.scatterFit),
    [
      { ...points, before: [0, 1], after: points, confidence: band, prediction: band },
      { ...sizes, xLabel: "x", yLabel: "y", level: 0.95, residuals: true },
    ],
  ],
  [
    "residuals",
    loose(viz.residuals),
    [
      { residual: [1, -1], x: [0, 1] },
      { ...sizes, against: "x", xLabel: "x" },
    ],
  ],
  ["residuals", loose(viz.residuals), [[{ y: 1, fitted: 2 }]]],
  ["residualHistogram", loose(viz.residualHistogram), [[1, -1, 0.5], { ...sizes, xLabel: "x" }]],
  [
    "descent",
    loose(viz.descent),
    [
      {
        surface: (x: number, y: number) => x * x + y,
        paths: { a: [[0, 1], null, [1, 1]], b: points },
        optimum: [0, 0],
      },
      { ...sizes, xLabel: "x", yLabel: "y", xDomain: [0, 1], yDomain: [0, 2], cells: 8 },
    ],
  ],
  ["descent", loose(viz.descent), [{ surface: grid }, { cells: 8 }]],
  ["render", loose(viz.render(document, Plot)), [viz.descent({ surface: grid, optimum: [1, 1] }, { cells: 8 })]],
  ["render", loose(viz.render(document, Plot)), [viz.scatterFit({ ...points, after: [2, 1] })]],
  ["render", loose(viz.render(document, Plot)), [viz.lossCurve([1, 20, NaN])]],
  [
    "replayPage",
    loose(viz.replayPage(() => "<svg/>")),
    [
      [frame, { ...frame, line: [[0, 0], null, [1, 1]] }],
      { ...sizes, data: points, interval: 9, autoplay: true, xLabel: "x", yLabel: "y" },
    ],
  ],
];

type Keys = readonly (string | number)[];

/** Every place in a value, as the keys on the way to it. */
const placesIn = (value: unknown): readonly Keys[] =>
  typeof value !== "object" || value === null
    ? [[]]
    : [[], ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((place) => [key, ...place]))];

/** The value with another one at a place. */
const changed = (value: unknown, [key, ...rest]: Keys, other: unknown): unknown => {
  if (key === undefined) return other;
  const inner = (value as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(value)
    ? value.map((element: unknown, i) => (i === Number(key) ? changed(inner, rest, other) : element))
    : { ...(value as object), [key]: changed(inner, rest, other) };
};

describe.each(right)("%s (%#)", (name, f, given) => {
  const places = placesIn(given).filter((place) => place.length > 0);

  test("takes what is right", () => expect(() => f(...given)).not.toThrow());

  test("takes anything at one place of what is right, or refuses it", () => {
    fc.assert(
      fc.property(fc.nat(places.length - 1), anything, (i, made) => {
        expectNamed(name, () => f(...(changed(given, places[i] ?? [], made()) as readonly unknown[])));
      }),
      { numRuns: 400 },
    );
  });
});

const call = (name: string, options: unknown): unknown => {
  switch (name) {
    case "lossCurve":
      return viz.lossCurve([1], options as viz.FigureOptions);
    case "scheduleCurve":
      return viz.scheduleCurve({ one: 0.1 }, options as viz.ScheduleOptions);
    case "traces":
      return viz.traces({ a: [1, 2] }, options as viz.TracesOptions);
    case "forkCurve":
      return viz.forkCurve([2, 1], [2, 0], 0, options as viz.ForkOptions);
    case "difference":
      return viz.difference([1, 2], [1, 3], options as viz.DifferenceOptions);
    case "sweep":
      return viz.sweep([{ x: 1, y: 2, value: 3 }], options as viz.SweepOptions);
    case "boundary":
      return viz.boundary({ probability: (x) => x, points, labels: [0, 1, 1] }, options as viz.BoundaryOptions);
    case "scatterFit":
      return viz.scatterFit(points, options as viz.ScatterOptions);
    case "residuals":
      return viz.residuals([1], options as viz.ResidualOptions);
    case "residualHistogram":
      return viz.residualHistogram([1], options as viz.HistogramOptions);
    case "descent":
      return viz.descent({ surface: grid }, options as viz.DescentOptions);
    default:
      return viz.replayPage(() => "")([frame], options as viz.ReplayOptions);
  }
};

const ofFigure = ["theme", "title", "width", "height"];

const optionNames: readonly (readonly [name: string, options: readonly string[]])[] = [
  ["lossCurve", [...ofFigure, "idPrefix", "smoothing"]],
  ["scheduleCurve", [...ofFigure, "idPrefix", "steps", "scale", "yLabel"]],
  ["traces", [...ofFigure, "idPrefix", "optimum", "step", "yLabel"]],
  ["forkCurve", [...ofFigure, "idPrefix", "names"]],
  ["difference", [...ofFigure, "idPrefix", "size", "step"]],
  ["sweep", [...ofFigure, "idPrefix", "xLabel", "yLabel", "valueLabel", "best"]],
  ["boundary", [...ofFigure, "idPrefix", "xLabel", "yLabel", "classes", "xDomain", "yDomain", "cells"]],
  ["scatterFit", [...ofFigure, "idPrefix", "xLabel", "yLabel", "level", "residuals"]],
  ["residuals", [...ofFigure, "idPrefix", "against", "xLabel", "yLabel"]],
  ["residualHistogram", [...ofFigure, "idPrefix", "xLabel"]],
  ["descent", [...ofFigure, "idPrefix", "xLabel", "yLabel", "xDomain", "yDomain", "cells"]],
  ["replayPage", [...ofFigure, "data", "xLabel", "yLabel", "interval", "autoplay"]],
];

describe.each(optionNames)("the options of %s", (name, options) => {
  test.each(
    options.flatMap((option) => [`${option}s`, option.toUpperCase(), `_${option}`].map((wrong) => [wrong, option])),
  )("%s is refused, and %s is meant", (wrong, meant) =>
    expect(() => call(name, { [wrong]: 1 })).toThrow(
      new DomainError(`${name}: there is no option ${wrong}. Did you mean ${meant}?`),
    ),
  );

  test.each(options)("%s of undefined is left out", (option) =>
    expect(call(name, { [option]: undefined })).toEqual(call(name, undefined)),
  );

  test.each([
    [[{ x: 1, y: 2 }], "a list of 1"],
    ["dark", 'the string "dark"'],
    [null, "null"],
  ])("%j in their place is refused", (given, words) =>
    expect(() => call(name, given)).toThrow(
      new DTypeError(`${name}: options are an object such as { width: 640 }, not ${words}.`),
    ),
  );

  test.each([
    ["width", "280", 'width is not from 240 to 4096 pixels: the string "280". Leave it out for the default.'],
    ["width", 1e9, "width is not from 240 to 4096 pixels: 1000000000. Leave it out for the default."],
    ["height", -1, "height is not from 160 to 4096 pixels: -1. Leave it out for the default."],
    ["height", NaN, "height is not from 160 to 4096 pixels: NaN. Leave it out for the default."],
    ["title", 3, "title is not a string: 3."],
    ["title", null, "title is not a string: null."],
    [
      "theme",
      "dark",
      'theme is not a theme: the string "dark". Give one of the values dark, light and paper, or one of your own.',
    ],
    ["theme", { background: "#000000" }, 'theme.scheme is not "dark" or "light": undefined.'],
    ["theme", { ...viz.dark, backgroud: "#000000" }, "theme has no backgroud. Did you mean background?"],
  ])("%s of %j is refused", (option, given, words) =>
    expect(() => call(name, { [option]: given })).toThrow(new DomainError(`${name}: ${words}`)),
  );
});

test.each([
  ["scatterFit", { xLabel: 3 }, "xLabel is not a string: 3."],
  ["scatterFit", { level: 95 }, "level is not between 0 and 1: 95. Give 0.95 for 95 %."],
  [
    "lossCurve",
    { smoothing: 1 },
    "smoothing is not at least 0 and below 1: 1. Give 0.9 for the mean of about 10 losses.",
  ],
  ["scheduleCurve", { steps: 0 }, "steps is not from 1 to 1000000 steps: 0."],
  ["scheduleCurve", { scale: "ln" }, 'scale is not "linear" or "log": the string "ln".'],
  ["traces", { optimum: { A: 1 } }, "optimum has A, and the columns do not. Did you mean a?"],
  ["traces", { optimum: { a: NaN } }, 'optimum["a"] is not a finite number: NaN.'],
  ["traces", { step: [1] }, "columns differ in length: step, a have 1, 2. Give one value of each per point."],
  ["forkCurve", { names: ["a"] }, "names is not [recorded, forked]: a list of 1."],
  ["difference", { size: 0 }, "size is not from 1 to 1000000 numbers: 0."],
  ["difference", { step: [1] }, "step has 1 numbers for 2 states. Give one for each."],
  ["sweep", { best: "most" }, 'best is not "lowest" or "highest": the string "most".'],
  ["boundary", { classes: "ab" }, 'classes is not [first, second]: the string "ab".'],
  ["boundary", { xDomain: [1, 1] }, "xDomain is not [low, high] with low below high: a list of 2."],
  ["residuals", { against: "y" }, 'against is not "fitted" or "x" or "order": the string "y".'],
  ["descent", { xDomain: [1, 0] }, "xDomain is not [low, high] with low below high: a list of 2."],
  ["descent", { cells: 1e6 }, "cells is not from 8 to 256 cells: 1000000."],
  ["replayPage", { yLabel: [] }, "yLabel is not a string: a list of 0."],
  ["replayPage", { interval: "50" }, 'interval is not from 1 to 60000 milliseconds: the string "50".'],
  ["replayPage", { data: [1] }, "data[0] is not a row with x: 1."],
  ["replayPage", { data: { x: [1] } }, "data has no column y: { x }."],
])("%s refuses %j", (name, options, words) =>
  expect(() => call(name, options)).toThrow(new DomainError(`${name}: ${words}`)),
);
