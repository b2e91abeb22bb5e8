import { join } from "node:path";
import type { Command } from "../child.ts";
import { earlier, pythonWith, succeeds } from "../contestant.ts";
import { here, inNode, root } from "../installed.ts";
import type { ProgramTask } from "./program.ts";

/** Who runs programs, with the command for one, if it takes part in it. */
export interface Contestant {
  readonly name: string;
  readonly start: (task: ProgramTask, folder: string) => Command | undefined;
}

/** All are held to one core: some spread their work whatever they are told. */
const core = 1;

/** A command held to one core and to so many seconds of computing, where the system has the programs for it. */
const held = (command: Command, seconds: number): Command => {
  // Before the hard limit, which ends it like any other, comes the signal that tells why.
  const holding = ["taskset", "-c", String(core), "prlimit", `--cpu=${seconds}:${seconds + 1}`] as const;
  const [program, ...args] = holding;
  return succeeds(program, ...args, "true") ? [...holding, ...command] : command;
};

/** By hand, where derivatives were worked out. */
const byHand = (scratch: string): readonly Contestant[] => {
  const program = join(scratch, "adjustment");
  const source = join(here, "peers", "adjustment.cpp");
  if (!succeeds("g++", "-O2", "-march=native", "-o", program, source)) return [];
  return [
    {
      name: "C++",
      start: ({ kind }, folder) => (kind === "adjustment" ? [program, folder] : undefined),
    },
  ];
};

const jax = (): readonly Contestant[] => {
  const python = pythonWith("jax");
  if (python === undefined) return [];
  const script = join(here, "peers", "jax_programs.py");
  return [{ name: "JAX", start: (task, folder) => [python, "-B", script, JSON.stringify(task), folder] }];
};

const own = (name: string, checkout: string): Contestant => ({
  name,
  start: (task, folder) => [...inNode(checkout, "program/worker.js"), JSON.stringify(task), folder],
});

/**
 * Those whom this machine has, and gradfold: as another checkout has it, if there is one, and as it is here. Each is held
 * to one core, and to so many seconds of computing.
 */
export const contestants = (scratch: string, before: string | undefined, limit: number): readonly Contestant[] =>
  [...byHand(scratch), ...jax(), ...(before === undefined ? [] : [own(earlier, before)]), own("gradfold", root)].map(
    ({ name, start }) => ({
      name,
      start: (task, folder) => {
        const command = start(task, folder);
        return command && held(command, limit);
      },
    }),
  );
