import type { Run } from "./fit.ts";

const width = 60;
const height = 16;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean loss of the steps that fall into each column. */
const columnsOf = (losses: readonly number[], steps: number): readonly number[] =>
  Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * steps) / width);
    return mean(losses.slice(from, Math.max(Math.floor(((i + 1) * steps) / width), from + 1)));
  });

/** The loss curves of a run and of its fork in characters, on a logarithmic scale, and what they end at. */
export const curves = (run: Run, fork: Run, k: number): string => {
  const [one, other] = [run.metrics.loss, fork.metrics.loss];
  const steps = Math.max(one.length, other.length);
  const logs = [one, other].map((losses) => columnsOf(losses, steps).map(Math.log10));
  const finite = logs.flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const cells = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  for (const [i, sign] of ["·", "━"].entries())
    for (const [column, value] of (logs[i] ?? []).entries()) {
      const up = high === low ? 0 : Math.round(((value - low) / (high - low)) * (height - 1));
      const row = Number.isFinite(value) ? cells[height - 1 - up] : undefined;
      if (row !== undefined) row[column] = row[column] === " " ? sign : "═";
    }
  const end = (losses: readonly number[]): string => (losses.at(-1) ?? NaN).toPrecision(6);
  return [
    `loss, ${(10 ** high).toPrecision(3)} to ${(10 ** low).toPrecision(3)}, logarithmic, over ${steps} steps`,
    ...cells.map((row) => `│${row.join("")}`.trimEnd()),
    `└${"─".repeat(width)}`,
    `· recorded: the last step's loss is ${end(one)}`,
    `━ forked at step ${k}: the last step's loss is ${end(other)}`,
  ].join("\n");
};
