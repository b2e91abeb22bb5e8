import { arithmetic, type DType, floating } from "../../scalar/dtype.ts";

/** In which dtype operands of a common dtype are computed, and which one the result has. */
export interface DTypeRule {
  readonly computed: (common: DType) => DType;
  readonly result: (computed: DType) => DType;
}

const same = (dtype: DType): DType => dtype;

/** Functions of real numbers take integers as float64. */
export const real: DTypeRule = { computed: floating, result: same };

/** Arithmetic keeps integers. */
export const exact: DTypeRule = { computed: arithmetic, result: same };

export const truth: DTypeRule = { computed: arithmetic, result: () => "bool" };

/** Choosing keeps every dtype. */
export const choice: DTypeRule = { computed: same, result: same };
