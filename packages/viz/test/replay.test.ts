import { createHash } from "node:crypto";
import { DomainError } from "@gradfold/core";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { light, type Render, type ReplayFrame, replayPage as replayPageIn, type Theme } from "../src/index.ts";
import { replayPage } from "../src/node.ts";
import type { Reel } from "../src/replay/player.ts";
import { data, frames } from "./sample.ts";

const html = replayPage(frames(0.1, 100), { data, title: "Linear regression" });

const contents = (page: string, tag: string): readonly string[] =>
  [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map((match) => match[1] ?? "");

const parsed = (page: string): Document => new JSDOM(page).window.document;

test("the blog's run fits in 25 kilobytes", () => {
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(25_000);
});

test("the page is the same bytes each time", () => {
  expect(replayPage(frames(0.1, 100), { data, title: "Linear regression" })).toBe(html);
});

test("the policy allows this one script and this one style sheet, and nothing else", () => {
  const hash = (text = ""): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [script, style] = [contents(html, "script"), contents(html, "style")];
  expect([script.length, style.length]).toEqual([1, 1]);
  expect(parsed(html).querySelector("meta[http-equiv]")?.getAttribute("content")).toBe(
    `default-src 'none'; script-src ${hash(script[0])}; style-src ${hash(style[0])}; base-uri 'none'; form-action 'none'`,
  );
});

test("the policy comes before all that it governs", () => {
  expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.search(/<style|<script|<title/));
});

test("the page names no address but the name space", () => {
  const addresses = html.match(/[a-z]+:\/\/[^"' ]*/g) ?? [];
  expect(new Set(addresses)).toEqual(new Set(["http://www.w3.org/2000/svg"]));
  expect(html).not.toMatch(/\b(src|href|style|on\w+)=/);
});

test("hostile titles and names of parameters come out as words", () => {
  const name = `</script><script>alert(1)</script>`;
  const page = parsed(replayPage([{ step: 0, params: { [name]: 1 }, line: [] }], { title: `"><img src=x> ${name}` }));
  expect(page.querySelectorAll("script").length).toBe(2);
  expect(page.querySelectorAll("img").length).toBe(0);
  expect(Array.from(page.querySelectorAll("dt"), (dt) => dt.textContent)).toEqual(["step", name]);
});

test("the first frame is there without the script", () => {
  const page = parsed(html);
  expect(Array.from(page.querySelectorAll("dt"), (dt) => dt.textContent)).toEqual([
    "step",
    "loss",
    "slope",
    "intercept",
  ]);
  expect(Array.from(page.querySelectorAll("dd"), (dd) => dd.textContent).slice(2)).toEqual(["0.5000", "0.7500"]);
  expect(page.querySelector("#replay-line path")?.getAttribute("d")).toMatch(/^M[\d.]+,[\d.]+L[\d.]+,[\d.]+$/);
});

/** The data of the page. The one cast: a test fails where the data are not these. */
const reelOf = (page: string): Reel => JSON.parse(parsed(page).querySelector("#reel")?.textContent ?? "") as Reel;

test("a run that has settled takes no room", () => {
  const same = {
    step: 1,
    loss: 2,
    params: [3],
    line: [
      [0, 0],
      [1, 1],
    ],
  };
  expect(reelOf(replayPage([same, same, same]))).toMatchObject({ length: 3, texts: ["1||", "2.000||", "3.000||"] });
});

test("numbers that are not finite are words, and their line and marker are hidden", () => {
  const page = replayPage([
    {
      step: 0,
      loss: 1,
      params: [1],
      line: [
        [0, 0],
        [1, 1],
      ],
    },
    {
      step: 1,
      loss: Infinity,
      params: [NaN],
      line: [
        [0, NaN],
        [1, NaN],
      ],
    },
  ]);
  const reel = reelOf(page);
  expect(reel.lines).toMatch(/^M.+\|-$/);
  expect(reel.markers).toMatch(/^[\d.]+,[\d.]+\|-$/);
  expect(reel.texts).toEqual(["0|1", "1.000|infinite", "1.000|not a number"]);
});

test("a gap in a line is a gap", () => {
  const points = [[0, 0], [1, 1]]; // prettier-ignore
  const line = [...points, null, [2, 0], [3, 1], [4, null], [5, 0], [6, 1]];
  // The one cast: a coordinate of null is what JSON makes of NaN.
  const page = replayPage([{ step: 0, params: [1], line: line as ReplayFrame["line"] }]);
  expect(reelOf(page).lines).toMatch(/^(M[\d.]+,[\d.]+L[\d.]+,[\d.]+){3}$/);
  expect(parsed(page).querySelector("#replay-line path")?.getAttribute("d")?.match(/M/g)?.length).toBe(3);
});

test("a parameter or a loss that is missing is a dash", () => {
  const page = replayPage([
    { step: 0, loss: null, params: { a: 1, b: null }, line: [] },
    { step: 1, loss: 2, params: { a: 2, b: 3 }, line: [] },
  ]);
  expect(reelOf(page).texts).toEqual(["0|1", "–|2.000", "1.000|2.000", "–|3.000"]);
});

test("data that cannot be drawn are counted", () => {
  const page = parsed(replayPage([frame], { data: { x: [0, 1, null], y: [1, NaN, 2] } }));
  expect(page.querySelector("#replay-desc")?.textContent).toBe(
    "The line at each of 1 frame, over 1 point. Not drawn: 1 not a number, 1 missing.",
  );
  expect(page.querySelector(".figures svg")?.textContent).toContain("not drawn: 1 not a number, 1 missing");
});

test("without its script the page shows no controls, and says why", () => {
  const page = parsed(html);
  expect(page.querySelector("#controls")?.hasAttribute("hidden")).toBe(true);
  expect(page.querySelector("#notice")?.textContent).toBe(
    "The replay needs its script, which did not run here. This is the first frame.",
  );
});

test("where its script runs, the controls are there and the notice is gone", () => {
  const { window } = new JSDOM(html, {
    runScripts: "dangerously",
    beforeParse: (view) => Object.assign(view, { matchMedia: () => ({ matches: true }) }),
  });
  const page = window.document;
  expect([page.querySelector("#controls")?.hasAttribute("hidden"), page.querySelector("#notice")]).toEqual([
    false,
    null,
  ]);
  page.querySelector("#last")?.dispatchEvent(new window.Event("click", { bubbles: true }));
  expect(page.querySelector("dd")?.textContent).toBe("100");
});

test("a theme is no markup", () => {
  const theme = { ...light, scheme: 'dark"><meta http-equiv="refresh" content="0;url=x">' };
  expect(() => replayPage([frame], { theme: theme as Theme })).toThrow(
    'replayPage: theme.scheme is not "dark" or "light"',
  );
});

test("a render that gives no text is refused", () => {
  const draw = replayPageIn((() => 3) as unknown as Render);
  expect(() => draw([frame])).toThrow(new DomainError("replayPage: what render gives is not a string: 3."));
  expect(() => replayPageIn([frame] as unknown as Render)).toThrow(
    "replayPage: render is not a function: a list of 1. Give render(document, Plot), or import from @gradfold/viz/node.",
  );
});

test("a run without losses has no loss curve", () => {
  const page = parsed(
    replayPage([
      {
        step: 0,
        params: [1, 2],
        line: [
          [0, 0],
          [1, 1],
        ],
      },
    ]),
  );
  expect(page.querySelector("#loss-marker")).toBeNull();
  expect(Array.from(page.querySelectorAll("dt"), (dt) => dt.textContent)).toEqual(["step", "params[0]", "params[1]"]);
});

test("the last state needs no loss", () => {
  const [first, last] = [{ step: 0, loss: 4 }, { step: 1 }].map((row) => ({
    ...row,
    params: [1],
    line: [
      [0, 0],
      [1, 1],
    ],
  }));
  if (first && last) expect(reelOf(replayPage([first, last]))).toMatchObject({ texts: ["0|1", "4.000|–", "1.000|"] });
});

test("a diverged run and a light theme make a page like any other", () => {
  const page = replayPage(frames(100, 200), { data, theme: light });
  expect(page).toContain("ended at step");
  expect(page).not.toMatch(/"[^"]*(NaN|e\+\d)[^"]*"/);
});

const frame = {
  step: 0,
  params: [1],
  line: [
    [0, 0],
    [1, 1],
  ],
};

test.each([
  [() => replayPage([]), "replayPage: no frame to show: []. Give at least one."],
  [
    () => replayPage([frame, { ...frame, params: { a: 1 } }]),
    "replayPage: frames have different parameters: {params[0]} at frame 0, {a} at frame 1.",
  ],
  [() => replayPage([{ ...frame, step: NaN }]), "replayPage: frames[0].step is not a finite number: NaN."],
  [() => replayPage([{ ...frame, line: [[1, 2, 3]] }]), "replayPage: frames[0].line[0] is not [x, y]: a list of 3."],
  [() => replayPage([frame], { interval: 0 }), "replayPage: interval is not from 1 to 60000 milliseconds: 0."],
  [() => replayPage([frame], { width: -1 }), "replayPage: width is not from 240 to 4096 pixels: -1."],
  [() => replayPage([frame], { data: { x: [1], y: [] } }), "replayPage: columns differ in length: x, y have 1, 0."],
])("a wrong call says what is wrong (%#)", (call, message) => {
  expect(call).toThrow(DomainError);
  expect(call).toThrow(message);
});
