import type { NDArray } from "../array/array.ts";
import { bind, type Primitive } from "../array/primitive.ts";
import { sizeOf } from "../array/shape.ts";
import type { Mask, Value } from "../scalar/lane.ts";
import { type Machine, recordRoutine } from "../scalar/routine.ts";
import { only } from "./family/operands.ts";
import { sequential } from "./family/sequential.ts";

/** What is said of a number that was refused. */
type Refusal = (value: number) => Error;

/** Looks at the elements from one place up to another, a row along the last axis, and refuses what should not be there. */
type Check = (m: Machine, start: Value, end: Value, ...bounds: Value[]) => void;

/** A check of each element by itself. */
export const eachElement =
  (isRight: (m: Machine, x: Value, ...bounds: Value[]) => Mask): Check =>
  (m, start, end, ...bounds) =>
    m.loop(start, end, (i) => {
      const x = m.load(0, i);
      m.refuse(m.not(isRight(m, x, ...bounds)), x);
    });

/**
 * An operation that gives an array as it is, after a check of its elements by some bounds: at once where they are known,
 * and in compiled code as it runs, so that a function refuses the same whichever way it is run.
 */
export const checker = (by: string, bounds: number, check: Check) => {
  const routine = recordRoutine((m) => {
    const n = m.size(1);
    const limits = Array.from({ length: bounds }, (_, i) => m.size(2 + i));
    m.loop(0, m.size(0), (row) => {
      const start = m.mul(row, n);
      const end = m.add(start, n);
      check(m, start, end, ...limits);
      m.copy({ buffer: 0, at: start }, { buffer: 1, at: start }, 1);
    });
  });
  return (x: NDArray, refusal: Refusal, ...given: readonly number[]): NDArray => {
    const type: Primitive["type"] = (inputs) => only("checked", inputs);
    const { evaluate, loops } = sequential({
      name: "checked",
      type,
      routine,
      overwrites: true,
      sizes: (inputs) => {
        const { shape } = type(inputs);
        return [sizeOf(shape.slice(0, -1)), shape.at(-1) ?? 1, ...given];
      },
      refusal,
    });
    const primitive: Primitive = {
      name: "checked",
      parameters: { by, given },
      type,
      evaluate: (inputs) => {
        evaluate(inputs);
        return only("checked", inputs);
      },
      loops,
      jvp: ([t]) => t ?? null,
      vjp: (_, cotangent) => cotangent,
      batch: (inputs) => bind(primitive, inputs),
    };
    return bind(primitive, [x]);
  };
};
