import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeData } from "../file.ts";
import { machine } from "../machine.ts";
import { before, whole } from "../option.ts";
import { inScratch } from "../scratch.ts";
import { contestants } from "./contestant.ts";
import { programData } from "./data.ts";
import { measureProgram } from "./measure.ts";
import { type Program, programs } from "./program.ts";
import { type Measured, programTable } from "./table.ts";

interface Settings {
  readonly rounds: number;
  /** Seconds that a process may compute. */
  readonly limit: number;
  /** Another checkout. */
  readonly before?: string;
}

const programsIn = (text: string): readonly Program[] => {
  const found = programs.filter(({ name }) => name === text);
  if (found.length > 0) return found;
  throw new InvalidArgumentError(`There are ${programs.map(({ name }) => name).join(", ")}.`);
};

const measure = (chosen: readonly Program[], settings: Settings): Promise<void> =>
  inScratch(async (scratch) => {
    const present = contestants(scratch, settings.before, settings.limit);
    const measured: Measured[] = [];
    for (const program of chosen) {
      const folder = join(scratch, program.name);
      writeData(folder, programData(program.task));
      const commands = present.flatMap(({ name, start }) => {
        const command = start(program.task, folder);
        return command === undefined ? [] : [[name, command] as const];
      });
      const one = {
        program,
        found: await measureProgram(program, commands, { ...settings, patience: 10 * settings.limit }),
      };
      rmSync(folder, { recursive: true });
      measured.push(one);
      process.stdout.write(`\n${program.title}\n\n${programTable([one])}\n`);
    }
    process.stdout.write(`\nAll, on ${machine()}\n\n${programTable(measured)}\n`);
  });

/** Adds the command that measures programs in fresh processes. */
export const addPrograms = (bench: Command): void => {
  bench
    .command("programs")
    .description(
      "Measures whole programs in fresh processes beside JAX and C++, all held to one core: first calls, which trace and " +
        "compile, and warm ones. Times are seconds of computing, medians, with the ratio to the first contestant and the " +
        "largest distance from the median.",
    )
    .argument("[program]", "one; left out, all", programsIn)
    .addOption(before("measure this checkout's packages as well"))
    .addOption(new Option("--rounds <count>", "processes of each contestant").default(5).argParser(whole))
    .addOption(new Option("--limit <seconds>", "how long a process may compute").default(100).argParser(whole))
    .allowExcessArguments(false)
    .action((chosen: readonly Program[] | undefined, settings: Settings) => measure(chosen ?? programs, settings));
};
