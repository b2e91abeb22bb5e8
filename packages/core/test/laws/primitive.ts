import type { Primitive } from "../../src/array/primitive.ts";
import { operationOf } from "../../src/operations/family/operation.ts";

/** The primitive that a public function of one operation applies. */
export const primitiveOf = (f: unknown): Primitive => {
  const operation = operationOf(f);
  if (operation === undefined) throw new Error(`${String(f)} is no operation`);
  return operation.primitive;
};
