import { dark, type Figure } from "@gradfold/viz";
import type { Outcome } from "./measure.ts";
import { ratioText } from "./statistics.ts";

type Mark = Figure["marks"][number];
type Color = Mark["color"];

/** M. Okabe and K. Ito, "Color Universal Design", 2008, and two greys; gradfold's are the first two. */
const colors: readonly Color[] = [
  "#56b4e9",
  "#e69f00",
  "#f0e442",
  "#009e73",
  "#cc79a7",
  "#d55e00",
  "#ffffff",
  "#8c8c8c",
  "#4d7fff",
];

const margin = { top: 12, right: 32, bottom: 46, left: 96 };
const rowHeight = 24;
const perRow = 5;

/** Powers of ten around some numbers, and 1. */
const decades = (values: readonly number[]): readonly number[] => {
  const low = Math.floor(Math.log10(Math.min(1, ...values)));
  const high = Math.ceil(Math.log10(Math.max(10, ...values)));
  return Array.from({ length: high - low + 1 }, (_, i) => Number(`1e${low + i}`));
};

/** For every workload a row of dots: how long each peer takes, over the baseline's time. The further left the better. */
export const speedFigure = (outcomes: readonly Outcome[], peers: readonly string[], baseline: string): Figure => {
  const others = peers.filter((peer) => peer !== baseline);
  const rows = outcomes.map(({ workload, measured }, i) => {
    const base = measured.find(({ peer }) => peer === baseline)?.median ?? NaN;
    const ratios = measured
      .filter(({ peer }) => peer !== baseline)
      .map(({ peer, median }) => ({ peer, ratio: median / base }))
      .filter(({ ratio }) => Number.isFinite(ratio));
    return { workload, y: outcomes.length - i, ratios };
  });
  const x = decades(rows.flatMap(({ ratios }) => ratios.map(({ ratio }) => ratio)));
  const [low = 1, high = 10] = [x[0], x.at(-1)];
  const legendRows = Math.ceil(others.length / perRow);
  const top = outcomes.length + 1;
  const above = margin.top + legendRows * rowHeight;
  const colorOf = (i: number): Color => colors[i % colors.length] ?? dark.ink;

  // The last drawn lies on top: gradfold's.
  const dots = others
    .map((peer, i): Mark => {
      const points = rows.flatMap(({ y, ratios }) =>
        ratios.filter((found) => found.peer === peer).map(({ ratio }) => [ratio, y] as const),
      );
      return { kind: "dots", points, radius: i < 2 ? 5.5 : 4, opacity: 1, color: colorOf(i) };
    })
    .toReversed();
  const legend = others.map((peer, i): Mark => {
    const along = (i % perRow) / perRow;
    const up = (Math.floor(i / perRow) - legendRows) * rowHeight;
    const at = [low * (high / low) ** along, top] as const;
    return { kind: "text", at, text: `● ${peer}`, anchor: "start", bold: i < 2, offset: [0, up], color: colorOf(i) };
  });
  const summary = rows.map(
    ({ workload, ratios }) =>
      `${workload}: ${ratios.map(({ peer, ratio }) => `${peer} ${ratioText(ratio)}`).join(", ")}.`,
  );
  return {
    width: 820,
    height: above + margin.bottom + top * rowHeight,
    margin: { ...margin, top: above },
    title: "Time for each workload, relative to hand-written loops over typed arrays",
    description: summary.join(" "),
    heading: "",
    note: "",
    theme: dark,
    idPrefix: "speed",
    x: {
      label: `time relative to ${baseline} (log scale): further left is faster`,
      scale: "log",
      domain: [low, high],
      ticks: x.map((value) => ({ value, text: value.toLocaleString("en", { maximumFractionDigits: 9 }) })),
    },
    y: {
      label: "",
      scale: "linear",
      domain: [0, top],
      ticks: rows.map(({ workload, y }) => ({ value: y, text: workload })),
    },
    marks: [{ kind: "rule", x: 1, dash: "3 4", color: dark.muted }, ...dots, ...legend],
  };
};
