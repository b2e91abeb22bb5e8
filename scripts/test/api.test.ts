import { expect, test } from "vitest";
import { apiFile, apiText } from "../api.ts";
import { read } from "../files.ts";

test("docs/api.txt has every public name with its signature; `pnpm api` writes it anew", () => {
  expect(apiText().split("\n")).toEqual(read(apiFile).split("\n"));
}, 60_000);
