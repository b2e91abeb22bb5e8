import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagesOf } from "../src/installed.ts";

test("Whoever imports them, packages come from the checkout that is named", () => {
  const checkout = mkdtempSync(join(tmpdir(), "gradfold-checkout-"));
  try {
    const folder = join(checkout, "apps/bench/node_modules/@gradfold/core");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));
    writeFileSync(join(folder, "index.js"), "export const of = 'the other one';");
    const script = "import { of } from '@gradfold/core'; import { sep } from 'node:path'; console.log(of, sep.length);";
    const { stdout } = spawnSync(process.execPath, [...packagesOf(checkout), "--input-type=module", "-e", script]);
    expect(String(stdout)).toBe("the other one 1\n");
  } finally {
    rmSync(checkout, { recursive: true });
  }
});
