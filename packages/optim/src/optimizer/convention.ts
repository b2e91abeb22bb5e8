/** Whose version of an algorithm, where PyTorch and Optax differ. */
export type Convention = "optax" | "torch";
