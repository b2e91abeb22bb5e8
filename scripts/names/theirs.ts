import { read } from "../files.ts";

interface Names {
  readonly version: string;
  /** The public functions of each module. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

type Lists = Readonly<Record<string, { readonly version: string; readonly names: Readonly<Record<string, string>> }>>;

/** A library's names, as theirs.py and theirs.mjs listed them. */
export const theirs = (key: string): Names => {
  const found = (JSON.parse(read("scripts/names/theirs.json")) as Lists)[key];
  if (found === undefined) throw new Error(`theirs.json has no names of ${key}`);
  const lists = Object.entries(found.names).map(([place, list]) => [place, list.split(" ")] as const);
  return { version: found.version, names: Object.fromEntries(lists) };
};
