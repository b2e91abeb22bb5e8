import type { Outcome } from "./measure.ts";
import { ratioText, timeText } from "./statistics.ts";

/** A Markdown table, its columns aligned as Prettier does. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = header.map((cell, i) => Math.max(3, cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? "").padEnd(width) : (cells[i] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
};

/** One workload: every peer's times and how they compare with the baseline's. */
export const detail = ({ measured, leftOut }: Outcome, baseline: string): string => {
  const base = measured.find(({ peer }) => peer === baseline);
  const rows = measured
    .toSorted((a, b) => a.median - b.median)
    .map(({ peer, median, minimum, distance }) => [
      peer,
      timeText(median),
      timeText(minimum),
      base === undefined ? "–" : ratioText(median / base.median),
      base === undefined ? "–" : ratioText(minimum / base.minimum),
      distance === 0 ? "0" : distance.toExponential(0),
    ]);
  const times = table(["peer", "median", "minimum", "× (median)", "× (minimum)", "distance"], rows);
  return [times, ...leftOut.map(({ peer, why }) => `${peer} is left out: ${why}.`)].join("\n\n");
};

/** What stands for a peer that was not measured. */
const gap = (why: string | undefined): string =>
  why === undefined ? "–" : why === "not compiled" ? why : why.startsWith("wrong") ? "wrong" : "failed";

/** All workloads: the baseline's median times, and the other peers' ratios to them. */
export const overview = (outcomes: readonly Outcome[], peers: readonly string[], baseline: string): string => {
  const others = peers.filter((peer) => peer !== baseline);
  const rows = outcomes.map(({ workload, measured, leftOut }) => {
    const base = measured.find(({ peer }) => peer === baseline);
    const cells = others.map((name) => {
      const found = measured.find(({ peer }) => peer === name);
      if (found && base) return ratioText(found.median / base.median);
      return gap(leftOut.find(({ peer }) => peer === name)?.why);
    });
    return [workload, base === undefined ? "–" : timeText(base.median), ...cells];
  });
  return table(["", baseline, ...others], rows);
};
