import { join } from "node:path/posix";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";
import { packages, read } from "../doctest.ts";

type Place = { readonly file: string; readonly local: string };

/** Where the functions and constants that a module exports are declared; those of a name space as `space.name`. */
const exportsOf = (file: string): ReadonlyMap<string, Place> => {
  const entries = parseSync(file, read(file)).module.staticExports.flatMap((statement) => statement.entries);
  return new Map(
    entries.flatMap(
      ({ moduleRequest, exportName, importName, localName, isType }): readonly (readonly [string, Place])[] => {
        const name = exportName.name ?? "";
        if (isType) return [];
        if (moduleRequest === null) return [[name, { file, local: localName.name ?? name }]];
        if (!moduleRequest.value.startsWith(".")) return [];
        const from = [...exportsOf(join(file, "..", moduleRequest.value))];
        if (importName.name === null)
          return exportName.name === null ? from : from.map(([inner, place]) => [`${name}.${inner}`, place]);
        return from.filter(([inner]) => inner === importName.name).map(([, place]) => [name, place]);
      },
    ),
  );
};

/** The names whose declaration has a docstring with an example. Classes need none: they are errors. */
const documentedIn = (file: string): readonly string[] => {
  const source = read(file);
  return parseSync(file, source).program.body.flatMap((node) => {
    const declaration = node.type === "ExportNamedDeclaration" ? (node.declaration ?? node) : node;
    const doc = /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*$/.exec(source.slice(0, node.start))?.[1] ?? "";
    if (declaration.type === "ClassDeclaration") return [declaration.id?.name ?? ""];
    if (!/@example\s/.test(doc)) return [];
    if (declaration.type === "FunctionDeclaration" || declaration.type === "TSDeclareFunction")
      return [declaration.id?.name ?? ""];
    if (declaration.type !== "VariableDeclaration") return [];
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  });
};

test.each(packages)("Every function and constant of %s has an example", (folder) => {
  const bare = [...exportsOf(`${folder}/src/index.ts`)].filter(
    ([, { file, local }]) => !documentedIn(file).includes(local),
  );
  expect(bare.map(([name, { file }]) => `${name} (${file})`)).toEqual([]);
});
