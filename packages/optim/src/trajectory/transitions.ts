import { frozen } from "../value.ts";
import { concatenateRows, partOf, type Rows } from "./rows.ts";
import { takeStep } from "./step.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** Some transitions one after another: how to take any of them again, and the metrics that they gave. */
export interface Transitions extends Rows {
  readonly take: (state: unknown, i: number) => readonly [state: unknown, metrics: unknown];
}

const takeBy =
  (step: AnyStep, inputs: AnyInputs): Transitions["take"] =>
  (state, i) => {
    const [next, metrics] = takeStep("trajectory", step, state, inputs.at(i));
    return [frozen(next), metrics];
  };

export const transitionsOf = (step: AnyStep, inputs: AnyInputs, columns: Rows["columns"]): Transitions => ({
  length: inputs.length,
  columns,
  take: takeBy(step, inputs),
});

/** The parts' rows are copied into the whole's, so its `take` must not keep the parts themselves alive. */
const oneOf =
  (before: number, first: Transitions["take"], second: Transitions["take"]): Transitions["take"] =>
  (state, i) =>
    i < before ? first(state, i) : second(state, i - before);

export const join = (a: Transitions, b: Transitions): Transitions => ({
  ...concatenateRows([a, b]),
  take: oneOf(a.length, a.take, b.take),
});

/** Takes transition i of several parts. */
export const take = (
  parts: readonly Transitions[],
  state: unknown,
  i: number,
): readonly [state: unknown, metrics: unknown] => {
  let before = 0;
  for (const part of parts) {
    if (i < before + part.length) return part.take(state, i - before);
    before += part.length;
  }
  throw new RangeError(`there is no transition ${i}`);
};

/** Rows from … to - 1 of several parts, in columns of their own. */
export const rowsOf = (parts: readonly Rows[], from: number, to: number): Rows => {
  let before = 0;
  const found: Rows[] = from === to ? parts.slice(0, 1).map((part) => partOf(part, 0, 0)) : [];
  for (const part of parts) {
    const [a, b] = [Math.max(from - before, 0), Math.min(to - before, part.length)];
    if (a < b) found.push(partOf(part, a, b));
    before += part.length;
  }
  return concatenateRows(found);
};
