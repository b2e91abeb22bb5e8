/*
 * The script of a replay page, as text: what runs in the page is bundled here and not taken from the running program,
 * whose functions may have been changed by a bundler or by instruments of coverage.
 *
 *     tsx scripts/player.ts
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./files.ts";

const folder = join(root, "packages/viz/src/replay");

/** The file that holds the text. */
export const path = join(folder, "script.ts");

/** What the file should hold. */
export const scriptFile = async (): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents: 'import { player } from "./player.ts"; player();', resolveDir: folder },
    bundle: true,
    write: false,
    format: "iife",
    target: "es2020",
    charset: "ascii",
    minify: true,
    tsconfigRaw: {},
  });
  const code = outputFiles.map(({ text }) => text.trim()).join("");
  return `/** What runs in a replay page: player.ts, made into text by scripts/player.ts. */\nexport const script = ${JSON.stringify(code)};\n`;
};

const [, script = ""] = process.argv;
if (resolve(script) === fileURLToPath(import.meta.url)) writeFileSync(path, await scriptFile());
