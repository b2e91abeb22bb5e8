import {
  div,
  equal,
  expandDims,
  greater,
  type Matrix,
  max,
  min,
  mul,
  type Scalar,
  slice,
  sqrt,
  square,
  sum,
  svd,
  toTypedArray,
  type Vector,
  where,
} from "@gradfold/core";
import { stopGradient } from "@gradfold/autodiff";
import { short } from "../outcome.ts";
import { placesOf } from "../places.ts";
import { precisionOf } from "../../precision.ts";
import { asMatrix, asVector } from "../sizes.ts";

/* Which numbers a Jacobian determines: those that no change of others makes up for. */

/** A matrix whose columns are of length 1, and their lengths before; columns of 0 stay. */
export const inUnits = (matrix: Matrix): { readonly unit: Matrix; readonly lengths: Vector } => {
  const lengths = asVector(sqrt(sum(square(matrix), 0)));
  const isZero = equal(lengths, 0);
  return {
    unit: asMatrix(div(matrix, expandDims(where(isZero, 1, lengths), 0))),
    lengths: asVector(where(isZero, 1, lengths)),
  };
};

/** Below which share of the greatest singular value others are rounding errors, for a Jacobian of so many rows. */
const shareOf = (rows: number, unit: Matrix): number => Math.max(rows, unit.shape[1]) * precisionOf(unit.dtype);

/** Whether the columns of a matrix, each in its unit, are linearly independent. */
export const isDetermined = (rows: number, unit: Matrix): Scalar => {
  const { s } = svd(stopGradient(unit));
  return greater(min(s), mul(max(s), shareOf(rows, unit)));
};

/** Shares of a direction below this are rounding errors. */
const leastPart = 1e-6;

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;

/**
 * The numbers that the columns of a matrix do not determine, in words, of a factor whose values are known; nothing where it
 * determines all.
 */
export const undetermined = (point: unknown, rows: number, matrix: Matrix): string => {
  const { unit, lengths } = inUnits(matrix);
  const { s, v } = svd(unit);
  const [values, sizes] = [Array.from(toTypedArray(s)), toTypedArray(lengths)];
  const vectors = values.map((_, k) => toTypedArray(slice(v, [null, k])));
  const least = Math.max(...values) * shareOf(rows, unit);
  const lost = values.flatMap((value, k) => (value <= least ? [k] : []));
  const [first] = lost;
  if (first === undefined) return "";
  const isPart = (i: number): boolean => lost.some((k) => Math.abs(vectors[k]?.[i] ?? 0) > leastPart);
  const parts = placesOf(point).flatMap((name, i) => (isPart(i) ? [{ name, i }] : []));
  const names = list(parts.map(({ name }) => name));
  if (parts.length === 1) return `${names} is not determined: it does not change the residuals`;
  if (lost.length > 1)
    return `${names} are not determined: ${lost.length} changes of them together leave the residuals as they are`;
  const along = parts.map(({ i }) => (vectors[first]?.[i] ?? 0) / (sizes[i] ?? 1));
  const changes = along.map((each) => short(each / (along[0] ?? 1)));
  return `${names} are not determined: changing them by ${list(changes)} leaves the residuals as they are`;
};
