import { read } from "../files.ts";

type Nested = number | string | readonly Nested[];

/** What calls of theirs give, by their names, as values.py computed it. */
export const calls: ReadonlyMap<string, Nested> = new Map(
  read("scripts/names/calls.txt")
    .trim()
    .split("\n")
    .map((line) => [line.split(": ")[0] ?? "", JSON.parse(line.split(" => ")[1] ?? "") as Nested]),
);
