import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { path, scriptFile } from "../player.ts";

test("the script of a replay page is made of its sources as they are; else run `tsx scripts/player.ts`", async () => {
  expect(readFileSync(path, "utf8")).toBe(await scriptFile());
});
