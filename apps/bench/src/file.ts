import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Data } from "./data.ts";

const kinds = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const;

const kindOf = (values: Data[string]): string =>
  Object.entries(kinds).find(([, kind]) => values instanceof kind)?.[0] ?? "";

/** Writes each of the numbers as a file of raw little-endian elements: name.f32, name.f64 or name.i32. */
export const writeData = (folder: string, data: Data): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, values] of Object.entries(data)) writeFileSync(join(folder, `${name}.${kindOf(values)}`), values);
};

/** Reads them all. */
export const readData = (folder: string): Data =>
  Object.fromEntries(
    readdirSync(folder).map((file) => {
      const { buffer, byteOffset, byteLength } = readFileSync(join(folder, file));
      const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
      const kind = kinds[extname(file).slice(1) as keyof typeof kinds]; // as they are written
      const values = new kind(bytes);
      return [file.replace(/\.\w+$/, ""), values];
    }),
  );
