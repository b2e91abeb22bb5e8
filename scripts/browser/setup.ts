import type { TestProject } from "vitest/node";
import { fingerprint } from "../fingerprint.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly fingerprint: string;
  }
}

/** Node's own bits, for the browser to compare with. */
export const setup = async (project: TestProject): Promise<void> => project.provide("fingerprint", await fingerprint());
