/* Projects as people have them, each with its own engine or tool: they compute what plain Node does, to the last bit. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { type Check, run } from "../checks.ts";
import { installIn, type Packed } from "../consumer.ts";
import { readmeExample } from "../doctest.ts";
import { root } from "../files.ts";
import { engines, installTools, platform, programOf, tool } from "./tools.ts";

/** The README's example as a module. */
const readme = `${readmeExample()?.code ?? ""}\nexport { run, step };\n`;

const source = (name: string): string => JSON.stringify(join(root, `scripts/consumers/${name}.ts`));

/** For Node and its like. */
const program = `
  import { program, savedAndLoaded } from ${source("program")};
  import { run, step } from "./readme.ts";
  export const text = () => program(run, step);
  export const saved = () => savedAndLoaded(run);
`;

/** For a page. */
const page = `
  import * as Plot from "@observablehq/plot";
  import { render } from "gradfold/viz";
  import { results } from ${source("results")};
  import { run, step } from "./readme.ts";
  export const text = () => results(run, step, render(document, Plot));
`;

/** A program for Node that draws, and one for a page that draws without Plot. */
const draws = `
  import { lossCurve } from "gradfold/viz";
  import { render } from "gradfold/viz/node";
  render(lossCurve([1]));
`;

const pageWithoutPlot = `
  import { lossCurve, render } from "gradfold/viz";
  render({ createElementNS() {} })(lossCurve([1]));
`;

const jestFile = `
  import { readFileSync } from "node:fs";
  import { text } from "../page.js";
  import { saved } from "../program.js";
  test("computes what plain Node does", () => {
    expect(text() + "\\n" + saved() === readFileSync("../program.txt", "utf8")).toBe(true);
  });
`;

const vitestFile = `
  import { readFileSync } from "node:fs";
  import { text } from "../program.js";
  test("computes what plain Node does", () => {
    expect(text() === readFileSync("../program.txt", "utf8")).toBe(true);
  });
`;

const files: Readonly<Record<string, string>> = {
  "readme.ts": readme,
  "run.js": 'import { text } from "./program.js"; process.stdout.write(text());',
  "run.cjs": 'process.stdout.write(require("./program.cjs").text());',
  "inPage.js": `
    import { JSDOM } from "jsdom";
    globalThis.document = new JSDOM().window.document;
    await import(process.argv[2]);
  `,
  "jest/jest.config.js": 'export default { transform: {}, testEnvironment: "jsdom", testTimeout: 60_000 };',
  "jest/consumer.test.js": jestFile,
  "vitest/vitest.config.js": 'export default { test: { environment: "jsdom", globals: true, testTimeout: 60_000 } };',
  "vitest/consumer.test.js": vitestFile,
  "vite/index.html": '<!doctype html><script type="module" src="./main.js"></script>',
  "vite/main.js": 'import { text } from "../page.js"; console.log(text());',
  "vite/vite.config.js":
    "export default { build: { modulePreload: { polyfill: false }, reportCompressedSize: false } };",
};

const write = (folder: string, path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** In a CommonJS bundle `import.meta` is empty, and not used. */
const logOverride = { "empty-import-meta": "silent" } as const;

const bundleTo = (folder: string, contents: string, outfile: string, options: BuildOptions): Promise<unknown> =>
  build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    outfile: join(folder, outfile),
    bundle: true,
    logLevel: "error",
    ...options,
  });

/** A folder where the packages are installed, with what draws, and where the program and what it prints lie. */
interface Projects {
  readonly folder: string;
  readonly program: string;
  readonly page: string;
}

/** The command by which an error says that jsdom and Plot are installed. */
const commandIn = async (consumer: string): Promise<readonly string[]> => {
  const shown = await run(consumer, process.execPath, "--input-type=module", "-e", draws).catch(String);
  const [, named] =
    /DomainError: render: jsdom cannot be loaded from .* Run npm install (.*) beside it/.exec(shown) ?? [];
  if (named === undefined) throw new Error(`The error does not say how to install jsdom and Plot: ${shown}`);
  return named.split(" ");
};

const prepare = async (consumer: string, packed: readonly Packed[]): Promise<Projects> => {
  const folder = join(consumer, "projects");
  mkdirSync(folder);
  const drawing = await commandIn(consumer);
  await Promise.all([installTools(), installIn(folder, packed, drawing)]);
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  await bundleTo(folder, program, "program.js", { format: "esm", packages: "external", platform: "node" });
  await bundleTo(folder, program, "program.cjs", { format: "cjs", packages: "external", platform: "node" });
  await bundleTo(folder, page, "page.js", { format: "esm", packages: "external" });
  const text = await run(folder, process.execPath, "run.js");
  const [results = ""] = text.split("\n");
  write(folder, "program.txt", text);
  return { folder, program: text, page: results };
};

const expectSame = (found: string, expected: string): void => {
  if (found.trim() === expected.trim()) return;
  const at = Array.from(expected).findIndex((character, i) => character !== found[i]);
  throw new Error(`From character ${at} on: ${found.slice(at, at + 100)} is not ${expected.slice(at, at + 100)}`);
};

const inNode =
  (path: string) =>
  async (projects: Projects): Promise<void> =>
    expectSame(await run(projects.folder, process.execPath, path), projects.program);

const typed = async ({ folder, program }: Projects): Promise<void> =>
  expectSame(await run(folder, process.execPath, "-e", `import("./run.js")`), program);

const vite = async ({ folder, page }: Projects): Promise<void> => {
  await run(join(folder, "vite"), process.execPath, tool("vite/bin/vite.js"), "build");
  const [asset = ""] = readdirSync(join(folder, "vite/dist/assets"));
  expectSame(await run(folder, process.execPath, "inPage.js", `./vite/dist/assets/${asset}`), page);
};

const esbuild = async (projects: Projects): Promise<void> => {
  const code = 'import { text } from "./program.js"; process.stdout.write(text());';
  await bundleTo(projects.folder, code, "bundle.cjs", { format: "cjs", platform: "node", logOverride });
  await inNode("bundle.cjs")(projects);
};

const jest = ({ folder }: Projects): Promise<string> =>
  run(
    join(folder, "jest"),
    process.execPath,
    "--experimental-vm-modules",
    tool("jest/bin/jest.js"),
    "--cacheDirectory",
    join(folder, "jest/cache"),
  );

const vitest = ({ folder }: Projects): Promise<string> =>
  run(join(folder, "vitest"), process.execPath, tool("vitest/vitest.mjs"), "run");

const deno = async ({ folder, program }: Projects): Promise<void> => {
  const flags = ["run", "--allow-all", "--node-modules-dir=manual", "--no-lock"];
  const settings = ["DENO_NO_UPDATE_CHECK=1", `DENO_DIR=${join(folder, "deno")}`];
  expectSame(await run(folder, "env", ...settings, programOf(engines.Deno) ?? "", ...flags, "run.js"), program);
};

const bun = async ({ folder, program }: Projects): Promise<void> =>
  expectSame(await run(folder, programOf(engines.Bun) ?? "", "run.js"), program);

/** What a bundle says that draws where what draws is not installed. */
const refused = async (consumer: string, name: string, contents: string, words: RegExp): Promise<void> => {
  await bundleTo(consumer, contents, name, { format: "cjs", platform: "node", logOverride });
  const shown = await run(consumer, process.execPath, name).catch(String);
  if (!words.test(shown)) throw new Error(`The error is another one: ${shown}`);
};

const refusals = (consumer: string): readonly Check[] => [
  [
    "a bundle that draws without jsdom says how to install it",
    () =>
      refused(consumer, "draws.cjs", draws, /DomainError: render: jsdom cannot be loaded .* Run npm install jsdom@/),
  ],
  [
    "a page's bundle that draws without Plot says how to install it",
    () => refused(consumer, "page.cjs", pageWithoutPlot, /DomainError: render: plot is not .* npm install @observable/),
  ],
];

/** Checks of projects beside a folder in which `gradfold` is installed, and nothing that it does not bring. */
export const projectChecks = (consumer: string, packed: readonly Packed[]): readonly Check[] => {
  const ready = prepare(consumer, packed);
  // Each check tells when it fails.
  ready.catch(() => undefined);
  const same: readonly (readonly [string, (projects: Projects) => unknown])[] = [
    ["Node by require", inNode("run.cjs")],
    ["Node with a program that is typed", typed],
    ["a page built by Vite", vite],
    ["a CommonJS bundle of esbuild's", esbuild],
    ["Jest with ES modules, in a document of jsdom's", jest],
    ["Vitest in jsdom's environment", vitest],
    ...(programOf(engines.Deno) === undefined ? [] : [["Deno", deno] as const]),
    ...(programOf(engines.Bun) === undefined ? [] : [["Bun", bun] as const]),
  ];
  for (const [name, engine] of Object.entries(engines))
    if (programOf(engine) === undefined) console.log(`– ${name}: npm has no ${name} for ${platform}`);
  return [
    ...same.map(([name, check]): Check => [`${name} computes what Node does`, async () => check(await ready)]),
    ...refusals(consumer),
  ];
};
