import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { type ParamPattern, parseSync, Visitor } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { below, packages, read, root } from "../files.ts";
import { audiences, entrySources } from "../entries.ts";
import { exportsOf } from "../exports.ts";

/** What each package may import; scripts and apps may import everything. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  autodiff: ["core"],
  compile: ["autodiff", "core"],
  optim: ["autodiff", "core"],
  viz: ["core"],
  gradfold: ["autodiff", "compile", "core", "optim", "viz"],
};

/** The rooms of packages whose files stand in folders: each imports only those before it, and the root imports all. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [
    "error",
    "scalar",
    "array",
    "static",
    "input",
    "fp",
    "kernel",
    "convert",
    "operations",
    "npy",
    "tree",
    "safetensors",
    "npz",
    "random",
  ],
  compile: ["graph", "schedule", "memory", "wasm", "scalar", "loops", "emit", "run", "front"],
};

/** The one module-level variable: the transform that was opened last. */
const variables: readonly string[] = [
  "packages/core/src/array/primitive.ts: let open: Open = { level: 0, limit: undefined };",
];

const names = packages.map((folder) => basename(folder));

/** The folder of one of our packages. */
const folderOf = (name: string): string => name.replace("@gradfold/", "");

const inScope = (dependencies: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.keys(dependencies)
    .filter((name) => /^(@gradfold\/\w+|gradfold)$/.test(name))
    .map(folderOf)
    .toSorted();

type Manifest = {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
};
type Project = { readonly references?: readonly { readonly path: string }[] };

const manifest = (folder: string): Manifest => JSON.parse(read(`${folder}/package.json`)) as Manifest;
const references = (folder: string): readonly string[] =>
  ((JSON.parse(read(`${folder}/tsconfig.json`)) as Project).references ?? [])
    .map(({ path }) => basename(path))
    .toSorted();

const apps = below("apps")
  .filter((path) => /^apps\/[^/]+\/package\.json$/.test(path))
  .map((path) => path.replace("/package.json", ""));

/** The packages that a file in this package cannot import, as the compiler says. */
const notFound = (folder: string): readonly string[] => {
  const scratch = mkdtempSync(join(root, folder, ".scratch-"));
  try {
    writeFileSync(
      join(scratch, "scratch.ts"),
      packages.map((folder) => `export * as ${basename(folder)} from "${manifest(folder).name}";\n`).join(""),
    );
    const settings = {
      extends: "../tsconfig.json",
      compilerOptions: { noEmit: true, composite: false, rootDir: "../.." },
    };
    writeFileSync(
      join(scratch, "tsconfig.json"),
      JSON.stringify({ ...settings, files: ["scratch.ts"], references: [] }),
    );
    const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", scratch, "--pretty", "false"], {
      cwd: root,
      encoding: "utf8",
    });
    const errors = stdout.split("\n").filter((line) => line.startsWith(relative(root, scratch)));
    return errors.map((line) => /error TS2307: .*'(?:@gradfold\/)?(\w+)'/.exec(line)?.[1] ?? line).toSorted();
  } finally {
    rmSync(scratch, { recursive: true });
  }
};

const sources = (folder: string): readonly string[] =>
  below(`${folder}/src`).filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));

/** The files of this project that a file imports or exports again, types included. */
const importsOf = (path: string): readonly string[] =>
  parseSync(path, read(path)).program.body.flatMap((node) => {
    const from = "source" in node ? node.source?.value : undefined;
    return from?.startsWith(".") === true ? [join(path, "..", from)] : [];
  });

/** The folder of a package's sources in which a file stands; undefined for files of the root. */
const roomOf = (path: string): string | undefined => /\/src\/([^/]+)\//.exec(path)?.[1];

/** The imports from a room that does not stand before the importing one. */
const againstArrows = (order: readonly string[], path: string): readonly string[] => {
  const room = roomOf(path);
  if (room === undefined) return [];
  const allowed = order.slice(0, order.indexOf(room) + 1);
  return importsOf(path)
    .filter((target) => !allowed.includes(roomOf(target) ?? ""))
    .map((target) => `${path} imports ${target}`);
};

/**
 * The parameters that read options by themselves, by a default of `{}` or by a pattern with defaults: whatever else they
 * are given passes unseen. Options are read by `optionsOf`.
 */
const selfRead = (path: string, text: string): readonly string[] => {
  const found: string[] = [];
  const look = ({ params }: { readonly params: readonly ParamPattern[] }): void => {
    for (const param of params) {
      const isAssigned = param.type === "AssignmentPattern";
      const pattern = isAssigned ? param.left : param;
      const isEmpty = isAssigned && param.right.type === "ObjectExpression" && param.right.properties.length === 0;
      const hasDefaults =
        pattern.type === "ObjectPattern" && pattern.properties.some(({ value }) => value?.type === "AssignmentPattern");
      if (isEmpty || hasDefaults) found.push(`${path}: ${text.slice(param.start, param.end)}`);
    }
  };
  new Visitor({ ArrowFunctionExpression: look, FunctionDeclaration: look, FunctionExpression: look }).visit(
    parseSync(path, text).program,
  );
  return found;
};

test("A function that reads options by itself is found", () => {
  const texts = [
    "(x, options = {}) => x;",
    "function f({ b1 = 0.9 }) {}",
    "({ m(x, { a = 1 } = {}) {} });",
    "(x, { a }) => a;",
  ];
  expect(texts.map((text) => selfRead("a.ts", text))).toEqual([
    ["a.ts: options = {}"],
    ["a.ts: { b1 = 0.9 }"],
    ["a.ts: { a = 1 } = {}"],
    [],
  ]);
});

describe.each(names)("packages/%s", (name) => {
  const folder = `packages/${name}`;
  const allowed = arrows[name] ?? [];

  test("has its place among the arrows", () => expect(Object.keys(arrows)).toContain(name));
  test("depends on what its arrows allow", () => expect(inScope(manifest(folder).dependencies)).toEqual(allowed));
  test("needs no other package for its tests", () => expect(inScope(manifest(folder).devDependencies)).toEqual([]));
  test("references what its arrows allow", () => expect(references(folder)).toEqual(allowed));
  test(
    "does not compile with an import against the arrows",
    () =>
      expect(notFound(folder)).toEqual(names.filter((other) => other !== name && !allowed.includes(other)).toSorted()),
    30_000,
  );
  test("keeps no variable at module level", () => {
    const found = sources(folder).flatMap((path) =>
      parseSync(path, read(path)).program.body.flatMap((node) => {
        const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
        const isVariable = declaration?.type === "VariableDeclaration" && declaration.kind !== "const";
        return isVariable ? [`${path}: ${read(path).slice(declaration.start, declaration.end)}`] : [];
      }),
    );
    expect(found.filter((line) => !variables.includes(line))).toEqual([]);
  });
  test("reads options at the one door", () =>
    expect(sources(folder).flatMap((path) => selfRead(path, read(path)))).toEqual([]));
});

test.each(Object.entries(rooms))("The rooms of %s import each other one way", (name, order) => {
  const files = sources(`packages/${name}`);
  expect([...new Set(files.flatMap((path) => roomOf(path) ?? []))].toSorted()).toEqual(order.toSorted());
  expect(files.flatMap((path) => againstArrows(order, path))).toEqual([]);
});

describe.each([...apps, "scripts"])("%s", (folder) => {
  test("references what it depends on", () =>
    expect(references(folder)).toEqual(inScope(manifest(folder).dependencies)));
});

test("The scripts know every package, so that every example can run", () =>
  expect(inScope(manifest("scripts").dependencies)).toEqual(names.toSorted()));

/** The names that the sources of some packages import from a module. */
const importedFrom = (module: string, folders: readonly string[]): ReadonlySet<string> =>
  new Set(
    folders.flatMap(sources).flatMap((path) =>
      parseSync(path, read(path)).program.body.flatMap((node) => {
        const isFrom = "source" in node && node.source?.value === module;
        return isFrom && "specifiers" in node
          ? node.specifiers.flatMap((each) => {
              const name = "imported" in each ? each.imported : "local" in each ? each.local : undefined;
              return name !== undefined && "name" in name ? [name.name] : [];
            })
          : [];
      }),
    ),
  );

test.each(Object.entries(audiences))("What %s exports is used by those whom it is for", (entry, audience) => {
  const used = importedFrom(
    entry,
    audience.map((each) => `packages/${each}`),
  );
  const values = [...exportsOf(entrySources.get(entry) ?? "").keys()];
  expect(values.length).toBeGreaterThan(5);
  expect(values.filter((value) => !used.has(value))).toEqual([]);
});

test("Every package and app is part of the build, with its tests", () => {
  const projects = [...packages, ...apps].flatMap((folder) => [folder, `${folder}/test`]);
  const { references: built = [] } = JSON.parse(read("tsconfig.json")) as Project;
  expect(
    built
      .map(({ path }) => path)
      .filter((path) => !path.startsWith("scripts"))
      .toSorted(),
  ).toEqual(projects.toSorted());
});
