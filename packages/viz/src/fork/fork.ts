import { DomainError, optionsOf } from "@gradfold/core/library";
import { finite, pair, reading, text } from "../check.ts";
import type { Look } from "../descent/look.ts";
import { tight } from "../domain.ts";
import type { Figure, Path, Point } from "../figure.ts";
import { valueAxis } from "../loss/axis.ts";
import { type Course, courseOf, entriesOf, type Entry, isFiniteEntry, type Losses, remarksOf } from "../loss/losses.ts";
import { numberText } from "../number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { charted } from "../series/chart.ts";
import { besideOf, ruleMarks } from "../series/rule.ts";
import type { Theme } from "../theme.ts";
import { thinned } from "../thin.ts";

export interface ForkOptions extends FigureOptions {
  /** What the two runs are called; by default "recorded" and "forked". */
  readonly names?: readonly [recorded: string, forked: string];
}

/**
 * A figure of the losses of a run and of its fork: once up to step `k`, where they part, then dashed as it was recorded and
 * whole as it was forked.
 *
 * Losses are as for `lossCurve`. Those of the fork may begin with the ones that it shares, or behind them if their steps
 * are given. The note says so where the runs differ before they part.
 *
 * @throws DomainError for what are no losses, for a `k` that the recorded run has not come to, or for a bad option
 *
 * @example
 * import { forkCurve } from "gradfold/viz";
 * const figure = forkCurve([8, 4, 2, 1], [8, 4, 1, 0.25], 1);
 * figure.description; // => 'Fork at step 1, loss 4. Recorded: loss 1 at step 3. Forked: loss 0.25 at step 3.'
 */
export const forkCurve = (recorded: Losses, forked: Losses, k: number, options?: ForkOptions): Figure => {
  const [[before, after], at, settings] = reading(op, () => [
    [entriesOf(op)(recorded, () => `${op}: recorded`), entriesOf(op)(forked, () => `${op}: forked`)],
    finite(k, () => `${op}: k`),
    checkedOptions(op, optionsOf(op, options, defaults), { ...commonChecks, names: pair(text, "[recorded, forked]") }),
  ]);
  const { theme, width, names } = settings;
  checkFork(before, at);
  const shared = before.filter(([step]) => step <= at).findLast(isFiniteEntry);
  const courses = [courseOf({ name: names[0], value: before }), courseOf({ name: names[1], value: after })] as const;
  const shown = courses.flatMap(({ drawn, end }) => (end === undefined ? drawn : [...drawn, end]));
  const x = { label: "step", scale: "linear", domain: tight(shown.map(([step]) => step)), minStep: 1 } as const;
  const y = valueAxis(
    "loss",
    courses.flatMap(({ finite }) => finite.map(([, loss]) => loss)),
  );
  const other = firstOther(before, after, at);
  return charted({
    options: settings,
    name: "A run and its fork",
    words: [
      `fork at step ${at}${shared === undefined ? "" : `, loss ${numberText(shared[1])}`}`,
      ...courses.map(wordsOf),
    ],
    remarks: [
      ...(other === undefined ? [] : [`the runs differ from step ${other} on, before the fork`]),
      ...courses.flatMap(remarksOf),
    ],
    x,
    y,
    curves: [
      { path: partOf(courses[0], (step) => step <= at), look: { color: theme.data, dash: "", glyph: "ring" } as const },
      { path: tailOf(courses[0], shared, at), look: looks(theme)[0] },
      { path: tailOf(courses[1], shared, at), look: looks(theme)[1] },
    ].map(({ path, look }, i) => ({ name: names[i - 1] ?? "", path: thinned(path, 2 * width), look })),
    behind: ruleMarks(y, at, besideOf(x, at, [`fork at step ${at}`, `fork at ${at}`, "fork"], width), theme),
  });
};

const op = "forkCurve";

const defaults = { ...common, idPrefix: "fork", names: ["recorded", "forked"] as const };

const looks = ({ before, after }: Theme): readonly [Look, Look] => [
  { color: before, dash: "6 5", glyph: "square" },
  { color: after, dash: "", glyph: "disc" },
];

const checkFork = (recorded: readonly Entry[], k: number): void => {
  const steps = recorded.map(([step]) => step);
  if (steps.some((step) => step <= k) && steps.some((step) => step >= k)) return;
  const ends = steps.length === 0 ? "it has none" : `they are from ${steps[0]} to ${steps.at(-1)}`;
  throw new DomainError(`${op}: k is ${k}, and no step of the recorded run: ${ends}.`);
};

const partOf = ({ drawn }: Course, isPart: (step: number) => boolean): Path =>
  drawn.filter(([step]) => isPart(step)).map((entry) => (isFiniteEntry(entry) ? entry : null));

/** A run from where the two part. */
const tailOf = (course: Course, shared: Point | undefined, k: number): Path => [
  ...(shared === undefined ? [] : [shared]),
  ...partOf(course, (step) => step > k),
];

/** The first step up to the fork at which the losses that both runs have are not the same bits. */
const firstOther = (recorded: readonly Entry[], forked: readonly Entry[], k: number): number | undefined => {
  const known = new Map(recorded);
  return forked.find(([step, loss]) => step <= k && known.has(step) && !Object.is(known.get(step), loss))?.[0];
};

const wordsOf = ({ name, finite }: Course): string => {
  const last = finite.at(-1);
  return last === undefined ? `${name}: no finite loss` : `${name}: loss ${numberText(last[1])} at step ${last[0]}`;
};
