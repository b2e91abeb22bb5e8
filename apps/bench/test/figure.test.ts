import { expect, test } from "vitest";
import { documentation } from "../src/documentation.ts";
import { speedFigure } from "../src/figure.ts";
import { overview } from "../src/table.ts";
import { outcomes, peers } from "./outcome.ts";

const figure = speedFigure(outcomes, peers, "loops");

test("Every ratio is a dot in the row of its workload", () => {
  const dots = figure.marks.flatMap((mark) => (mark.kind === "dots" ? mark.points : []));
  expect(dots.map(([ratio, y]) => [Number(ratio.toPrecision(6)), y])).toEqual([
    [750, 2],
    [0.5, 2],
    [1.2, 1],
  ]);
  expect(figure.y.ticks.map(({ value, text }) => [value, text])).toEqual([
    [2, "W1"],
    [1, "W5"],
  ]);
});

test("Decades span the ratios", () =>
  expect(figure.x.ticks.map(({ text }) => text)).toEqual(["0.1", "1", "10", "100", "1,000"]));

test("The picture is read out", () => expect(figure.description).toBe("W1: slow 750×, quick 0.50×. W5: quick 1.20×."));

test("Page and picture are the same each time, and the picture stands alone", () => {
  const { page, picture, excerpt } = documentation(outcomes, peers, "a machine");
  expect(documentation(outcomes, peers, "a machine")).toEqual({ page, picture, excerpt });
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img"[^>]*width="820"/);
  expect(picture).not.toMatch(/<script|<style|href=/);
  expect(picture.match(/<circle /g)).toHaveLength(3);
  expect(page).toContain("Measured on a machine.\n\nloops: loops 1; quick: quick 1; slow: slow 1.");
  expect(excerpt).toMatch(/^!\[Time[^\]]+\]\(docs\/speed.svg\)\n\nMedians of `loops`/);
  expect(excerpt.endsWith(overview(outcomes, peers, "loops"))).toBe(true);
  expect(page).toContain("## W5: perceptron 2–64–64–3, batch of 64, a step of Adam\n\n| peer");
});

test("The README shows the first size of each workload", () => {
  const [one] = outcomes;
  if (one === undefined) throw new Error("outcomes are there");
  const sizes = ["W2:1000", "W2:10000", "W3:full", "W3:32"].map((workload) => ({ ...one, workload }));
  const { page, excerpt } = documentation(sizes, peers, "a machine");
  expect(excerpt.match(/\| W\S+/g)).toEqual(["| W2:1000", "| W3:full"]);
  expect(page).toContain("| W2:10000 |");
});
