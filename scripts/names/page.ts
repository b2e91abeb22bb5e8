import { libraries } from "./libraries.ts";
import { type Group, groupsOf, type Library, namesOf, type Same } from "./library.ts";
import { only } from "./only.ts";
import { theirs } from "./theirs.ts";

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;

const groupBy = <A>(list: readonly A[], key: (a: A) => string): ReadonlyMap<string, readonly A[]> =>
  list.reduce(
    (map, each) => map.set(key(each), [...(map.get(key(each)) ?? []), each]),
    new Map<string, readonly A[]>(),
  );

/** `np`, or `jax.random` in `random`. */
const headOf = ({ place, ours }: Same): string => {
  const dot = ours.lastIndexOf(".");
  return code(place) + (dot < 0 ? "" : ` in ${code(ours.slice(0, dot))}`);
};

const sameOf = (same: readonly Same[]): readonly string[] =>
  [...groupBy(same, headOf)].map(([head, names]) => {
    const list = names.map(({ theirs, ours }) => {
      const name = ours.slice(ours.lastIndexOf(".") + 1);
      return code(theirs) + (theirs === name ? "" : ` (${code(name)})`);
    });
    return `Same names, ${head}: ${list.join(", ")}.`;
  });

const tableOf = (title: string, { rows }: Group): readonly string[] =>
  rows.length === 0
    ? []
    : [
        `| ${title} | here | |`,
        "| --- | --- | --- |",
        ...rows.map(({ theirs, ours, note }) => `| ${theirs.map(code).join(" ")} | ${code(ours)} | ${note} |`),
      ];

const groupText = (title: string, group: Group): string =>
  [
    `### ${title}: ${group.title.charAt(0).toLowerCase()}${group.title.slice(1)}`,
    ...sameOf(group.same),
    tableOf(title, group).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");

/** `Complex numbers`: why. `np`: the names. */
const absentText = ([kind, reason, names]: Library["absent"][number]): string => {
  const lists = [...groupBy(namesOf(names), ({ place }) => place)].map(
    ([place, list]) => `${code(place)} ${list.map(({ theirs }) => theirs).join(", ")}`,
  );
  return `- **${kind}**: ${reason}. ${lists.join("; ")}.`;
};

/** All that the page says of a library's names. */
const tablesOf = (library: Library): string => {
  const { version, names } = theirs(library.key);
  const count = Object.entries(names).reduce((n, [, list]) => n + list.length, 0);
  const places = Object.keys(names).map(code).join(", ");
  const alike = Object.entries(library.alike ?? {}).map(
    ([place, other]) => `For names that ${code(place)} shares with ${code(other)} see [NumPy](#numpy).`,
  );
  return [
    [`All ${count} names of ${places} in ${library.title} ${version}.`, ...alike].join(" "),
    ...groupsOf(library).map((group) => groupText(library.title, group)),
    `### ${library.title}: without one here`,
    library.absent.map(absentText).join("\n"),
  ].join("\n\n");
};

const onlyText = (): string =>
  only.map(([kind, reason, names]) => `- **${kind}**: ${reason}. ${names.split(" ").map(code).join(", ")}.`).join("\n");

const parts: ReadonlyMap<string, () => string> = new Map([
  ...libraries.map((library) => [library.key, () => tablesOf(library)] as const),
  ["only", onlyText],
]);

/** The page with all between its marks made anew from the data. */
export const renewed = (page: string): string =>
  page.replace(
    /^(<!-- names: (\w+) -->\n)[^]*?^(<!-- \/names -->)$/gm,
    (_, start: string, key: string, end: string) => {
      const part = parts.get(key);
      if (part === undefined) throw new Error(`docs/coming-from.md: there are no names of ${key}`);
      return `${start}<!-- prettier-ignore-start -->\n\n${part()}\n\n<!-- prettier-ignore-end -->\n${end}`;
    },
  );
