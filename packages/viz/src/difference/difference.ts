import { DomainError, optionsOf } from "@gradfold/core/library";
import { between, finite, optional, type Place, reading } from "../check.ts";
import { column, notDrawn, type Numbers } from "../column.ts";
import type { Figure } from "../figure.ts";
import { counted } from "../label.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { charted, pathOf } from "../series/chart.ts";
import { ruleMarks } from "../series/rule.ts";
import { thinned } from "../thin.ts";
import { axesOf, comparisonOf, sameMark, wordsOf } from "./comparison.ts";
import { type Rows, type States, statesOf } from "./distance.ts";

export interface DifferenceOptions extends FigureOptions {
  /** How many numbers of one list are a state; default 1. */
  readonly size?: number;
  /** The number of every step; the index by default. */
  readonly step?: Numbers;
}

/**
 * A figure of how far two runs are apart at each step: the Euclidean distance of their states, and up to where they are
 * the same to the last bit.
 *
 * A run is a list of states, each a list of numbers; an object of columns by name; or one list of numbers, `size` for
 * each state, as `toTypedArray(trajectory.column(run, f))` gives it. The axis is logarithmic where the distances span a
 * power of ten: it has no place for a distance of zero, and the note counts those after the runs part.
 *
 * @throws DomainError for what are no states, for states of other sizes or names, for runs without a step, or for a bad
 *   option
 *
 * @example
 * import { difference } from "gradfold/viz";
 * const figure = difference({ slope: [1, 2, 3], bias: [0, 0, 0] }, { slope: [1, 2, 6], bias: [0, 0, 4] });
 * figure.description; // => 'Same bits up to step 1. Distance 5 at step 2.'
 */
export const difference = (a: States, b: States, options?: DifferenceOptions): Figure => {
  const [runs, settings] = reading(op, () => {
    const settings = checkedOptions(op, optionsOf(op, options, defaults), checks);
    const runs = [statesOf(op, "a", a, settings.size), statesOf(op, "b", b, settings.size)] as const;
    checkAlike(...runs, settings.step);
    return [runs, settings];
  });
  const { theme, width, step } = settings;
  const parts = comparisonOf(...runs, step);
  const { distances, parting, stepOf } = parts;
  const last = stepOf(distances.length - 1);
  const { x, y, beside, same } = axesOf(parts, width);
  const isLog = y.scale === "log";
  const bare = isLog ? distances.filter((one, i) => one === 0 && i > parting).length : 0;
  const drawn = distances.map((one) => (isLog && one === 0 ? null : one));
  return charted({
    options: settings,
    name: "Distance of two runs",
    words: wordsOf(parts),
    remarks: [
      ...notDrawn(distances),
      ...(bare === 0 ? [] : [`no distance at ${counted(bare, "later step")}`]),
      ...(runs[0].length === runs[1].length ? [] : [`one run ends at step ${last}`]),
    ],
    x,
    y,
    curves: [
      {
        name: "",
        path: thinned(pathOf(drawn, step), 2 * width),
        look: { color: theme.after, dash: "", glyph: "disc" },
      },
    ],
    behind: [
      ...(same === undefined ? [] : ruleMarks(y, same, beside, theme)),
      ...(parting < 0 ? [sameMark(x, y, theme)] : []),
    ],
  });
};

const op = "difference";

const defaults = { ...common, idPrefix: "difference", size: 1, step: undefined };

const checks = {
  ...commonChecks,
  size: (value: unknown, place: Place) => Math.round(between(1, 1e6, "numbers")(value, place)),
  step: optional(column(finite)),
};

/** Throws a DomainError unless the states of the runs have the same numbers. */
const checkAlike = (a: Rows, b: Rows, step: readonly number[] | undefined): void => {
  const length = Math.min(a.length, b.length);
  if (length === 0) throw new DomainError(`${op}: a has ${a.length} states and b has ${b.length}. Give at least one.`);
  const other = a.names.find((name) => !b.names.includes(name)) ?? b.names.find((name) => !a.names.includes(name));
  if (other !== undefined || a.names.length !== b.names.length)
    throw new DomainError(`${op}: a state of a has ${namesOf(a)}, and one of b has ${namesOf(b)}.`);
  if (step !== undefined && step.length < length)
    throw new DomainError(`${op}: step has ${step.length} numbers for ${length} states. Give one for each.`);
};

const namesOf = ({ names }: Rows): string =>
  names[0] === "0" ? counted(names.length, "number") : `{ ${names.slice(0, 5).join(", ")} }`;
