/* What an installation of `gradfold` brings, and what importing it loads: counted, not timed. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Check } from "../checks.ts";

const atMost = (what: string, found: number, limit: number): void => {
  if (found > limit) throw new Error(`${found} ${what} are more than ${limit}`);
};

/** A package's manifest, as a path from `node_modules`. */
const manifest = /^(.*\/node_modules\/)?(@[^/]+\/)?[^/]+\/package\.json$/;

const brought = (consumer: string): void => {
  const folder = join(consumer, "node_modules");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = paths.map((path) => statSync(join(folder, path))).filter((found) => found.isFile());
  atMost("packages", paths.filter((path) => manifest.test(path) && !path.startsWith(".")).length, 12);
  atMost(
    "bytes",
    sizes.reduce((sum, { size }) => sum + size, 0),
    15e6,
  );
};

/** The files that an engine loads for an import: Node takes about a millisecond for each, and as long for 50 kB. */
const loaded = async (consumer: string, entry: string, files: number, bytes: number): Promise<void> => {
  const { metafile } = await build({
    stdin: { contents: `import "${entry}";`, resolveDir: consumer },
    absWorkingDir: consumer,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    ignoreAnnotations: true,
  });
  const inputs = Object.entries(metafile.inputs).filter(([path]) => path !== "<stdin>");
  atMost("files", inputs.length, files);
  atMost(
    "bytes of JavaScript",
    inputs.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    bytes,
  );
};

/** Checks of a folder in which `gradfold` is installed, and nothing that it does not bring. */
export const lightChecks = (consumer: string): readonly Check[] => [
  ["an installation is at most 12 packages and 15 MB", () => brought(consumer)],
  ["importing gradfold loads at most 10 files and 760 kB", () => loaded(consumer, "gradfold", 10, 760_000)],
  ["importing gradfold/viz loads at most 10 files and 400 kB", () => loaded(consumer, "gradfold/viz", 10, 400_000)],
];
