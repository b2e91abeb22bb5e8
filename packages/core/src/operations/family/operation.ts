import type { Primitive } from "../../array/primitive.ts";

/** One open interval of numbers for each operand. */
export type Domain = readonly (readonly [low: number, high: number])[];

/** A public function together with its record, and where the laws may test it. */
export type Operation<F> = F & { readonly primitive: Primitive; readonly domain: Domain };
