import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Data } from "./data.ts";

/** Writes each of the numbers as a file of raw little-endian elements: name.f32 or name.i32. */
export const writeData = (folder: string, data: Data): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, values] of Object.entries(data))
    writeFileSync(join(folder, `${name}.${values instanceof Float32Array ? "f32" : "i32"}`), values);
};

/** Reads them all. */
export const readData = (folder: string): Data =>
  Object.fromEntries(
    readdirSync(folder).map((file) => {
      const { buffer, byteOffset, byteLength } = readFileSync(join(folder, file));
      const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
      const values = file.endsWith(".f32") ? new Float32Array(bytes) : new Int32Array(bytes);
      return [file.replace(/\.\w+$/, ""), values];
    }),
  );
