import { DTypeError } from "../error/error.ts";
import { inQuotes, isRecord } from "../error/plain.ts";
import { foreign, isForeign, isNDArray } from "./array.ts";
import { formatShape } from "./shape.ts";

/** Whether something is left of an array that was cloned: its numbers are where cloning does not reach. */
export const isRemains = (x: unknown): boolean =>
  isRecord(x) && Array.isArray(x["shape"]) && typeof x["dtype"] === "string" && Object.keys(x).length === 2;

const remains =
  "an object with shape and dtype and no numbers: it came through structuredClone or postMessage. Send toTypedArray(x)";

/** A word with its article. */
const one = (noun: string): string => `${/^[aeio]/i.test(noun) ? "an" : "a"} ${noun}`;

/** What something is, for an error's words, whatever it is and however large. */
export const describe = (x: unknown): string => {
  if (isNDArray(x)) return `an array of shape ${formatShape(x.shape)}`;
  if (Array.isArray(x)) return `a list of ${x.length}`;
  switch (typeof x) {
    case "string":
      return `the string ${inQuotes(x)}`;
    case "number":
    case "boolean":
    case "undefined":
      return String(x);
    case "object": {
      if (x === null) return "null";
      if (isRecord(x)) return isRemains(x) ? remains : "an object";
      if (isForeign(x)) return foreign;
      const { constructor } = x as { readonly constructor?: { readonly name?: unknown } };
      return typeof constructor?.name === "string" ? one(constructor.name) : "an object";
    }
    case "bigint":
    case "function":
    case "symbol":
      return `a ${typeof x}`;
  }
};

/** Throws unless something is a list, of what is told. */
export const checkList = (name: string, what: string, x: unknown): void => {
  if (Array.isArray(x)) return;
  const hint = typeof x === "number" ? ` Write [${x}].` : "";
  throw new DTypeError(`${name}: a list of ${what} is needed, not ${describe(x)}.${hint}`);
};

/** Throws unless something is a function. */
export const checkFunction = (name: string, x: unknown): void => {
  if (typeof x !== "function") throw new DTypeError(`${name}: a function is needed, not ${describe(x)}.`);
};
