import { chains } from "./programs/chain.ts";
import { control } from "./programs/control.ts";
import type { Program } from "./programs/program.ts";
import { structures } from "./programs/structure.ts";
import { training } from "./programs/training.ts";

/** Programs of many shapes: what holds of compiled code holds of all of them. */
export const programs: readonly Program[] = [...chains, ...training, ...control, ...structures];
