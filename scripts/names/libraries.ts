import { jax } from "./jax.ts";
import type { Library } from "./library.ts";
import { numpy } from "./numpy.ts";
import { optax } from "./optax.ts";
import { pytorch } from "./pytorch.ts";
import { tensorflow } from "./tensorflow.ts";

export const libraries: readonly Library[] = [numpy, jax, optax, pytorch, tensorflow];
