import { option, pipe, slice, toTypedArray } from "@gradfold/core";
import { trajectory } from "@gradfold/optim";
import { lossCurve, scatterFit } from "@gradfold/viz";
import { render, replayPage } from "@gradfold/viz/node";
import { lossesOf, type Run } from "./fit.ts";
import type { Data, Problem } from "./problem.ts";

/** More frames than this would not be seen, only downloaded. */
const mostFrames = 201;

/** Steps to show: every one of a short run, else evenly spread ones with both ends. */
const shown = (length: number): readonly number[] => {
  const count = Math.min(length, mostFrames);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / Math.max(count - 1, 1)));
};

/** The data as columns of plain numbers. */
const columnsOf = ({ x, y }: Data) => ({ x: toTypedArray(slice(x, [null, 0])), y: toTypedArray(y) });

/** The descent as a page: the line of each state over the data. */
const replayOf = (run: Run, data: Data): string => {
  const losses = lossesOf(run, data);
  const frames = shown(run.length).flatMap((k) =>
    pipe(
      trajectory.at(run, k),
      option.match(
        () => [],
        ({ params }) => {
          const [slope = NaN, intercept = NaN] = toTypedArray(params);
          const line = [-1, 1].map((u) => [u, slope * u + intercept]);
          return [{ step: k, loss: losses[k] ?? null, params: { slope, intercept }, line }];
        },
      ),
    ),
  );
  return replayPage(frames, { data: columnsOf(data), title: "Linear regression by gradient descent" });
};

/** The pictures of a run, by file name. */
export const picturesOf = (run: Run, { a, data }: Problem): Readonly<Record<string, string>> => {
  const lines = { before: toTypedArray(a), after: toTypedArray(run.final.params) };
  return {
    "fit.svg": render(scatterFit({ ...columnsOf(data), ...lines })),
    "loss.svg": render(lossCurve(run.metrics)),
    "replay.html": replayOf(run, data),
  };
};
