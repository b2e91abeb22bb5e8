import type { Primitive } from "../../array/primitive.ts";

/** One open interval of numbers for each operand. */
export type Domain = readonly (readonly [low: number, high: number])[];

/** The primitive behind a public function, and where it is smooth. */
export interface Operation {
  readonly primitive: Primitive;
  /** Empty for a comparison, which has no slope anywhere. */
  readonly domain: Domain;
}

const operations = new WeakMap<object, Operation>();

/** Notes which operation a public function is, where only the laws look: the function shows nothing of it. */
export const noted = <F extends object>(operation: Operation, f: F): F => {
  operations.set(f, operation);
  return f;
};

/** The operation that a public function is; undefined for a function composed of several, and for anything else. */
export const operationOf = (f: unknown): Operation | undefined =>
  typeof f === "function" ? operations.get(f) : undefined;
