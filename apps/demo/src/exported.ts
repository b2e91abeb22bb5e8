import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Draft, writeNew } from "./file.ts";
import { type Columns, toCsv, toJsonLines } from "./table.ts";

/** Where the metrics of a recording are to be written. */
export interface Exported {
  readonly csv?: string;
  readonly jsonl?: string;
  readonly tensorboard?: string;
}

/** The events of a folder are one run for TensorBoard: those of two make its curves go back and forth. */
const checkFolder = async (folder: string, name: string): Promise<void> => {
  const others = await readdir(folder).catch(() => []);
  const other = others.find((found) => found.includes("tfevents") && found !== name);
  if (other !== undefined)
    throw new Error(
      `${join(folder, other)} holds another run's events, which would be drawn as one with these. Give a folder for each run.`,
    );
};

const eventsOf = async (file: string, columns: Columns, folder: string): Promise<Draft> => {
  const { toEvents } = await import("./tensorBoard.ts");
  // By the recording's time, so that the same one gives the same file.
  const end = (await stat(file)).mtimeMs / 1000;
  const name = `events.out.tfevents.${Math.floor(end)}.gradfold`;
  await checkFolder(folder, name);
  return { path: join(folder, name), content: toEvents(columns, end) };
};

/** Writes the metrics of a recording, and gives the paths. No file is written over, the recording least of all. */
export const exported = async (
  file: string,
  columns: Columns,
  { csv, jsonl, tensorboard }: Exported,
): Promise<readonly string[]> => {
  const files: Draft[] = [];
  if (csv !== undefined) files.push({ path: csv, content: toCsv(columns) });
  if (jsonl !== undefined) files.push({ path: jsonl, content: toJsonLines(columns) });
  if (tensorboard !== undefined) files.push(await eventsOf(file, columns, tensorboard));
  return writeNew(files);
};
