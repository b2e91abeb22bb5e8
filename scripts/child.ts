/* Programs of the packages' sources, bundled for processes of their own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync, type BuildOptions } from "esbuild";

/** A bundle of a program in a folder of its own, which `remove` deletes. */
export const bundled = (
  program: Pick<BuildOptions, "entryPoints" | "stdin">,
): { readonly file: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "gradfold-"));
  const file = join(folder, "program.mjs");
  buildSync({
    ...program,
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["source"],
    logLevel: "error",
  });
  return { file, remove: () => rmSync(folder, { recursive: true }) };
};
