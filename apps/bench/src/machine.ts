import { cpus, loadavg } from "node:os";

/** Where and when something was measured, in a sentence. */
export const machine = (): string => {
  const processors = cpus();
  const load = loadavg()[0] ?? NaN;
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${processors.length} × ${processors[0]?.model.trim() ?? "unknown"}, load ${load.toFixed(1)} at the end`;
};
