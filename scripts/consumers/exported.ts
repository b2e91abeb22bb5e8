/*
 * Programs that export all that the packages give: every public name, the result of every function, and all that the
 * docstrings' examples compute. A project with `declaration: true` has to name the types of its exports, which works
 * where the entries export these types.
 */
import { parseSync } from "oxc-parser";
import { examplesOf } from "../doctest.ts";
import { below, packages, read } from "../files.ts";

/** A module that exports everything that an example declares and computes. */
const exportedExample = (code: string): string => {
  const { program } = parseSync("example.ts", code);
  const statements = program.body.map((node, i) => {
    const text = code.slice(node.start, node.end);
    if (node.type === "ImportDeclaration" || node.type.startsWith("Export")) return text;
    if (node.type === "ExpressionStatement") return `export const value${i} = ${text}`;
    return node.type.endsWith("Declaration") ? `export ${text}` : text;
  });
  return statements.join("\n");
};

/** A module for each example of the packages' docstrings, by its name. */
export const exampleModules = (): ReadonlyMap<string, string> => {
  const sources = packages.flatMap((folder) => below(`${folder}/src`)).filter((path) => path.endsWith(".ts"));
  return new Map(
    sources.flatMap((path) =>
      examplesOf(read(path)).map(({ code }, i): [string, string] => [
        `${path.replace(/^packages\//, "").replace(/\W|ts$/g, "_")}${i}`,
        exportedExample(code),
      ]),
    ),
  );
};

/** A module that exports every value of an entry again, the result of every function, and what these hold. */
export const namesModule = (entry: string, names: readonly string[]): string => {
  const roots = [...new Set(names.map((name) => name.split(".")[0]))];
  const lines = names.flatMap((name, i) => [
    `export const name${i} = ${name};`,
    `export const result${i} = result(${name});`,
    `export const fields${i} = fields(${name});`,
    `export const parts${i} = fields(result(${name}));`,
  ]);
  return [
    `import { ${roots.join(", ")} } from "${entry}";`,
    "declare const result: <F>(f: F) => F extends (...args: never) => infer R ? R : undefined;",
    "declare const fields: <T>(of: T) => { readonly [K in keyof T & string]: T[K] };",
    ...lines,
    "",
  ].join("\n");
};
