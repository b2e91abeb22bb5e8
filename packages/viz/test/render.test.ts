import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DomainError } from "@gradfold/core";
import * as fc from "fast-check";
import * as Plot from "@observablehq/plot";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import {
  boundary,
  dark,
  descent,
  difference,
  type Figure,
  forkCurve,
  light,
  lossCurve,
  paper,
  type PlotLibrary,
  render as renderIn,
  residualHistogram,
  residuals,
  scatterFit,
  scheduleCurve,
  sweep,
  traces,
} from "../src/index.ts";
import { render } from "../src/node.ts";
import { position } from "../src/position.ts";
import { data, run } from "./sample.ts";

const { document, DOMParser } = new JSDOM().window;

const few = { x: [-1, -0.5, 0, 0.5, 1], y: [-0.6, 1.1, 2.4, 4.2, 5.3], before: [0.5, 0.75], after: [2.98, 2.48] };

const bands = {
  x: [0, 1, 2, 3],
  y: [4.1, 2.4, 1.4, 1],
  before: { x: [0, 1, 2, 3], y: [3, 2.5, 2, 1.5] },
  after: { x: [0, 1, 2, 3], y: [4, 2.5, 1.5, 0.9] },
  confidence: { x: [0, 1, 2, 3], lower: [3.8, 2.4, 1.4, 0.7], upper: [4.2, 2.6, 1.6, 1.1] },
  prediction: { x: [0, 1, 2, 3], lower: [3.5, 2.1, 1.1, 0.5], upper: [4.5, 2.9, 1.9, 1.3] },
};

const runs = {
  surface: (x: number, y: number): number => x * x + 3 * y * y,
  paths: {
    even: { x: [2, 1, 0.5, 0.25], y: [1, 0.5, 0.25, 0.125] },
    hasty: { x: [2, 0.5, 0.1, 0.02], y: [1, -1.5, 2.25, -3.4] },
  },
  optimum: [0, 0],
};

const several = {
  sgd: [8, 6, 6.5, 4, 4.5, 3, 3.5],
  adam: { loss: [8, 3, 4, 1.5, 2, 0.5, 0.7] },
  hasty: [8, 20, 200, Infinity],
};

const rates = {
  constant: 0.02,
  warmup: (step: number) => Math.min(step / 40, 0.1),
  halves: [0.08, 0.08, 0.04, 0.04, 0.02],
};

const parameters = { slope: [0.5, 1.75, 2.5, 2.9], intercept: [0.75, 2, 2.75, 2.45] };

const swept = {
  x: [0.01, 0.1, 1, 0.01, 0.1],
  y: [0, 0, 0, 0.9, 0.9],
  value: [2.5, 0.25, Infinity, 0.5, 0.01],
};

const classified = {
  probability: (x: number, y: number): number => (1 + Math.tanh(2 * x + y)) / 2,
  points: [
    [-1, 0],
    [-0.5, -1],
    [1, 0.5],
    [0.25, -1],
  ],
  labels: [0, 0, 1, 1],
};

const tiny = { width: 240, height: 160 };

const parsed = (svg: string): XMLDocument => new DOMParser().parseFromString(svg, "application/xml");

test.each([
  ["scatter", scatterFit(few, { title: "Before and after" })],
  ["scatter-light", scatterFit(few, { theme: light, xLabel: "hours", yLabel: "marks", width: 400, height: 260 })],
  ["scatter-paper", scatterFit({ ...few, after: [NaN, 1], x: [...few.x.slice(1), NaN] }, { theme: paper })],
  ["loss", lossCurve({ loss: [8, 3, 1.2, 0.5, 0.2, 0.1] }, { title: "Loss" })],
  ["loss-diverged", lossCurve({ loss: [1, 1e60, 1e180, 1e300, Infinity, NaN] })],
  ["loss-empty", lossCurve({ loss: [] })],
  ["losses", lossCurve(several, { title: "Three runs", smoothing: 0.5 })],
  ["losses-light", lossCurve(several, { ...tiny, theme: light })],
  ["losses-paper", lossCurve(several, { theme: paper, width: 400, height: 240 })],
  ["schedule", scheduleCurve(rates, { title: "Rates", steps: 12 })],
  ["schedule-light", scheduleCurve(rates, { ...tiny, theme: light })],
  ["schedule-paper", scheduleCurve(rates, { theme: paper, steps: 12, scale: "log", width: 400, height: 240 })],
  ["traces", traces(parameters, { title: "Parameters", optimum: { slope: 3, intercept: 2.5 } })],
  ["traces-light", traces(parameters, { ...tiny, theme: light, step: [0, 10, 20, 30] })],
  ["traces-paper", traces({ weight: [1, NaN, 3, 4] }, { ...tiny, theme: paper, optimum: { weight: 9 } })],
  ["fork", forkCurve([8, 6, 4.5, 3.4, 2.5, 1.9], [8, 6, 4.5, 2, 1, 0.5], 2, { title: "A fork" })],
  ["fork-light", forkCurve([8, 6, 5], [8, 6, 20, Infinity], 1, { ...tiny, theme: light, names: ["0.1", "0.9"] })],
  ["fork-paper", forkCurve([8, 6, 5], { loss: [3, 2], step: [2, 3] }, 1, { ...tiny, theme: paper })],
  ["difference", difference([1, 2, 3, 4, 5, 6], [1, 2, 3, 4.5, 5.1, 6.01], { title: "How far apart" })],
  ["difference-light", difference([1, 2, 3, 4], [1, 2, 3.01, 4.5], { ...tiny, theme: light })],
  ["difference-paper", difference([1, 2, 3], [1, 2, 3], { ...tiny, theme: paper })],
  ["sweep", sweep(swept, { title: "A sweep", xLabel: "learning rate", yLabel: "momentum" })],
  ["sweep-light", sweep(swept, { ...tiny, theme: light })],
  ["sweep-paper", sweep([{ x: "sgd", y: "a", value: 0.9 }], { ...tiny, theme: paper, best: "highest" })],
  ["boundary", boundary(classified, { title: "A boundary", cells: 12, classes: ["left", "right"] })],
  [
    "boundary-light",
    boundary({ ...classified, probability: (x) => (x < 0 ? NaN : x) }, { ...tiny, theme: light, cells: 8 }),
  ],
  ["boundary-paper", boundary(classified, { ...tiny, theme: paper, cells: 8 })],
  ["fit", scatterFit(bands, { title: "A fit and how sure it is", level: 0.95 })],
  ["fit-light", scatterFit({ x: bands.x, y: bands.y, after: bands.after }, { ...tiny, residuals: true, theme: light })],
  ["fit-paper", scatterFit(bands, { ...tiny, theme: paper, level: 0.95 })],
  ["residuals", residuals({ ...bands, fitted: bands.after.y })],
  ["residuals-light", residuals([0.1, -0.2, NaN, 0.05], { ...tiny, theme: light })],
  ["residuals-paper", residuals({ residual: [0.1, -0.2, 0.3], x: [1, 2, 4] }, { ...tiny, theme: paper })],
  ["histogram", residualHistogram([-1.5, -0.5, 0.25, 0.5, 0.75, 1.25])],
  ["histogram-light", residualHistogram([2, 2, 2], { ...tiny, theme: light })],
  ["histogram-paper", residualHistogram([-1, 0.5, Infinity, 0.75], { ...tiny, theme: paper })],
  ["descent", descent(runs, { title: "Two ways down", cells: 12 })],
  [
    "descent-light",
    descent({ ...runs, surface: (x, y) => (x < 0 ? NaN : x + y) }, { ...tiny, theme: light, cells: 8 }),
  ],
  ["descent-paper", descent({ ...runs, optimum: [0, 9] }, { ...tiny, theme: paper, cells: 8 })],
])("the picture %s has not changed", async (name, figure) => {
  await expect(`${render(figure)}\n`).toMatchFileSnapshot(`golden/${name}.svg`);
});

test("the same figure is the same bytes each time, and in another document", () => {
  const figure = scatterFit({ ...data, before: [0.5, 0.75] });
  const first = render(figure);
  expect(render(figure)).toBe(first);
  expect(renderIn(new JSDOM().window.document, Plot)(figure)).toBe(first);
});

test("a figure is the same bytes where a window is global as Plot is loaded, whose pixels are not dense", () => {
  const program = `
    globalThis.window = { devicePixelRatio: 1 };
    const { lossCurve, render } = await import(${JSON.stringify(import.meta.resolve("../src/index.ts"))});
    const { JSDOM } = await import("jsdom");
    const draw = render(new JSDOM().window.document, await import("@observablehq/plot"));
    process.stdout.write(draw(lossCurve([4, 2, NaN, 1])));
  `;
  const flags = ["--import", "tsx", "--conditions=source", "--input-type=module"];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", program], { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toBe(render(lossCurve([4, 2, NaN, 1])));
});

test("a document is only lent", () => {
  const before = document.documentElement.outerHTML;
  renderIn(document, Plot)(scatterFit(data));
  expect(document.documentElement.outerHTML).toBe(before);
});

test("the input is left as it was, even when frozen", () => {
  const input = { x: [3, 1, 2], y: [1, NaN, 2], before: [1, 2], after: [3, 4] };
  const copy = structuredClone(input);
  const frozen = Object.freeze({ ...input, x: Object.freeze(input.x), y: Object.freeze(input.y) });
  render(scatterFit(frozen));
  render(lossCurve({ loss: Object.freeze(input.y) }));
  expect(input).toEqual(copy);
});

test("a position computed without a document is where Plot draws", () => {
  const figure = lossCurve({ loss: [100, 7, 0.3] });
  const circle = parsed(render(figure)).querySelector("circle");
  const drawn = [circle?.getAttribute("cx"), circle?.getAttribute("cy")].map(Number);
  position(figure, [2, 0.3]).forEach((pixels, i) => expect(drawn[i]).toBeCloseTo(pixels, 0));
});

test("a screen reader finds one image with a name and a description", () => {
  const svg = parsed(render(scatterFit(data, { title: "Fit", idPrefix: "a" }))).documentElement;
  expect(svg.getAttribute("role")).toBe("img");
  const words = svg
    .getAttribute("aria-labelledby")
    ?.split(" ")
    .map((id) => svg.querySelector(`[id="${id}"]`)?.textContent);
  expect(words).toEqual(["Fit", "100 points."]);
});

test("every id begins with the prefix", () => {
  const svg = parsed(render(scatterFit(data, { idPrefix: "left" })));
  const ids = Array.from(svg.querySelectorAll("[id]"), (element) => element.id);
  expect(ids).toEqual(["left-title", "left-desc"]);
});

test.each(Object.entries({ dark, light, paper }))("%s figures bring their background", (_, theme) => {
  const rect = parsed(render(scatterFit(data, { theme }))).querySelector("rect");
  expect([rect?.getAttribute("width"), rect?.getAttribute("fill")]).toEqual(["100%", theme.background]);
});

test.each([
  [
    { theme: { ...dark, background: "#</style>" } },
    'theme.background is not a colour #rrggbb: the string "#</style>".',
  ],
  [
    { theme: { ...dark, scheme: `dark" onload="x` } },
    'theme.scheme is not "dark" or "light": the string "dark\\" onload=\\"x".',
  ],
  [
    { idPrefix: `"><script>` },
    'idPrefix is not a letter followed by letters, digits, "-" and "_": the string "\\"><script>".',
  ],
  [{ width: "280" }, 'width is not from 1 to 100000 pixels: the string "280".'],
  [{ title: 3 }, "title is not a string: 3."],
  [{ x: { ...scatterFit(data).x, domain: [1, 0] } }, "x.domain[1] is not above 1: 0."],
  [
    { y: { ...scatterFit(data).y, scale: "log", domain: [0, 1] } },
    "y.domain[0] is not positive, as a log scale needs it: 0.",
  ],
  [
    { marks: [{ kind: "line", path: [[0, 1, 2]], width: 1, dash: "", color: "#000000" }] },
    "marks[0].path[0] is not [x, y]: a list of 3.",
  ],
  [
    { marks: [{ kind: "circle" }] },
    'marks[0].kind is not "dots" or "line" or "area" or "contour" or "rule" or "text": the string "circle".',
  ],
  [
    { marks: [{ kind: "rule", x: 1, dash: "", color: "red" }] },
    'marks[0].color is not a colour #rrggbb: the string "red".',
  ],
])("a figure made by hand is checked before it is drawn (%#)", (change, message) => {
  // The one cast: what plain JavaScript may give.
  const figure = { ...scatterFit(data), ...change } as unknown as Figure;
  expect(() => render(figure)).toThrow(new DomainError(`render: figure.${message}`));
});

test("a name that a figure does not have is refused, with the one that was meant", () => {
  const figure = { ...scatterFit(data), heigth: 300 };
  expect(() => render(figure)).toThrow(new DomainError("render: figure has no heigth. Did you mean height?"));
});

test("a figure that went through JSON is drawn as before", () => {
  const figure = lossCurve([3, NaN, 1]);
  expect(render(JSON.parse(JSON.stringify(figure)) as Figure)).toBe(render(figure));
});

test("a figure with more dots than can be drawn is refused", () => {
  const x = Float64Array.from({ length: 100_001 }, (_, i) => i);
  expect(() => render(scatterFit({ x, y: x }))).toThrow("render: the figure has too much to draw: ");
});

test("what is no document is refused at once", () => {
  const figure = lossCurve([1]);
  expect(() => renderIn(figure as unknown as Document, Plot)).toThrow(
    new DomainError(
      "render: document is not a document: an object. Without one, import render from @gradfold/viz/node.",
    ),
  );
});

test.each([undefined, {}, { ...Plot, dot: undefined }])("without Plot, the error says how to get it: %#", (plot) => {
  expect(() => renderIn(new JSDOM().window.document, plot as unknown as PlotLibrary)).toThrow(
    /^render: plot is not Observable Plot: .*\. Write import \* as Plot .*, after npm install @observablehq\/plot@0\.6\.$/,
  );
});

/** Valid XML of harmless elements and attributes, with no address in it but the name space. */
const expectHarmless = (svg: string): void => {
  const xml = parsed(svg);
  expect(xml.querySelector("parsererror")?.textContent).toBeUndefined();
  const all = [...xml.querySelectorAll("*")];
  const names = new Set(all.map((element) => element.nodeName));
  const allowed = ["svg", "title", "desc", "rect", "g", "line", "path", "circle", "text", "tspan", "clipPath"];
  expect([...names].filter((name) => !allowed.includes(name))).toEqual([]);
  const attributes = all.flatMap((element) => [...element.attributes]);
  expect(attributes.filter(({ name }) => /^on|style|href|class/i.test(name))).toEqual([]);
  const values = attributes
    .filter(({ name, value }) => name !== "xmlns" && !(name === "clip-path" && /^url\(#[a-z]+-\d+\)$/.test(value)))
    .map(({ value }) => value);
  expect(values.filter((value) => /url|:|NaN|Infinity|undefined/.test(value))).toEqual([]);
};

test("hostile labels come out as words", () => {
  const title = `</svg><script>alert("1")</script>\0 😀 & 'x' \uD800`;
  const svg = render(scatterFit(data, { title, xLabel: `"><image href=x>`, yLabel: "]]>" }));
  expectHarmless(svg);
  expect(parsed(svg).querySelector("title")?.textContent).toBe(
    `</svg><script>alert("1")</script>\uFFFD 😀 & 'x' \uFFFD`,
  );
});

test("whatever the labels and numbers, nothing in the picture acts or loads", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("</svg><script>x</script>", "<!--", "]]>", "&#0;", "\uD800", "javascript:x", `" onload="x`),
  );
  const number = fc.oneof(fc.double({ min: -1e300, max: 1e300 }), fc.double({ min: -10, max: 10 }));
  const column = fc.array(number, { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(
      hostile,
      hostile,
      hostile,
      column,
      fc.double(),
      fc.double(),
      (title, xLabel, yLabel, y, slope, intercept) => {
        const x = y.map((_, i) => i);
        fc.pre(y.some(Number.isFinite));
        expectHarmless(render(scatterFit({ x, y, after: [slope, intercept] }, { title, xLabel, yLabel })));
        expectHarmless(render(lossCurve({ loss: [...y, slope] }, { title })));
        expectHarmless(render(lossCurve({ [`${xLabel} `]: y, [`${yLabel}  `]: x }, { title, smoothing: 0.5 })));
        expectHarmless(render(scheduleCurve({ [xLabel]: y, [`${yLabel} `]: slope }, { title, yLabel })));
        expectHarmless(render(traces({ [xLabel]: y, [`${yLabel} `]: x }, { title, yLabel, optimum: { [xLabel]: 1 } })));
        expectHarmless(render(forkCurve(y, y.toReversed(), 1, { title, names: [xLabel, yLabel] })));
        expectHarmless(
          render(
            boundary(
              { probability: (a) => a * slope, points: { x: y, y: x }, labels: x.map(() => 1) },
              { title, xLabel, yLabel, classes: [xLabel, yLabel], cells: 8 },
            ),
          ),
        );
        const named = { x: [xLabel, `${xLabel}2`], y: [yLabel, yLabel], value: [slope, 1] };
        expectHarmless(render(sweep(named, { title, xLabel, yLabel, valueLabel: title })));
        expectHarmless(render(residuals({ residual: y, x }, { title, xLabel, yLabel })));
        expectHarmless(render(residualHistogram(y, { title, xLabel })));
        const paths = { [yLabel]: { x: y, y: x }, [`${yLabel}2`]: { x, y } };
        expectHarmless(
          render(descent({ surface: (a, b) => a * slope + b, paths }, { title, xLabel, yLabel, cells: 8 })),
        );
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("the blog's run makes small pictures", () => {
  const { slope, intercept } = run(0.1, 100).at(-1) ?? { slope: NaN, intercept: NaN };
  expect(render(scatterFit({ ...data, before: [0.5, 0.75], after: [slope, intercept] })).length).toBeLessThan(8000);
});
