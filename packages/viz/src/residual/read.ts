import { DomainError } from "@gradfold/core/library";
import { bounded, isList, type Place, refuse } from "../check.ts";
import { type Column, column, columnOf, hasColumn, notDrawn, numberOrNull, sameLength, someRow } from "../column.ts";
import type { Point } from "../figure.ts";
import { inWords, numberText, type Value } from "../number.ts";

/**
 * Residuals, what is observed less what was fitted, in any of three forms: by themselves; as rows or columns with
 * `residual`; or with `y` and `fitted`, of which they are made. Beside them stand what they are drawn against.
 */
export type Residuals =
  | Column
  | readonly {
      /** What is observed less what was fitted; `y - fitted` by default. */
      readonly residual?: number | null | undefined;
      /** What was fitted. */
      readonly fitted?: number | null | undefined;
      /** What is observed. */
      readonly y?: number | null | undefined;
      /** Where it is observed. */
      readonly x?: number | null | undefined;
    }[]
  | {
      /** What is observed less what was fitted; `y - fitted` by default. */
      readonly residual?: Column | undefined;
      /** What was fitted. */
      readonly fitted?: Column | undefined;
      /** What is observed. */
      readonly y?: Column | undefined;
      /** Where it is observed. */
      readonly x?: Column | undefined;
    };

/** What residuals are drawn against: the order is that in which they are given. */
export type Against = "fitted" | "x" | "order";

/** Residuals as they were read. */
export interface Spread {
  readonly against: Against;
  readonly points: readonly Point[];
  /** A remark on those that are not finite. */
  readonly lost: readonly string[];
}

/** The residuals and what they are drawn against: by default the fitted values, or `x`, or the order, as there is. */
export const spreadOf = (op: string, data: unknown, against: Against | undefined): Spread => {
  const place: Place = () => `${op}: data`;
  const read = (name: string): readonly Value[] => columnOf(place, data, name, numberOrNull);
  const isPlain = isList(data) && !someRow(bounded(data, place));
  const has = (name: string): boolean => !isPlain && hasColumn(data, name);
  const made = isPlain
    ? column(numberOrNull)(data, place)
    : has("residual")
      ? read("residual")
      : difference(op, place, has, read);
  const chosen = against ?? (has("fitted") ? "fitted" : has("x") ? "x" : "order");
  const beside =
    chosen === "order"
      ? made.map((_, i) => i)
      : isPlain
        ? refuse(place, `rows or columns with ${chosen}`, data)
        : read(chosen);
  sameLength(op, { [chosen]: beside, residual: made });
  const pairs = made.map((value, i) => [beside[i] ?? null, value] as const);
  const points = pairs.filter((pair): pair is Point => pair.every(Number.isFinite));
  const rest = pairs.flatMap((pair) => pair.filter((value) => inWords(value) !== undefined).slice(0, 1));
  if (points.length === 0) throw new DomainError(`${op}: no finite residual: ${made.length} given. Give at least one.`);
  return { against: chosen, points, lost: notDrawn(rest) };
};

const difference = (
  op: string,
  place: Place,
  has: (name: string) => boolean,
  read: (name: string) => readonly Value[],
): readonly Value[] => {
  if (has("y") !== has("fitted")) {
    const [one, other] = has("y") ? ["y", "fitted"] : ["fitted", "y"];
    throw new DomainError(`${place()} has ${one} without ${other}. Give residual, or both y and fitted.`);
  }
  // Without both, the error names the column that most callers mean.
  if (!has("y")) return read("residual");
  const [y, fitted] = [read("y"), read("fitted")];
  sameLength(op, { y, fitted });
  return y.map((value, i) => {
    const other = fitted[i] ?? null;
    return value === null || other === null ? null : value - other;
  });
};

/** How the residuals lie: their mean, how far they are off in the mean, and how many are on either side of zero. */
export const spreadWords = (points: readonly Point[]): string => {
  const size = points.reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0) || 1;
  // In parts of the largest, since squares of large residuals are beyond the numbers.
  const mean = (f: (part: number) => number): number =>
    points.reduce((sum, [, value]) => sum + f(value / size) / points.length, 0);
  const above = points.filter(([, value]) => value > 0).length;
  const below = points.filter(([, value]) => value < 0).length;
  const average = numberText(size * mean((part) => part), 3);
  const off = numberText(size * Math.sqrt(mean((part) => part * part)), 3);
  return `mean ${average}, root mean square ${off}, ${above} above zero, ${below} below`;
};
