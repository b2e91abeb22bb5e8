import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";
import { packages, read } from "../files.ts";
import { exportsOf } from "../exports.ts";

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
