import { between, type Check, finite, optional, pair, type Place, refuse, text } from "./check.ts";
import type { Domain } from "./figure.ts";

/* Options of figures over two numbers, such as parameters or features, of which each place has a height. */

const domain: Check<Domain> = (value, place) => {
  const [low, high] = pair(finite, "[low, high]")(value, place);
  return low < high ? [low, high] : refuse(place, "[low, high] with low below high", value);
};

export const planeDefaults = { xLabel: "x", yLabel: "y", xDomain: undefined, yDomain: undefined, cells: 48 };

export const planeChecks = {
  xLabel: text,
  yLabel: text,
  xDomain: optional(domain),
  yDomain: optional(domain),
  cells: (value: unknown, place: Place) => Math.round(between(8, 256, "cells")(value, place)),
};
