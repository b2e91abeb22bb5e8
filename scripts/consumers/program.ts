/* What consumers compute that run on Node and its like: the results, drawn by jsdom, and the run as a file and back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Metrics, orThrow, recording, type Step, type Trajectory } from "gradfold";
import { load, save } from "gradfold/node";
import { render } from "gradfold/viz/node";
import { bits, results } from "./results.ts";

/** A run that was saved and loaded, as text. */
export const savedAndLoaded = <State>(run: Trajectory<State, Metrics>): string => {
  const folder = mkdtempSync(join(tmpdir(), "gradfold-run-"));
  try {
    const path = join(folder, "run.safetensors");
    orThrow(save(path, recording.of(run)));
    return bits(orThrow(load(path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Two lines: the results, and the run that was saved and loaded. */
export const program = <State>(run: Trajectory<State, Metrics>, step: Step<State, void, Metrics>): string =>
  `${results(run, step, render)}\n${savedAndLoaded(run)}`;
