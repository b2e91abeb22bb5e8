import { DomainError, DTypeError, type Scalar } from "@gradfold/core";
import { describe, isRecord } from "@gradfold/core/library";
import { isScalar } from "../form.ts";
import type { Rate, Schedule } from "./schedule.ts";

const isConstantRate = (x: unknown): boolean => (typeof x === "number" ? x >= 0 && x < Infinity : isScalar(x));

export const isRate = (x: unknown): boolean => isConstantRate(x) || typeof x === "function";

const refuse = (name: string, must: string, x: unknown): never => {
  const hint = isRecord(x) ? " It stands by itself, before the options." : "";
  const words = `${name}: the learning rate must be ${must}, not ${describe(x)}.${hint}`;
  throw typeof x === "number" ? new DomainError(words) : new DTypeError(words);
};

/** Throws unless something is a learning rate. Of an array only the shape is looked at: its number may change. */
export const checkRate = (name: string, rate: unknown): void => {
  if (!isRate(rate)) refuse(name, "a finite number from 0 on, a scalar array or a schedule", rate);
};

/** Throws unless something is a learning rate that is the same in all steps. */
export const checkConstantRate = (name: string, rate: unknown): void => {
  if (!isConstantRate(rate)) refuse(name, "a finite number from 0 on or a scalar array", rate);
};

/** What a schedule gives after some steps, where it is a number. */
export const scheduledAt = (name: string, schedule: Schedule, count: Scalar): number | Scalar => {
  const value: unknown = schedule(count);
  if (isScalar(value)) return value;
  throw new DTypeError(`${name}: a schedule must give a number or a scalar array, not ${describe(value)}.`);
};

/** The learning rate after some steps. */
export const rateAt = (name: string, rate: Rate, count: Scalar): number | Scalar =>
  typeof rate === "function" ? scheduledAt(name, rate, count) : rate;
