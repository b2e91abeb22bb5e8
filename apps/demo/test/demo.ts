import { vi } from "vitest";
import { main } from "../src/command.ts";

/** What the command printed and its exit code. */
export const demo = async (...argv: readonly string[]) => {
  const printed: string[] = [];
  const complained: string[] = [];
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => complained.push(String(text)) > 0);
  try {
    return { code: await main(argv), out: printed.join(""), err: complained.join("") };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
};
