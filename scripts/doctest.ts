/*
 * Every `@example` in the packages' docstrings runs as a test, and so does every `ts` fence of the documents:
 *
 *     expression; // => TEXT       the value prints as TEXT
 *     expression; // throws TEXT   it throws, and `Name: message` is TEXT
 *     //    more                   continues TEXT (three spaces or more)
 *
 * A comment of a long expression may stand on the next line.
 *
 * The tests are written to scripts/examples, so that the compiler checks the examples too.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type ImportDeclaration, parseSync } from "oxc-parser";
import { below, packages, read, root } from "./files.ts";
import { nameExamples } from "./names/examples.ts";

type Example = { readonly title: string; readonly code: string };

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

const declared =
  /^\s*(?:(?:export|default|declare|async|const|function|class|type|interface|readonly|override)\s+)*(\w+)/;

/** The examples of one source text. */
export const examplesOf = (source: string): readonly Example[] =>
  [...source.matchAll(/\/\*\*(?:[^*]|\*(?!\/))*\*\//g)].flatMap(({ 0: doc, index }) => {
    const name = declared.exec(source.slice(index + doc.length))?.[1] ?? "this module";
    return [...doc.matchAll(/@example\s([^]*?)(?=\n\s*\*\s*@[a-z]|\s*\*\/$)/g)].map((example) => ({
      title: `${name} does what its example says (line ${lineAt(source, index + example.index)})`,
      code: (example[1] ?? "").replace(/^[ \t]*\* ?/gm, "").trim(),
    }));
  });

/** The `ts` fences of a document, each under its heading. */
export const fencesOf = (path: string): readonly Example[] => {
  const text = existsSync(join(root, path)) ? read(path) : "";
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(({ 1: code = "", index }) => {
    const heading = [...text.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? path;
    return { title: `${heading}: the example runs (line ${lineAt(text, index)})`, code: code.trim() };
  });
};

/** The README's first `ts` fence. */
export const readmeExample = (): Example | undefined => fencesOf("README.md")[0];

/** What runs as one test, part after part, each in a scope within that of those before it. */
type Test = { readonly title: string; readonly parts: readonly string[] };

const alone = ({ title, code }: Example): Test => ({ title, parts: [code] });

/** The fences of a document as one test: each goes on with what those before it declare. */
const inTurn = (path: string, ...before: readonly Example[]): readonly Test[] => [
  { title: `${path} runs`, parts: [...before, ...fencesOf(path)].map(({ code }) => code) },
];

/** The documents; recipes go on with the README's run, step and optimizer. */
const documents = (): ReadonlyMap<string, readonly Test[]> =>
  new Map([
    ["README.md", inTurn("README.md")],
    ["docs/recipes.md", inTurn("docs/recipes.md", ...fencesOf("README.md").slice(0, 1))],
    ["docs/fitting.md", inTurn("docs/fitting.md")],
    ["docs/coming-from.md", fencesOf("docs/coming-from.md").map(alone)],
  ]);

type Runnable = { readonly imports: readonly string[]; readonly body: string };

const importsOf = (code: string, node: ImportDeclaration): readonly string[] =>
  node.specifiers.map(({ type, start, end }) => {
    const name = (node.importKind === "type" ? "type " : "") + code.slice(start, end);
    return `import ${type === "ImportSpecifier" ? `{ ${name} }` : name} from "${node.source.value}";`;
  });

/** The code line for line, with its imports apart and its marked expressions as assertions. */
const runnable = (code: string): Runnable => {
  const { program, comments, errors } = parseSync("example.ts", code);
  const assertions = comments.flatMap(({ start }) => {
    const [, kind, text = ""] = /^\/\/ (=>|throws) (.*(?:\n[ \t]*\/\/ {3}.*)*)/.exec(code.slice(start)) ?? [];
    if (kind === undefined) return [];
    const node = program.body.find(({ end }) => end <= start && /^[ \t]*\n?[ \t]*$/.test(code.slice(end, start)));
    if (node?.type !== "ExpressionStatement") return [undefined];
    const expression = code.slice(node.start, node.end).replace(/;$/, "");
    const expected = JSON.stringify(text.replace(/\n[ \t]*\/\/ +/g, " "));
    const call = kind === "=>" ? `shows((${expression}), ${expected});` : `throws(() => (${expression}), ${expected});`;
    return [{ start: node.start, end: node.end, text: call }];
  });
  const edits = assertions.filter((edit) => edit !== undefined);
  const problem =
    errors[0]?.message ?? (edits.length < assertions.length ? "=> and throws follow an expression" : undefined);
  if (problem !== undefined) return { imports: [], body: `throw new SyntaxError(${JSON.stringify(problem)});` };
  const imports = program.body.filter((node) => node.type === "ImportDeclaration");
  const body = [...edits, ...imports.map(({ start, end }) => ({ start, end, text: "" }))]
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
  return { imports: imports.flatMap((node) => importsOf(code, node)), body: body.trim() };
};

const testFile = (path: string, origin: string, given: readonly Test[]): string => {
  const programs = given.map(({ parts }): Runnable => {
    const [first = "", ...others] = parts;
    const [start, ...rest] = [runnable(first), ...others.map(runnable)];
    return {
      imports: [...start.imports, ...rest.flatMap((part) => part.imports)],
      body: [start.body, ...rest.map(({ body }) => `{\n${body}`), "}".repeat(rest.length)].join("\n").trim(),
    };
  });
  const imports = new Set(programs.flatMap((part) => part.imports));
  const needed = [...imports].filter((line) => !(line.includes("{ type ") && imports.has(line.replace("type ", ""))));
  const tests = given.map(
    ({ title }, i) => `test(${JSON.stringify(title)}, async () => {\n${programs[i]?.body ?? ""}\n});`,
  );
  const shows = relative(dirname(path), "scripts/shows.ts").replaceAll(sep, "/");
  return [
    `// From ${origin}, by scripts/doctest.ts.`,
    `import { test } from "vitest";`,
    `import { ${origin.endsWith(".md") ? "inScratch, " : ""}shows, throws } from "${shows}";`,
    ...needed,
    "",
    ...(origin.endsWith(".md") ? ["inScratch();"] : []),
    ...tests,
    "",
  ].join("\n");
};

const folder = "scripts/examples";

/** Writes the test files that are new or changed, and removes those whose examples are gone. */
export const writeDoctests = (): void => {
  const sources = packages.flatMap((name) => below(`${name}/src`)).filter((path) => path.endsWith(".ts"));
  const all = [
    ...sources.map((path) => ({ origin: path, tests: examplesOf(read(path)).map(alone) })),
    ...Array.from(documents(), ([origin, tests]) => ({ origin, tests })),
    { origin: "names/libraries.ts", tests: nameExamples().map(alone) },
  ].filter(({ tests }) => tests.length > 0);
  const files = new Map(
    all.map(({ origin, tests }) => {
      const path = `${folder}/${origin
        .replace("packages/", "")
        .replace("/src/", "/")
        .replace(/\.\w+$/, ".test.ts")}`;
      return [path, testFile(path, origin, tests)];
    }),
  );
  for (const path of below(folder))
    if (path.endsWith(".ts") && !files.has(path)) rmSync(join(root, path), { force: true });
  for (const [path, text] of files) {
    if (existsSync(join(root, path)) && read(path) === text) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, `${path}.${process.pid}`), text);
    renameSync(join(root, `${path}.${process.pid}`), join(root, path));
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeDoctests();
