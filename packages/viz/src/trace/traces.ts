import { DomainError, nearest, optionsOf } from "@gradfold/core/library";
import { type Check, finite, isObject, optional, reading, refuse, text } from "../check.ts";
import { column, type Column, notDrawn, numberOrNull, type Numbers, sameLength } from "../column.ts";
import { lookOf } from "../descent/look.ts";
import { roomy, tight } from "../domain.ts";
import type { Domain, Figure, Mark } from "../figure.ts";
import { numberText, type Value } from "../number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { charted, pathOf } from "../series/chart.ts";
import { type Named, namedOf } from "../series/named.ts";
import type { Theme } from "../theme.ts";
import { thinned } from "../thin.ts";

export interface TracesOptions extends FigureOptions {
  /** Where parameters should end, by their names: each a thin dashed line across the picture. */
  readonly optimum?: { readonly [name: string]: number };
  /** The number of every step; the index by default. */
  readonly step?: Numbers;
  /** The name of the vertical axis; "value" by default. */
  readonly yLabel?: string;
}

/**
 * A figure of parameters by step: a line for each, with its name where it ends, and its optimum as a thin dashed one.
 *
 * Values that are missing or not finite leave a gap and are counted.
 *
 * @throws DomainError for what are no columns, for more than 16, for columns and steps that differ in length, for an
 *   optimum without its column, or for a bad option
 *
 * @example
 * import { traces } from "gradfold/viz";
 * const figure = traces({ slope: [0.5, 2, 2.75], intercept: [0, 1, 2] }, { optimum: { slope: 3 } });
 * figure.description; // => 'Slope: 0.5 at step 0, 2.75 at step 2, optimum 3. Intercept: 0 at step 0, 2 at step 2.'
 */
export const traces = (columns: { readonly [name: string]: Column }, options?: TracesOptions): Figure => {
  const [named, settings] = reading(op, () => {
    const named = namedOf(op, "columns", columns, column(numberOrNull));
    const settings = checkedOptions(op, optionsOf(op, options, defaults), checks);
    const { step } = settings;
    if (step !== undefined)
      named.forEach(({ name, value }) => sameLength(op, { step, [name === "step" ? "column step" : name]: value }));
    checkNames(settings.optimum ?? {}, named);
    return [named, settings];
  });
  const { theme, width, step, optimum = {}, yLabel } = settings;
  const paths = named.map(({ value }) => pathOf(value, step));
  const heights = paths.flatMap((path) => path.flatMap((point) => (point === null ? [] : [point[1]])));
  const goals = named.flatMap(({ name }) => optimum[name] ?? []);
  const y = roomy([...heights, ...goals]);
  const x = tight(step ?? named.flatMap(({ value }) => (value.length === 0 ? [] : [0, value.length - 1])));
  return charted({
    options: settings,
    name: "Parameters by step",
    words: named.map((one) => wordsOf(one, step, optimum[one.name])),
    remarks: named.flatMap(({ name, value }) => notDrawn(value).map((remark) => `${name} ${remark}`)),
    x: { label: "step", scale: "linear", domain: x, minStep: 1 },
    y: {
      label: goals.length === 0 ? yLabel : `${yLabel} (thin line: optimum)`,
      scale: "linear",
      domain: y,
      minStep: 0,
    },
    curves: named.map(({ name }, i) => ({ name, path: thinned(paths[i] ?? [], 2 * width), look: lookOf(theme, i) })),
    behind: named.flatMap(({ name }, i) => {
      const goal = optimum[name];
      return goal === undefined ? [] : [goalMark(goal, x, lookOf(theme, i).color)];
    }),
  });
};

const op = "traces";

const defaults = { ...common, idPrefix: "traces", optimum: undefined, step: undefined, yLabel: "value" };

type Goals = Readonly<Record<string, number>>;

const goals: Check<Goals> = (value, place) => {
  const given = isObject(value) ? value : refuse(place, "an object of numbers by name", value);
  return Object.fromEntries(
    Object.entries(given).map(([name, goal]) => [
      name,
      finite(goal, () => `${place()}[${JSON.stringify(name.slice(0, 40))}]`),
    ]),
  );
};

const checks = { ...commonChecks, optimum: optional(goals), step: optional(column(finite)), yLabel: text };

/** Throws a DomainError unless each optimum is that of a column. */
const checkNames = (optimum: Goals, named: readonly Named<unknown>[]): void => {
  const names = named.map(({ name }) => name);
  const unknown = Object.keys(optimum).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, names);
  throw new DomainError(
    `${op}: optimum has ${unknown.slice(0, 40)}, and the columns do not.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
  );
};

const wordsOf = (
  { name, value }: Named<readonly Value[]>,
  step: readonly number[] | undefined,
  goal: number | undefined,
): string => {
  const points = pathOf(value, step).filter((point) => point !== null);
  const ends = [...points.slice(0, 1), ...points.slice(1).slice(-1)];
  const words = ends.map(([at, height]) => `${numberText(height)} at step ${at}`).join(", ");
  return `${name}: ${words === "" ? "no finite value" : words}${goal === undefined ? "" : `, optimum ${numberText(goal)}`}`;
};

const goalMark = (goal: number, [left, right]: Domain, color: Theme["after"]): Mark => ({
  kind: "line",
  path: [
    [left, goal],
    [right, goal],
  ],
  width: 1,
  dash: "12 6",
  color,
});
