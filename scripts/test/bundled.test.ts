/* What draws for Node, in bundles as people make them: the same bytes, or words on what is missing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replayPage } from "@gradfold/viz/node";
import { build, type BuildOptions } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { root } from "../files.ts";

const contents = `
  import { replayPage } from "@gradfold/viz/node";
  process.stdout.write(replayPage([{ step: 0, loss: 1, params: { a: 1 }, line: [[0, 0], [1, 1]] }]));
`;

/** Where jsdom and Plot are found, and where they are not. */
const beside = mkdtempSync(join(root, "packages/viz/.scratch-"));
const apart = mkdtempSync(join(tmpdir(), "gradfold-"));

afterAll(() => [beside, apart].forEach((folder) => rmSync(folder, { recursive: true })));

/** What Node says that runs the program, bundled into a folder. */
const bundled = async (folder: string, options: BuildOptions) => {
  const outfile = join(folder, options.format === "cjs" ? "bundle.cjs" : "bundle.mjs");
  const settings: BuildOptions = { bundle: true, platform: "node", conditions: ["source"], logLevel: "error" };
  await build({ ...settings, ...options, outfile, stdin: { contents, resolveDir: join(root, "scripts") } });
  // Package managers' wrappers set NODE_PATH, where Node finds more than a stranger has.
  return spawnSync(process.execPath, [outfile], { encoding: "utf8", env: { ...process.env, NODE_PATH: "" } });
};

test.each<BuildOptions>([
  { format: "cjs" },
  { format: "esm" },
  { format: "cjs", keepNames: true, target: "es2017" },
  { format: "esm", minify: true, external: ["jsdom", "@observablehq/plot"] },
])("a bundle %j writes the page that its parts write", async (options) => {
  const { stdout, stderr } = await bundled(beside, options);
  expect(stderr).toBe("");
  expect(stdout).toBe(replayPage([{ step: 0, loss: 1, params: { a: 1 }, line: [[0, 0], [1, 1]] }])); // prettier-ignore
});

test.each(["cjs", "esm"] as const)("a bundle in %s without jsdom beside it says so", async (format) => {
  const { stderr } = await bundled(apart, { format });
  expect(stderr).toMatch(
    /DomainError: render: jsdom cannot be loaded from .*: see the cause. Run npm install jsdom@29 @observablehq\/plot@0.6 /,
  );
});
