import { isNDArray } from "./array.ts";
import { DTypeError } from "./error.ts";
import { isRecord } from "./plain.ts";
import { formatShape } from "./shape.ts";

const inQuotes = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

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
      if (x === null || isRecord(x)) return x === null ? "null" : "an object";
      const { constructor } = x as { readonly constructor?: { readonly name?: unknown } };
      return `a ${typeof constructor?.name === "string" ? constructor.name : "object"}`;
    }
    case "bigint":
    case "function":
    case "symbol":
      return `a ${typeof x}`;
  }
};

/** Throws unless something is a list, of what is told. */
export const checkList = (name: string, what: string, x: unknown): void => {
  if (!Array.isArray(x)) throw new DTypeError(`${name}: a list of ${what} is needed, not ${describe(x)}.`);
};

/** Throws unless something is a function. */
export const checkFunction = (name: string, x: unknown): void => {
  if (typeof x !== "function") throw new DTypeError(`${name}: a function is needed, not ${describe(x)}.`);
};

/** The options. Throws unless they are an object; in other libraries they may stand alone. */
export const checkOptions = <Options>(name: string, example: string, x: Options): Options => {
  if (isRecord(x)) return x;
  throw new DTypeError(`${name}: options are an object such as ${example}, not ${describe(x)}.`);
};
