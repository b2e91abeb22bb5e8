import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The folder of this program. */
export const here = fileURLToPath(new URL("..", import.meta.url));

/** Finds what `pnpm bench:peers` installed. */
export const installed = createRequire(`${here}.peers/package.json`);
