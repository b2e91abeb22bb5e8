/* Is everything that git keeps worth keeping for ever? No large files, and no binaries but what a test reads. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeChecks } from "./checks.ts";
import { root } from "./files.ts";

/** A file that git keeps. */
export type Tracked = { readonly path: string; readonly bytes: Uint8Array };

const mostBytes = 500_000;

/** As git tells texts from other files: by a zero among the first bytes. */
const isBinary = ({ bytes }: Tracked): boolean => bytes.subarray(0, 8000).includes(0);

const isTest = ({ path }: Tracked): boolean => /\.test(-d)?\.ts$/.test(path);

/** What is wrong with a tree of files, a line each. */
export const unwanted = (files: readonly Tracked[]): readonly string[] => {
  const tests = files.filter(isTest).map(({ bytes }) => new TextDecoder().decode(bytes));
  return files.flatMap((file) => {
    const { path, bytes } = file;
    if (bytes.length > mostBytes) return [`${path} has ${bytes.length} bytes, more than ${mostBytes}`];
    const isRead = tests.some((text) => text.includes(basename(path)));
    return isBinary(file) && !isRead ? [`${path} is binary, and no test names it`] : [];
  });
};

/** What git keeps of this checkout. */
const tracked = (): readonly Tracked[] =>
  execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => ({ path, bytes: readFileSync(join(root, path)) }));

if (process.argv[1] === fileURLToPath(import.meta.url))
  await makeChecks("tracked", [
    [
      "git keeps no large files, and no binaries but those that tests read",
      () => {
        const found = unwanted(tracked());
        if (found.length > 0) throw new Error(`${found.join("\n")}\nTake it out: git rm --cached PATH`);
      },
    ],
  ]);
