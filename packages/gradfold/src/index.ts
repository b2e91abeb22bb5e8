/* Arrays, their gradients, and what trains with them: what the same names are in @gradfold/core, autodiff and optim. */
export * from "@gradfold/autodiff";
export * from "@gradfold/core";
export * from "@gradfold/optim";
