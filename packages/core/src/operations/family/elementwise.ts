import { type ArrayType, contiguous, layoutOf, type NDArray, repeated, type View } from "../../array/array.ts";
import { type Loops, view } from "../../array/primitive.ts";
import { broadcastShapes, scalarShape, type Shape, sizeOf } from "../../array/shape.ts";
import { type Kernel, kernelOf } from "../../kernel/kernel.ts";
import { type DType, dtypeCodes, promote } from "../../scalar/dtype.ts";
import { type Meaning, record, type ScalarFunction } from "../../scalar/lane.ts";
import type { DTypeRule } from "./rule.ts";

/** What happens at the place of one element: once for all dtypes, or with a shorter function for float32 results. */
export type Meanings = Meaning | { readonly float64: Meaning; readonly float32: Meaning };

/** A scalar function applied at every place of broadcast operands: the part that all such families share. */
export interface Elementwise {
  readonly type: (inputs: readonly ArrayType[]) => ArrayType;
  readonly evaluate: (inputs: readonly NDArray[]) => NDArray;
  readonly loops: Loops;
}

/** How operands of given dtypes are computed. */
interface Plan {
  readonly kernel: Kernel;
  readonly dtype: DType;
}

export const elementwise = (name: string, arity: number, meanings: Meanings, rule: DTypeRule): Elementwise => {
  const general = typeof meanings === "function" ? meanings : meanings.float64;
  const short = typeof meanings === "function" ? meanings : meanings.float32;
  const recorded = new Map<Meaning, ScalarFunction>();
  const scalar = (computed: DType): ScalarFunction => {
    const meaning = computed === "float32" ? short : general;
    const old = recorded.get(meaning);
    if (old !== undefined) return old;
    const made = record(arity, meaning);
    recorded.set(meaning, made);
    return made;
  };
  const computedIn = (inputs: readonly ArrayType[]): DType => rule.computed(inputs.map((x) => x.dtype).reduce(promote));
  const plans: Plan[] = [];
  const plan = (inputs: readonly NDArray[]): Plan => {
    let code = 0;
    for (const x of inputs) code = code * 4 + dtypeCodes[x.dtype];
    return (plans[code] ??= makePlan(inputs));
  };
  const makePlan = (inputs: readonly NDArray[]): Plan => {
    const computed = computedIn(inputs);
    const dtype = rule.result(computed);
    return {
      dtype,
      kernel: kernelOf(
        scalar(computed),
        inputs.map((x) => x.dtype),
        computed,
        dtype,
      ),
    };
  };
  return {
    loops: { kind: "map", computed: computedIn, scalar },
    type: (inputs) => ({ shape: commonShape(name, inputs), dtype: rule.result(computedIn(inputs)) }),
    evaluate: (inputs) => {
      const shape = commonShape(name, inputs);
      const { kernel, dtype } = plan(inputs);
      const views: View[] = [];
      let isOne = true;
      for (const x of inputs) {
        views.push(view(x, name));
        isOne &&= layoutOf(x) === "one";
      }
      // What is the same at every place is computed once.
      if (isOne && shape.length > 0 && sizeOf(shape) > 1)
        return repeated(dtype, shape, kernel(scalarShape, inputs, views));
      return contiguous(dtype, shape, kernel(shape, inputs, views));
    },
  };
};

const commonShape = (name: string, inputs: readonly ArrayType[]): Shape => {
  let shape: Shape = scalarShape;
  for (const x of inputs) shape = broadcastShapes(name, shape, x.shape);
  return shape;
};
