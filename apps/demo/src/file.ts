import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
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

/** A file that is not there yet, or is to be replaced. */
export interface Draft {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Writes files, all or none: each is written beside its place first, then all are renamed. Gives their paths. */
const writeAll = async (files: readonly Draft[], where: string): Promise<readonly string[]> => {
  const drafts = files.map((file) => ({ ...file, draft: `${file.path}.${process.pid}.tmp` }));
  try {
    for (const { path, draft, content } of drafts) {
      await makeFolder(dirname(resolve(path)));
      await writeFile(draft, content);
    }
    for (const { draft, path } of drafts) await rename(draft, path);
    return drafts.map(({ path }) => path);
  } catch (e) {
    for (const { draft } of drafts) await rm(draft, { force: true }).catch(() => undefined);
    throw new Error(`cannot write to ${where}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  }
};

const isThere = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (e: unknown) => {
      if (codeOf(e) === "ENOENT") return false;
      throw e;
    },
  );

/** Whether two paths lead to one file, by whatever links. */
const isSame = async (a: string, b: string): Promise<boolean> =>
  (await isThere(a)) && (await isThere(b)) && (await realpath(a)) === (await realpath(b));

/** Writes files into a folder, over older ones but for the one that is to be kept. Gives their paths. */
export const writeFiles = async (
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  kept?: string,
): Promise<readonly string[]> => {
  const drafts = Object.entries(files).map(([name, content]) => ({ path: join(folder, name), content }));
  for (const { path } of drafts)
    if (kept !== undefined && (await isSame(path, kept)))
      throw new Error(`${path} is the recording itself. Draw into another folder: --out`);
  return writeAll(drafts, folder);
};

/** Writes files that are not there yet: one that is stays, and is refused if it holds anything else. */
export const writeNew = async (files: readonly Draft[]): Promise<readonly string[]> => {
  const paths = new Set<string>();
  const missing: Draft[] = [];
  for (const file of files) {
    const { path, content } = file;
    if (paths.has(resolve(path))) throw new Error(`${path} cannot be two files. Give each another name.`);
    paths.add(resolve(path));
    if (!(await isThere(path))) missing.push(file);
    else if (!(await stat(path)).isFile() || !Buffer.from(content).equals(await readFile(path)))
      throw new Error(`${path} is there already. Remove it, or give another name.`);
  }
  await writeAll(missing, files.map(({ path }) => path).join(", "));
  return files.map(({ path }) => path);
};
