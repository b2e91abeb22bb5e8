import type { Recording } from "../recording/recording.ts";
import { framesFrom, placeOf, stateAt, stepAt } from "./frames.ts";
import { concatenateRows, type Rows } from "./rows.ts";
import { metricOf, takeStep } from "./step.ts";
import type { AnyInputs, AnyStep } from "./trajectory.ts";

/** The metrics of a recording. Those that are lost are computed again, from the states that are kept before them. */
export const wholeRows = (op: string, made: Recording, step: AnyStep, inputs: AnyInputs): Rows => {
  const { lost = [], steps, keyframes, metrics } = made;
  const rows = concatenateRows([{ length: steps, columns: metrics }]);
  const frames = [framesFrom(keyframes)];
  for (const { from, to } of lost) {
    const place = placeOf(frames, from);
    let state = place && stateAt(frames, place);
    for (let k = (place && stepAt(frames, place)) ?? 0; k < Math.min(to, steps); k++) {
      const [next, row] = takeStep(op, step, state, inputs.at(k));
      state = next;
      if (k < from) continue;
      for (const [name, column] of Object.entries(rows.columns))
        column[k] = Object.hasOwn(row, name) ? metricOf(op, name, row[name]) : NaN;
    }
  }
  return rows;
};
