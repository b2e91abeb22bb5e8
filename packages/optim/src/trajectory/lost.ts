import type { Recording } from "../recording/recording.ts";
import { concatenateRows, type Rows } from "./rows.ts";
import { metricOf, takeStep } from "./step.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** The metrics of a recording. Those that are lost are computed again, from the states that are kept before them. */
export const wholeRows = (op: string, made: Recording, step: AnyStep, inputs: AnyInputs): Rows => {
  const { lost = [], steps, keyframes, metrics } = made;
  const rows = concatenateRows([{ length: steps, columns: metrics }]);
  for (const { from, to } of lost) {
    const frame = keyframes.findLast(({ step: at }) => at <= from);
    let state = frame?.state;
    for (let k = frame?.step ?? 0; k < Math.min(to, steps); k++) {
      const [next, row] = takeStep(op, step, state, inputs.at(k));
      state = next;
      if (k < from) continue;
      for (const [name, column] of Object.entries(rows.columns))
        column[k] = Object.hasOwn(row, name) ? metricOf(op, name, row[name]) : NaN;
    }
  }
  return rows;
};
