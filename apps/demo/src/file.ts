import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

const codeOf = (e: unknown): string => (e instanceof Error && "code" in e ? String(e.code) : "");

/** Makes a folder and those above it. (Node's own recursive mkdir never returns where a file system refuses folders.) */
const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (e) {
    if (codeOf(e) === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (codeOf(e) !== "ENOENT" || dirname(path) === path) throw e;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
};

/**
 * Writes files into a folder, all or none: each is written beside its place first, then all are renamed. Gives their
 * paths.
 */
export const writeFiles = async (
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<readonly string[]> => {
  const drafts = Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    return { path, draft: `${path}.${process.pid}.tmp`, text };
  });
  try {
    await makeFolder(resolve(folder));
    for (const { draft, text } of drafts) await writeFile(draft, text);
    for (const { draft, path } of drafts) await rename(draft, path);
    return drafts.map(({ path }) => path);
  } catch (e) {
    for (const { draft } of drafts) await rm(draft, { force: true }).catch(() => undefined);
    throw new Error(`cannot write to ${folder}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  }
};
