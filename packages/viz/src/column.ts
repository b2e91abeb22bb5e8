import { DomainError } from "@gradfold/core";
import type { Point } from "./figure.ts";

/** Numbers in a row: an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Points as rows or as columns of equal length. */
export type Points =
  readonly { readonly x: number; readonly y: number }[] | { readonly x: Numbers; readonly y: Numbers };

/** Whether the data are rows, not columns. (`Array.isArray` does not narrow a readonly array.) */
export const isRows = <Row extends object>(data: readonly Row[] | object): data is readonly Row[] =>
  Array.isArray(data);

/** Past this, the difference of two values may overflow. */
const LIMIT = 1e300;

/** Whether a picture can hold the value. */
export const drawable = (value: number): boolean => Math.abs(value) <= LIMIT;

/** The smallest and the largest of the values. */
export const extent = (values: readonly number[]): readonly [low: number, high: number] => [
  values.reduce((low, value) => Math.min(low, value), Infinity),
  values.reduce((high, value) => Math.max(high, value), -Infinity),
];

/** The points whose coordinates are finite, and how many are not. */
export const finitePoints = (
  op: string,
  data: Points,
): { readonly points: readonly Point[]; readonly dropped: number } => {
  const x = isRows(data) ? data.map((row) => row.x) : Array.from(data.x);
  const y = isRows(data) ? data.map((row) => row.y) : Array.from(data.y);
  sameLength(op, { x, y });
  const points = x.flatMap((xi, i): readonly Point[] => {
    const yi = y[i];
    return yi !== undefined && Number.isFinite(xi) && Number.isFinite(yi) ? [[xi, yi]] : [];
  });
  const tooLarge = points.flat().find((value) => !drawable(value));
  if (tooLarge !== undefined)
    throw new DomainError(`${op}: a value is too large to draw: ${tooLarge}. Divide by a power of ten first.`);
  return { points, dropped: x.length - points.length };
};

/** Throws a DomainError unless the columns have one length. */
export const sameLength = (op: string, columns: Readonly<Record<string, Numbers>>): void => {
  const lengths = Object.values(columns).map((column) => column.length);
  if (new Set(lengths).size > 1)
    throw new DomainError(
      `${op}: columns differ in length: ${Object.keys(columns).join(", ")} have ${lengths.join(", ")}. ` +
        "Give one value of each per point.",
    );
};
