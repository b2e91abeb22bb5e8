import { exportsOf } from "../exports.ts";
import { packages } from "../files.ts";
import { calls } from "./calls.ts";
import { freeNames } from "./expression.ts";
import { libraries } from "./libraries.ts";
import { groupsOf, type Row } from "./library.ts";

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

type Line = Pick<Row, "theirs" | "ours">;

/** A line of a group as a program that computes it, and compares it where a call of theirs was computed. */
const statementOf = ({ theirs, ours }: Line): string => {
  const name = theirs.find((each) => calls.has(each));
  return name === undefined ? `void (${ours});` : `holds((${ours}), ${JSON.stringify(name)});`;
};

const programOf = (lines: readonly Line[], homes: ReadonlyMap<string, string>): string => {
  const free = new Set(lines.flatMap(({ ours }) => freeNames(ours)));
  const imports = [...free].map((name) => {
    if (name === "NDArray") return `import { type NDArray } from "@gradfold/core";`;
    return `import { ${name} } from "${homes.get(name) ?? "../../names/variables.ts"}";`;
  });
  const holds = `import { holds } from "../../names/holds.ts";`;
  return [holds, ...imports, ...lines.map(statementOf)].join("\n");
};

/** What stands on the right side of docs/coming-from.md, to be compiled and run as examples are. */
export const nameExamples = (): readonly { readonly title: string; readonly code: string }[] => {
  const found = homes();
  return libraries.flatMap((library) =>
    groupsOf(library).map(({ title, same, rows }) => ({
      title: `${library.title}, ${title}: every expression has its value`,
      code: programOf([...same.map(({ ours }) => ({ theirs: [], ours })), ...rows], found),
    })),
  );
};
