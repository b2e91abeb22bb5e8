import * as fc from "fast-check";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { dark, type Figure, light, lossCurve, print, render as renderIn, scatterFit } from "../src/index.ts";
import { render } from "../src/node.ts";
import { position } from "../src/position.ts";
import { data, run } from "./sample.ts";

const { document, DOMParser } = new JSDOM().window;

const few = { x: [-1, -0.5, 0, 0.5, 1], y: [-0.6, 1.1, 2.4, 4.2, 5.3], before: [0.5, 0.75], after: [2.98, 2.48] };

const parsed = (svg: string): XMLDocument => new DOMParser().parseFromString(svg, "application/xml");

test.each([
  ["scatter", scatterFit(few, { title: "Before and after" })],
  ["scatter-light", scatterFit(few, { theme: light, xLabel: "hours", yLabel: "marks", width: 400, height: 260 })],
  ["scatter-print", scatterFit({ ...few, after: [NaN, 1], x: [...few.x.slice(1), NaN] }, { theme: print })],
  ["loss", lossCurve({ loss: [8, 3, 1.2, 0.5, 0.2, 0.1] }, { title: "Loss" })],
  ["loss-diverged", lossCurve({ loss: [1, 1e60, 1e180, 1e300, Infinity, NaN] })],
  ["loss-empty", lossCurve({ loss: [] })],
])("the picture %s has not changed", async (name, figure) => {
  await expect(`${render(figure)}\n`).toMatchFileSnapshot(`golden/${name}.svg`);
});

test("the same figure is the same bytes each time, and in another document", () => {
  const figure = scatterFit({ ...data, before: [0.5, 0.75] });
  const first = render(figure);
  expect(render(figure)).toBe(first);
  expect(renderIn(new JSDOM().window.document)(figure)).toBe(first);
});

test("a document is only lent", () => {
  const before = document.documentElement.outerHTML;
  renderIn(document)(scatterFit(data));
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

test.each(Object.entries({ dark, light, print }))("%s figures bring their background", (_, theme) => {
  const rect = parsed(render(scatterFit(data, { theme }))).querySelector("rect");
  expect([rect?.getAttribute("width"), rect?.getAttribute("fill")]).toEqual(["100%", theme.background]);
});

test("a figure made by hand cannot bring in what acts or loads", () => {
  const figure: Figure = {
    ...scatterFit(data),
    idPrefix: `"><script>`,
    theme: {
      ...dark,
      background: "#</style>" as const,
      ink: `#"onload="x()` as const,
      grid: "#url(http://x)" as const,
    },
  };
  expectHarmless(render(figure));
});

/** Valid XML of harmless elements and attributes, with no address in it but the name space. */
const expectHarmless = (svg: string): void => {
  const xml = parsed(svg);
  expect(xml.querySelector("parsererror")?.textContent).toBeUndefined();
  const all = [...xml.querySelectorAll("*")];
  const names = new Set(all.map((element) => element.nodeName));
  const allowed = ["svg", "title", "desc", "rect", "g", "line", "path", "circle", "text", "tspan"];
  expect([...names].filter((name) => !allowed.includes(name))).toEqual([]);
  const attributes = all.flatMap((element) => [...element.attributes]);
  expect(attributes.filter(({ name }) => /^on|style|href|class/i.test(name))).toEqual([]);
  const values = attributes.filter(({ name }) => name !== "xmlns").map(({ value }) => value);
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
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("the blog's run makes small pictures", () => {
  const { slope, intercept } = run(0.1, 100).at(-1) ?? { slope: NaN, intercept: NaN };
  expect(render(scatterFit({ ...data, before: [0.5, 0.75], after: [slope, intercept] })).length).toBeLessThan(8000);
});
