import type { NDArray, Operand } from "../array/array.ts";
import { bind } from "../array/primitive.ts";
import { DTypeError } from "../error/error.ts";
import { operand, operands } from "../input/operand.ts";
import type { Broadcast, BroadcastClash, ShapeOf } from "../static/broadcast.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import { notEqual } from "./compare.ts";
import { choice } from "./family/rule.ts";
import { ternary } from "./family/ternary.ts";

const primitive = ternary({
  name: "where",
  meaning: (L, condition, a, b) => L.select(L.notEqual(condition, 0), a, b),
  derivatives: [() => null, (t, [condition]) => where(condition, t, 0), (t, [condition]) => where(condition, 0, t)],
  dtypes: choice,
});

/**
 * a where the condition holds, else b, at every place, all three broadcast. A condition that is not of truths holds
 * where it is not 0. It chooses, so that neither a value nor a derivative of the other side gets in: that of √x, log x,
 * 1/x and e^x is 0 where none is asked for, however steep they are. Products, and so sums of squares, of infinities on the
 * other side still give 0 · Infinity: guard their operands, as in where(x < 9, mul(x, where(x < 9, x, 1)), 0).
 *
 * @throws ShapeError when the shapes do not broadcast; DTypeError when a choice is missing
 * @example
 * import { array, toNested, where } from "gradfold";
 * toNested(where(array([true, false]), array([1, 2]), 0)); // => [ 1, 0 ]
 */
export const where = typed<
  <C extends Operand, A extends Operand, B extends Operand>(
    condition: C,
    a: Unless<BroadcastClash<"where", ShapeOf<C>, ShapeOf<A>>, A>,
    b: Unless<BroadcastClash<"where", Broadcast<ShapeOf<C>, ShapeOf<A>>, ShapeOf<B>>, B>,
  ) => NDArray<Broadcast<Broadcast<ShapeOf<C>, ShapeOf<A>>, ShapeOf<B>>>
>((condition: Operand, a: Operand, b: Operand): NDArray => {
  const given = operand("where", condition);
  if (a === undefined || b === undefined)
    throw new DTypeError(
      "where: both choices are needed: where(condition, a, b). How many places a condition holds at is no fixed size.",
    );
  const truths = given.dtype === "bool" ? given : notEqual(given, 0);
  return bind(primitive, [truths, ...operands("where", a, b)]);
});
