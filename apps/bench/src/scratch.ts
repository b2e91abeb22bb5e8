import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As shells report a process that an interrupt ended. */
const interrupted = 130;

/** Gives a folder that is gone afterwards, also where it was interrupted. */
export const inScratch = async (act: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "gradfold-bench-"));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  const interrupt = () => {
    clear();
    process.exit(interrupted);
  };
  process.once("SIGINT", interrupt);
  try {
    await act(folder);
  } finally {
    process.off("SIGINT", interrupt);
    clear();
  }
};
