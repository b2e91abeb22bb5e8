import { type NDArray, tree } from "@gradfold/core";
import { typed } from "@gradfold/core/library";
import { bind, flattenAs, type Primitive, rowMajor } from "@gradfold/core/transform";
import { placeIn } from "./place.ts";

const operandOf = <A>([x]: readonly A[]): A => {
  if (x === undefined) throw new TypeError("stopGradient: an operand is needed");
  return x;
};

const primitive: Primitive = {
  name: "stopGradient",
  parameters: {},
  type: operandOf,
  evaluate: operandOf,
  loops: { kind: "move", source: ({ shape }) => ({ offset: 0, strides: rowMajor(shape) }) },
  jvp: () => null,
  vjp: () => null,
  batch: (inputs) => bind(primitive, inputs),
};

const stop = (x: NDArray): NDArray => bind(primitive, [x]);

/**
 * A tree with the same values, which count as constant in every derivative.
 *
 * @example
 * import { grad, item, mul, stopGradient } from "gradfold";
 * item(grad((x) => mul(x, stopGradient(x)))(3)); // => 3
 */
export const stopGradient = typed<<T>(x: T) => T>((x: unknown) => {
  const { leaves, structure } = flattenAs("stopGradient", x, placeIn("the argument"));
  return tree.unflatten(structure, leaves.map(stop));
});
