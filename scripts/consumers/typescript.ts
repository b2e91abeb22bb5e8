/* The declarations as TypeScript's users meet them: every version from 5.4 on, every way to find modules, and exports. */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, run } from "../checks.ts";
import { bin } from "../consumer.ts";
import { readmeExample } from "../doctest.ts";
import { root } from "../files.ts";
import { entries, entrySources, packageOf } from "../entries.ts";
import { exportsOf } from "../exports.ts";
import { exampleModules, namesModule } from "./exported.ts";
import { once } from "./once.ts";
import { requiredEntries, requiredModule, sizesModule } from "./sizes.ts";

/** Compilers before the workspace's, from npm, kept in the checkout. */
const versions = ["5.4.5", "5.5.4", "5.6.3", "5.7.3", "5.8.3", "5.9.3", "6.0.3"];

/** The oldest and the workspace's compile all that can be exported. */
const oldest = "5.4.5";

/** These compile a program as well; the others only import the entries. */
const whole = [oldest, "5.9.3", "7"];

/** From here on, the compiler lets CommonJS require modules of the other kind, as Node does. */
const requiring = ["5.9.3", "7"];

const newest = "7";

type Options = Readonly<Record<string, unknown>>;

const strictest: Options = {
  target: "ES2022",
  lib: ["ES2023"],
  types: [],
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  declaration: true,
  emitDeclarationOnly: true,
};

/** The ways to find modules that know a package's exports. */
const resolutions: Readonly<Record<string, Options>> = {
  NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
  Node16: { module: "Node16", moduleResolution: "Node16" },
  Bundler: { module: "ESNext", moduleResolution: "Bundler" },
};

const compilers = join(root, ".cache/typescript");

const compilerOf = (version: string): string => join(compilers, `node_modules/typescript-${version}/bin/tsc`);

/** Installs all compilers at once. */
const installCompilers = async (): Promise<void> => {
  if (versions.every((version) => existsSync(compilerOf(version)))) return;
  const dependencies = Object.fromEntries(
    versions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
  );
  mkdirSync(compilers, { recursive: true });
  writeFileSync(join(compilers, "package.json"), JSON.stringify({ private: true, dependencies }));
  await run(compilers, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
};

const programs = ["exports", "uses", "entries", "required"] as const;

type Program = (typeof programs)[number];

/** A compilation of some programs at once, to declarations in a folder beside them: each reads the packages' anyway. */
interface Compilation {
  readonly folder: string;
  readonly version: string;
  readonly name: string;
  readonly claims: readonly (readonly [program: Program, claim: string])[];
}

const compile = async ({ folder, version, name, claims }: Compilation): Promise<string> => {
  const label = `${version}-${name}`;
  const include = claims.map(([program]) => program);
  const compilerOptions = { ...strictest, ...resolutions[name], outDir: `out-${label}`, rootDir: "." };
  const project = join(folder, `tsconfig.${label}.json`);
  writeFileSync(project, JSON.stringify({ compilerOptions, include }));
  const settings = ["-p", project, "--pretty", "false"];
  if (version === newest) return run(folder, bin("tsc"), ...settings);
  return run(folder, process.execPath, compilerOf(version), ...settings);
};

/** What a failed compilation says, without its errors in other programs; undefined where it has only these. */
const saidOf = (program: Program, error: unknown): string | undefined => {
  const others = programs.filter((other) => other !== program).join("|");
  const isOthers = new RegExp(`^(?:${others})/[^(]+\\(\\d+,\\d+\\): error `);
  // An error's further lines are indented.
  const [command = "", ...said] = String(error).split(/\n(?=\S)/);
  const ours = said.filter((text) => !isOthers.test(text));
  return ours.length === 0 && said.length > 0 ? undefined : [command, ...ours].join("\n");
};

/** The checks of a compilation, a claim for each program: all of them fail where no single program is to blame. */
const checksOf = (compilation: Compilation, installed: Promise<void>): readonly Check[] => {
  const { version, name, claims } = compilation;
  const compiled = once(async () => {
    await installed;
    return compile(compilation);
  });
  return claims.map(([program, claim]) => [
    `TypeScript ${version}, ${name}: ${claim}`,
    () =>
      compiled().catch((error: unknown) => {
        const said = saidOf(program, error);
        if (said !== undefined) throw new Error(said, { cause: error });
      }),
  ]);
};

/** The public names of an entry, and those of its name spaces. */
const namesOf = async (consumer: string, entry: string, source: string): Promise<readonly string[]> => {
  const list = `const m = await import("${entry}");
    const inside = (x) => typeof x === "object" && x !== null && !Array.isArray(x) ? Object.keys(x) : [];
    console.log(JSON.stringify(Object.keys(m).flatMap((k) => [k, ...inside(m[k]).map((l) => k + "." + l)])));`;
  const loaded = JSON.parse(
    await run(consumer, process.execPath, "--input-type=module", "-e", list),
  ) as readonly string[];
  // Several entries may load one file: each declares its own names.
  const declared = new Set([...exportsOf(source).keys()].map((name) => name.split(".")[0]));
  return declared.size === 0 ? loaded : loaded.filter((name) => declared.has(name.split(".")[0]));
};

/** Writes the programs: all that can be exported, and what only uses the packages. */
const writePrograms = async (consumer: string, folder: string): Promise<void> => {
  for (const program of programs) mkdirSync(join(folder, program), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const write = (path: string, code: string, ending = "ts"): void =>
    writeFileSync(join(folder, `${path}.${ending}`), code);
  for (const [name, code] of exampleModules()) write(`exports/${name}`, code);
  for (const [entry, source] of entrySources)
    write(`exports/${entry.replace(/\W/g, "_")}`, namesModule(entry, await namesOf(consumer, entry, source)));
  write("required/all", requiredEntries(entries), "cts");
  write("required/sizes", requiredModule, "cts");
  write("entries/all", entries.map((entry, i) => `export * as m${i} from "${entry}";\n`).join(""));
  write("uses/sizes", sizesModule);
  const example = readmeExample();
  if (example) write("uses/readme", example.code);
};

const installed = (home: string): readonly string[] =>
  readdirSync(home)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(home, name)).map((inner) => `${name}/${inner}`) : [name],
    );

const link = (target: string, path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "dir");
};

/** The packages as pnpm lays them out: each beside links to what it depends on, and only its own links at the top. */
const linkAsPnpm = (consumer: string, folder: string): void => {
  const modules = join(folder, "node_modules");
  const ours = new Set(entries.map(packageOf));
  const homeOf = (name: string): string => join(modules, ".pnpm", name.replace("/", "+"), "node_modules");
  for (const name of ours) cpSync(join(consumer, "node_modules", name), join(homeOf(name), name), { recursive: true });
  for (const name of ours) {
    link(join(homeOf(name), name), join(modules, name));
    for (const other of installed(join(consumer, "node_modules"))) {
      if (other === name) continue;
      link(
        ours.has(other) ? join(homeOf(other), other) : join(consumer, "node_modules", other),
        join(homeOf(name), other),
      );
    }
  }
};

/** What TypeScript's users rely on, in the folder in which the packages are installed. */
export const typescriptChecks = async (consumer: string): Promise<readonly Check[]> => {
  const folder = join(consumer, "typescript");
  await writePrograms(consumer, folder);
  const linked = join(consumer, "linked");
  cpSync(folder, linked, { recursive: true });
  linkAsPnpm(consumer, linked);
  const right = ["entries", "the declarations of every entry are right"] as const;
  const sized = ["uses", "sizes are right, and what differs is refused"] as const;
  const same = ["required", "CommonJS has the same types by require"] as const;
  const exported = ["exports", "every value can be exported"] as const;
  const compilations: readonly Compilation[] = [
    ...[...versions, newest].map((version) => ({
      folder,
      version,
      name: "NodeNext",
      claims: [
        right,
        ...(whole.includes(version) ? [sized] : []),
        ...(requiring.includes(version) ? [same] : []),
        ...(version === oldest ? [exported] : []),
      ],
    })),
    { folder, version: newest, name: "Node16", claims: [sized] },
    { folder, version: newest, name: "Bundler", claims: [sized, exported] },
    {
      folder: linked,
      version: newest,
      name: "NodeNext",
      claims: [["exports", "every value can be exported, linked as by pnpm"]],
    },
  ];
  const installed = installCompilers();
  // Each check tells when it fails.
  installed.catch(() => undefined);
  return compilations.flatMap((compilation) => checksOf(compilation, installed));
};
