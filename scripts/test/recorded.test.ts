import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../files.ts";
import { checkRecorded } from "../recorded.ts";

test("A run recorded on another engine has the bytes that it has here, and is verified, however it is computed", () => {
  const file = readFileSync(join(root, "scripts/fixtures/run.safetensors"));
  checkRecorded(file);
  const changed = file.map((byte, i) => (i === file.length - 100 ? byte ^ 1 : byte));
  expect(() => checkRecorded(changed)).toThrow("other bytes here");
});
