import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";

export const whole = (text: string): number => {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new InvalidArgumentError("A whole number from 1 to 10000 is needed.");
};

const checkout = (folder: string): string => {
  if (existsSync(join(folder, "packages/compile/dist/index.js"))) return folder;
  throw new InvalidArgumentError("A checkout of this repository is needed, with its packages built.");
};

/** Another version to compare with. */
export const before = (says: string): Option => new Option("--before <checkout>", says).argParser(checkout);
