import { exportsOf } from "../exports.ts";
import { packages } from "../files.ts";
import { freeNames } from "./expression.ts";
import { libraries } from "./libraries.ts";
import { groupsOf } from "./library.ts";

/** The package of each name that one exports: of `scan`, the first of two. */
const homes = (): ReadonlyMap<string, string> =>
  new Map(
    packages
      .flatMap((folder) =>
        [...exportsOf(`${folder}/src/index.ts`).keys()].map(
          (name) => [name.split(".")[0] ?? name, folder.replace("packages", "@gradfold")] as const,
        ),
      )
      .toReversed(),
  );

/** The expressions of a group as a program that computes each of them. */
const programOf = (expressions: readonly string[], homes: ReadonlyMap<string, string>): string => {
  const free = new Set(expressions.flatMap(freeNames));
  const lines = [...free].map((name) => {
    if (name === "NDArray") return `import { type NDArray } from "@gradfold/core";`;
    return `import { ${name} } from "${homes.get(name) ?? "../../names/variables.ts"}";`;
  });
  return [...lines, ...expressions.map((expression) => `void (${expression});`)].join("\n");
};

/** What stands on the right side of docs/coming-from.md, to be compiled and run as examples are. */
export const nameExamples = (): readonly { readonly title: string; readonly code: string }[] => {
  const found = homes();
  return libraries.flatMap((library) =>
    groupsOf(library).map(({ title, same, rows }) => ({
      title: `${library.title}, ${title}: every expression has a value`,
      code: programOf(
        [...same, ...rows].map(({ ours }) => ours),
        found,
      ),
    })),
  );
};
