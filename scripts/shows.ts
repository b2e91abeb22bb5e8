import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";

/** Examples may break lines and choose quotes as they read best. */
const plain = (text: string): string => text.replace(/\s+/g, " ").replaceAll('"', "'").trim();

/** A value shows as Node prints it; a string of several lines shows as itself. */
const print = (value: unknown): string =>
  typeof value === "string" && value.includes("\n")
    ? value
    : inspect(value, { compact: true, breakLength: Infinity, depth: Infinity });

export const shows = (value: unknown, text: string): void => expect(plain(print(value))).toBe(plain(text));

export const throws = (run: () => unknown, text: string): void => {
  const thrown = (() => {
    try {
      return `nothing thrown, but ${print(run())}`;
    } catch (error) {
      return String(error);
    }
  })();
  expect(plain(thrown)).toBe(plain(text));
};

/**
 * Documents write files where they run, and print: into a folder of their own, and to nobody. A picture that stands beside
 * the documents is the very one that they draw; `vitest run scripts/examples -u` draws it anew.
 */
export const inScratch = (): void => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "gradfold-"));
  beforeAll(() => {
    process.chdir(folder);
    vi.spyOn(console, "log").mockReturnValue();
  });
  afterEach(async () => {
    for (const name of readdirSync(folder)) {
      const shown = join(home, "docs", name);
      if (name.endsWith(".svg") && existsSync(shown))
        await expect(readFileSync(name, "utf8")).toMatchFileSnapshot(shown);
    }
  });
  afterAll(() => {
    vi.restoreAllMocks();
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });
};
