import type { Command } from "../src/child.ts";

/** A process that greets, is ready, and runs a script for every line. */
export const peer = (onLine: string): Command => {
  const reading = "require('node:readline').createInterface({ input: process.stdin })";
  const script = `console.log('hello'); console.log('ready 1.0'); ${reading}.on('line', (line) => { ${onLine} });`;
  return [process.execPath, "-e", script];
};
