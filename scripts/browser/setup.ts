import type { TestProject } from "vitest/node";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../files.ts";
import { fingerprint } from "../fingerprint.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly fingerprint: string;
    readonly recorded: readonly number[];
  }
}

/** Node's own bits, and a run that Node recorded, for the browser to compare with. */
export const setup = async (project: TestProject): Promise<void> => {
  project.provide("fingerprint", await fingerprint());
  project.provide("recorded", [...readFileSync(join(root, "scripts/fixtures/run.safetensors"))]);
};
