import type { Operand } from "../../array/array.ts";
import { bind, type Primitive } from "../../array/primitive.ts";
import { operands } from "../../input/operand.ts";
import type { Lane, Mask, Value } from "../../scalar/lane.ts";
import type { Binary } from "../../static/broadcast.ts";
import { typed } from "../../static/door.ts";
import { batchBroadcast } from "./batch.ts";
import { elementwise } from "./elementwise.ts";
import { noted } from "./operation.ts";
import { truth } from "./rule.ts";

/** A truth about two numbers, at every place: its tangent is zero. */
export const compare = <Name extends string>(
  name: Name,
  meaning: (lane: Lane, a: Value, b: Value) => Mask,
): Binary<Name> => {
  const { type, evaluate, loops } = elementwise(name, 2, (L, a, b) => L.truth(meaning(L, a, b)), truth);
  const primitive: Primitive = {
    name,
    parameters: {},
    type,
    evaluate,
    loops,
    jvp: () => null,
    vjp: () => null,
    batch: (inputs, mapped) => batchBroadcast(primitive, inputs, mapped),
  };
  return noted(
    { primitive, domain: [] },
    typed<Binary<Name>>((a: Operand, b: Operand) => bind(primitive, operands(name, a, b))),
  );
};
