import { DomainError, DTypeError } from "@gradfold/core";
import { describe } from "@gradfold/core/library";
import type { RunCourse } from "./course.ts";
import { inLoops } from "./looped/course.ts";
import type { AnyScan } from "./looped/loop.ts";

/** The options of all functions that take steps. */
export interface WayOptions {
  readonly scan?: AnyScan | undefined;
  readonly budget?: number | undefined;
}

/** How steps are taken, and how many bytes the states may take that are kept of them. */
interface Way {
  readonly course: RunCourse;
  readonly budget: number;
}

/**
 * The way that options ask for, or the usual one.
 *
 * @throws DTypeError when scan is no function; DomainError when the budget is no number of bytes
 */
export const wayOf = (name: string, { scan, budget }: WayOptions, usual: Way): Way => {
  if (scan !== undefined && typeof scan !== "function")
    throw new DTypeError(`${name}: scan is that of @gradfold/autodiff or @gradfold/compile, not ${describe(scan)}.`);
  if (budget !== undefined && !(typeof budget === "number" && budget >= 0))
    throw new DomainError(`${name}: the budget must be a number of bytes from 0 on, not ${describe(budget)}.`);
  return { course: scan === undefined ? usual.course : inLoops(scan), budget: budget ?? usual.budget };
};
