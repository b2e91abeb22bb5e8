import { sizeOf } from "@gradfold/core/library";
import type { Program } from "../src/index.ts";

/* What programs are counted by: equations, and elements, so that no test takes the time. */

/** How many elements all values of a program have together. */
export const elementsIn = ({ types }: Program): number => types.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
