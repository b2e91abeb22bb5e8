import { basename, dirname, join } from "node:path";
import { attempted } from "./error.ts";
import type { FileSystem } from "./fileSystem.ts";
import { holderIn, isGone, markOf, self } from "./holder.ts";

/* Drafts stand beside the file that they are to become, under the name of their process. */

const ending = ".tmp";

/** Where this process makes what is to come to a path. */
export const draftOf = (path: string): string => `${path}.${markOf(self())}${ending}`;

/** Removes a folder of files, or one file. */
const removeAll = (fs: FileSystem, path: string): void => {
  if (fs.statSync(path).isDirectory()) {
    for (const name of fs.readdirSync(path)) fs.unlinkSync(join(path, name));
    fs.rmdirSync(path);
  } else fs.unlinkSync(path);
};

/** How long ago, in milliseconds by the clock of the file system, a file was written, given one that just was. */
export const silenceOf = (fs: FileSystem, path: string, now: string): number =>
  fs.statSync(now).mtimeMs - fs.statSync(path).mtimeMs;

/**
 * Removes the drafts that processes have left behind that are gone.
 *
 * @param now - a draft that was just written
 */
export const clearLeftovers = (fs: FileSystem, path: string, now: string): void => {
  const [folder, start] = [dirname(path), `${basename(path)}.`];
  attempted(() => {
    for (const name of fs.readdirSync(folder)) {
      if (!name.startsWith(start) || !name.endsWith(ending)) continue;
      const holder = holderIn(name.slice(start.length, -ending.length).replace(/^lock\./, ""));
      const draft = join(folder, name);
      // Another process may be at it as well.
      if (holder !== undefined)
        attempted(() => {
          if (isGone(holder, silenceOf(fs, draft, now))) removeAll(fs, draft);
        });
    }
  });
};
