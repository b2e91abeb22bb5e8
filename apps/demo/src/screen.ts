import { item, slice, toTypedArray } from "@gradfold/core";
import type { Metrics, Replay } from "@gradfold/optim";
import type { State } from "./fit.ts";
import { type Data, loss } from "./problem.ts";

const width = 60;
const height = 16;

/** The range of the data, a little wider. */
const rangeOf = (values: ArrayLike<number>): readonly [number, number] => {
  const list = Array.from(values);
  const [low, high] = [Math.min(...list), Math.max(...list)];
  const margin = (high - low || 1) * 0.08;
  return [low - margin, high + margin];
};

/** Which of `cells` a value falls into; undefined outside. */
const cellOf = (value: number, [low, high]: readonly [number, number], cells: number): number | undefined => {
  const cell = Math.round(((value - low) / (high - low)) * (cells - 1));
  return cell >= 0 && cell < cells ? cell : undefined;
};

/** The data as dots and the line over them, in characters. */
export const picture = (data: Data, slope: number, intercept: number): string => {
  const us = toTypedArray(slice(data.x, [null, 0]));
  const ys = toTypedArray(data.y);
  const [across, up] = [rangeOf(us), rangeOf(ys)];
  const rows = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  const mark = (u: number, y: number, sign: string): void => {
    const column = cellOf(u, across, width);
    const row = cellOf(y, up, height);
    const line = row === undefined ? undefined : rows[height - 1 - row];
    if (column !== undefined && line !== undefined) line[column] = sign;
  };
  us.forEach((u: number, i: number) => mark(u, ys[i] ?? NaN, "·"));
  for (let column = 0; column < width; column++) {
    const u = across[0] + (column / (width - 1)) * (across[1] - across[0]);
    mark(u, slope * u + intercept, "━");
  }
  return rows.map((row) => `│${row.join("")}`.trimEnd()).join("\n");
};

const keys = "→ or f forward   ← or b back   home/end or 0/$ ends   q quit";

/** The whole screen of a replay at one state. */
export const screen = ({ run, step, state }: Replay<State, Metrics>, data: Data): string => {
  const [slope = NaN, intercept = NaN] = toTypedArray(state.params);
  const head = `step ${step} of ${run.length - 1}   loss ${item(loss(state.params, data)).toPrecision(6)}`;
  const line = `slope ${slope.toPrecision(6)}   intercept ${intercept.toPrecision(6)}`;
  return [head, line, picture(data, slope, intercept), `└${"─".repeat(width)}`, keys].join("\n");
};
