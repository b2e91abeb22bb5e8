/* Is what would be published right, and does it work for a stranger? */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Check, expectEqual, run } from "./checks.ts";
import { bin, bundled, compile, makeConsumerChecks, type Packed, smoke } from "./consumer.ts";
import { editorChecks } from "./consumers/editor.ts";
import { lightChecks } from "./consumers/light.ts";
import { projectChecks } from "./consumers/projects.ts";
import { typescriptChecks } from "./consumers/typescript.ts";
import { readmeExample } from "./doctest.ts";
import { entries } from "./entries.ts";
import { root } from "./files.ts";

/** A source, where debuggers and editors find it, or a compiled file whose source is still there; tests are none. */
const isCompiled = (folder: string, path: string): boolean => {
  if (/^src\/.+\.ts$/.test(path)) return existsSync(join(root, folder, path));
  const [, name, kind] = /^dist\/(.+?)((?:\.d\.ts|\.js)(?:\.map)?)$/.exec(path) ?? [];
  if (/^dist\/chunk-\w{8}\.js(\.map)?$/.test(path)) return bundled.includes(folder);
  return kind !== undefined && existsSync(join(root, folder, `src/${name}.ts`));
};

/** The packages that come along in the bundle of one. */
const within: Readonly<Record<string, readonly string[]>> = {
  "@gradfold/optim": ["crc-32"],
  "@gradfold/viz": ["hashes"],
  "@gradfold/core": [
    "crc-32",
    "cwise-compiler",
    "fflate",
    "fp-ts",
    "iota-array",
    "is-buffer",
    "leven",
    "ndarray",
    "ndarray-ops",
    "uniq",
  ],
};

const tarball = ({ name, filename, files }: Packed): readonly Check[] => [
  [
    `${name}: has its licence, and else what its sources compile to`,
    () => {
      const rest = files.filter(({ path }) => !isCompiled(`packages/${name.replace("@gradfold/", "")}`, path));
      const plain = rest.map(({ path }) => path).filter((path) => path !== "README.md");
      const licences = (within[name] ?? []).map((inside) => `dist/LICENSE-${inside}`);
      expectEqual(plain.toSorted(), ["LICENSE", ...licences, "package.json"]);
    },
  ],
  [
    `${name}: its manifest knows no workspace`,
    async () => {
      const manifest = await run(root, "tar", "-xzOf", filename, "package/package.json");
      expectEqual(/workspace:|catalog:|"source"/.exec(manifest), null);
    },
  ],
  [`${name}: publint agrees`, () => run(root, bin("publint"), "run", filename, "--strict")],
  [`${name}: its types resolve`, () => run(root, bin("attw"), filename, "--profile", "esm-only")],
];

/** What Node prints of an error that nobody catches: the line that throws, the message, and the calls. */
const uncaught = async (consumer: string): Promise<void> => {
  const program = 'import { add, array } from "gradfold"; add(array([1, 2]), array([1, 2, 3]));';
  const shown = await run(consumer, process.execPath, "--input-type=module", "-e", program).catch(String);
  expectEqual(/ShapeError: add: .*/.exec(shown)?.[0], "ShapeError: add: cannot broadcast [2] with [3]: 2 is not 3");
  if (shown.length > 4000) throw new Error(`${shown.length} characters are shown`);
};

const importAll = entries.map((entry, i) => `export * as m${i} from "${entry}";\n`).join("");

await makeConsumerChecks("packed", async (consumer, packed) => {
  const example = readmeExample();
  if (example) await compile(consumer, "readme", example.code);
  return [
    ...projectChecks(consumer, packed),
    ...packed.flatMap(tarball),
    ...lightChecks(consumer),
    ["the declarations compile for a stranger", () => compile(consumer, "all", importAll)],
    ...(await typescriptChecks(consumer)),
    ...editorChecks(consumer),
    ["an error that nobody catches can be read", () => uncaught(consumer)],
    ...smoke(consumer, process.execPath, `Node ${process.versions.node}`),
  ];
});
