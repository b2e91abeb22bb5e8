import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { normalised } from "../src/normalise.ts";
import { treeOf } from "../src/tree.ts";
import { xml } from "../src/xml.ts";

const clean = (inner: string): string => {
  const { document } = new JSDOM(`<svg>${inner}</svg>`).window;
  const svg = document.querySelector("svg");
  if (svg === null) throw new Error("no svg");
  return xml(normalised(treeOf(svg), "fig")).replace(/^<svg>\n?|\n?<\/svg>$|^<svg\/>$/g, "");
};

test.each([
  ["scripts", `<script>alert(1)</script>`, ""],
  ["style sheets", `<style>@import "http://x"</style>`, ""],
  ["foreign content", `<foreignObject><body onload="x()"></body></foreignObject>`, ""],
  ["images", `<image href="http://x/y.png"/>`, ""],
  ["links", `<a href="javascript:alert(1)"><path/></a>`, ""],
  ["animation", `<animate attributeName="href" to="javascript:x()"/><set attributeName="onclick" to="x()"/>`, ""],
  ["event handlers", `<path onclick="x()" ONLOAD="y()" d="M0,0"/>`, `<path d="M0,0"/>`],
  ["inline styles and classes", `<path style="fill:url(http://x)" class="a"/>`, `<path/>`],
  ["paint from elsewhere", `<path fill="url(http://x#a)" stroke="u\\72l(http://x)"/>`, `<path/>`],
  ["references to elsewhere", `<use href="http://x#a"/><use href="#nowhere"/>`, `<use/>\n<use/>`],
  ["comments", `<!-- secret --><path/>`, `<path/>`],
])("%s are dropped", (_, given, left) => expect(clean(given)).toBe(left));

test("coordinates are rounded to a tenth, and sizes in em are not", () => {
  expect(
    clean(`<path d="M1.23456,-0.04L1e-7,99.96"/><text y="0.32em" transform="translate(40.26,-1e1)">a</text>`),
  ).toBe(`<path d="M1.2,0L0,100"/>\n<text y="0.32em" transform="translate(40.3,-10)">a</text>`);
});

test("running ids are numbered anew and references follow, while words stay", () => {
  const drawing = (n: number) =>
    `<clipPath id="plot-clip-${n}"/><g clip-path="url(#plot-clip-${n})"/><use href="#plot-clip-${n}"/><g id="line"/>`;
  expect(clean(drawing(7))).toBe(
    `<clipPath id="fig-1"/>\n<g clip-path="url(#fig-1)"/>\n<use href="#fig-1"/>\n<g id="fig-line"/>`,
  );
  expect(clean(drawing(8))).toBe(clean(drawing(7)));
});

test("text is escaped, and what XML forbids becomes a replacement character", () => {
  expect(xml(`<&>"' \0\u0008\uD800\uFFFE 😀\t`)).toBe("&lt;&amp;&gt;&quot;&#39; \uFFFD\uFFFD\uFFFD\uFFFD 😀\t");
});
