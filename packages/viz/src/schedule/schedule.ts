import { optionsOf } from "@gradfold/core/library";
import { between, oneOf, optional, reading, text } from "../check.ts";
import { extent, notDrawn } from "../column.ts";
import { lookOf } from "../descent/look.ts";
import { roomy, roomyLog } from "../domain.ts";
import type { Figure, Path, Point } from "../figure.ts";
import { numberText, type Value } from "../number.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { charted, pathOf } from "../series/chart.ts";
import { type Named, namedOf } from "../series/named.ts";
import { thinned } from "../thin.ts";
import type { AxisDraft } from "../ticks.ts";
import { type RateCurve, type Schedule, scheduleOf } from "./rate.ts";

export interface ScheduleOptions extends FigureOptions {
  /** How many steps are shown, 1 to 1,000,000; by default as many as the longest list of rates has, else 100. */
  readonly steps?: number;
  /** How rates are placed: by themselves or by their logarithm; default "linear". */
  readonly scale?: "linear" | "log";
  /** The name of the vertical axis; "learning rate" by default. */
  readonly yLabel?: string;
}

/**
 * A figure of the learning rate at each step, of one schedule or of several by name: a stair, since a rate holds for a
 * whole step.
 *
 * A schedule is a function of how many steps were taken before, as those of gradfold are, a list of rates, or one rate.
 * Rates that are missing or not finite leave a gap and are counted; so are those that a log scale has no place for.
 *
 * @throws DomainError for what is no schedule, for more than 16 of them, or for a bad option; what a schedule throws is
 *   the cause of one
 *
 * @example
 * import { schedule } from "gradfold";
 * import { scheduleCurve } from "gradfold/viz";
 * const cosine = schedule.cosineDecay({ init: 0.1, decaySteps: 50 });
 * scheduleCurve({ constant: 0.05, cosine }).description; // => 'Constant: 0.05 at step 0. Cosine: 0.1 at step 0, 0 at step 99.'
 */
export const scheduleCurve = (rates: { readonly [name: string]: RateCurve }, options?: ScheduleOptions): Figure => {
  const [courses, settings] = reading(op, () => {
    const schedules = namedOf(op, "rates", rates, scheduleOf(op));
    const settings = checkedOptions(op, optionsOf(op, options, defaults), checks);
    return [schedules.map((schedule) => courseOf(schedule, settings.steps ?? longest(schedules))), settings];
  });
  const { theme, width, scale } = settings;
  const isLog = scale === "log" && courses.some(({ values }) => values.some(isPositive));
  const paths = courses.map(({ values }) =>
    pathOf(values.map((value) => (isLog && !isPositive(value) ? null : value))),
  );
  const last = courses.reduce((last, { values }) => Math.max(last, values.length), 1);
  return charted({
    options: settings,
    name: "Learning rate",
    words: courses.map(wordsOf),
    remarks: courses.flatMap(({ name, values }) => remarksOf(values, isLog).map((remark) => `${name} ${remark}`)),
    x: { label: "step", scale: "linear", domain: [0, last], minStep: 1 },
    y: rateAxis(
      paths.flatMap((path) => path.filter((point) => point !== null)),
      settings.yLabel,
      isLog,
    ),
    curves: courses.map(({ name }, i) => ({
      name,
      path: thinned(stair(paths[i] ?? [], width), 2 * width),
      look: lookOf(theme, i),
    })),
    behind: [],
  });
};

const op = "scheduleCurve";

const defaults = {
  ...common,
  idPrefix: "schedule",
  steps: undefined,
  scale: "linear" as const,
  yLabel: "learning rate",
};

const checks = {
  ...commonChecks,
  steps: optional<number>((value, place) => Math.round(between(1, 1e6, "steps")(value, place))),
  scale: oneOf("linear", "log"),
  yLabel: text,
};

const longest = (schedules: readonly Named<Schedule>[]): number => {
  const lengths = schedules.flatMap(({ value: { length } }) => (length === undefined || length === 0 ? [] : [length]));
  return lengths.length === 0 ? 100 : extent(lengths)[1];
};

/** The rates of a schedule. */
interface Course {
  readonly name: string;
  readonly values: readonly Value[];
}

const courseOf = ({ name, value: { length, at } }: Named<Schedule>, steps: number): Course => ({
  name,
  values: Array.from({ length: Math.min(steps, length ?? steps) }, (_, step) => at(step)),
});

const isPositive = (value: Value): boolean => value !== null && value > 0;

const remarksOf = (values: readonly Value[], isLog: boolean): readonly string[] => {
  const bare = isLog ? values.filter((value) => value !== null && value <= 0).length : 0;
  return [...notDrawn(values), ...(bare === 0 ? [] : [`not on a log scale: ${bare} not above zero`])];
};

const wordsOf = ({ name, values }: Course): string => {
  const points = pathOf(values).filter((point) => point !== null);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no finite rate`;
  const peak = points.reduce((peak, point) => (point[1] > peak[1] ? point : peak), first);
  const turns = [first, peak, last].filter((point, i, all) => point[1] !== all[i - 1]?.[1]);
  return `${name}: ${turns.map(([step, rate]) => `${numberText(rate)} at step ${step}`).join(", ")}`;
};

/** A stair whose steps are narrower than so many pixels is drawn as a line: its corners were noise. */
const NARROW = 4;

/** Each value from its step to the next, a corner where it changes; only the ends of what stays the same. */
const stair = (path: Path, width: number): Path => {
  const hasCorners = path.length * NARROW < width;
  return path.flatMap((point, i): Path => {
    if (point === null) return [null];
    const [before, after] = [path[i - 1]?.[1], path[i + 1]?.[1]];
    if (before === point[1] && after === point[1]) return [];
    const end: Point = [point[0] + 1, point[1]];
    return hasCorners || after === undefined ? [point, end] : [point];
  });
};

const rateAxis = (points: readonly Point[], label: string, isLog: boolean): AxisDraft => {
  const rates = points.map((point) => point[1]);
  return isLog
    ? { label: `${label} (log scale)`, scale: "log", domain: roomyLog(rates), minStep: 0 }
    : { label, scale: "linear", domain: roomy([0, ...rates]), minStep: 0 };
};
