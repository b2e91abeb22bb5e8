import { oneOf } from "../setting.ts";

/** Whose version of an algorithm, where PyTorch and Optax differ. */
export type Convention = "optax" | "torch";

export const convention = oneOf<Convention>("optax", "torch");
