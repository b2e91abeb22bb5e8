import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { baseline, earlier, entries, versions } from "./contestant.ts";
import { dataOf } from "./data.ts";
import { writeData } from "./file.ts";
import { compare, type Effort, type Outcome } from "./measure.ts";
import { root } from "./installed.ts";
import { machine } from "./machine.ts";
import { documentation, withExcerpt } from "./documentation.ts";
import { before, whole } from "./option.ts";
import { addPrograms } from "./program/command.ts";
import { inScratch } from "./scratch.ts";
import { detail, overview } from "./table.ts";
import { named, type Workload, workloads } from "./workload.ts";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Settings extends Omit<Effort, "timing"> {
  readonly peers: readonly string[];
  readonly record: boolean;
  /** Another checkout. */
  readonly before?: string;
}

const known = entries.map(({ name }) => name);

const peersIn = (text: string): readonly string[] => {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`There is no peer ${JSON.stringify(unknown)}; there are ${known.join(", ")}.`);
};

const workloadsIn = (text: string): readonly Workload[] => {
  const found = named(text);
  if (found.length > 0) return found;
  throw new InvalidArgumentError(`There are ${workloads.map(({ name }) => name).join(", ")}.`);
};

/** Puts what was measured into the documentation. */
const record = (outcomes: readonly Outcome[], peers: readonly string[]): void => {
  const { page, picture, excerpt } = documentation(outcomes, peers, machine());
  writeFileSync(join(root, "docs/speed.md"), page);
  writeFileSync(join(root, "docs/speed.svg"), picture);
  const readme = join(root, "README.md");
  writeFileSync(readme, withExcerpt(readFileSync(readme, "utf8"), excerpt));
  say("wrote docs/speed.md, docs/speed.svg and the section in README.md");
};

/** Measures the workloads one after another, and tells of each. */
const measure = (chosen: readonly Workload[], settings: Settings): Promise<void> =>
  inScratch(async (scratch) => {
    const [base, wanted] =
      settings.before === undefined
        ? [baseline, entries.filter(({ name }) => name === baseline || settings.peers.includes(name))]
        : [earlier, versions(settings.before)];
    const found = wanted.map((entry) => ({ ...entry, start: entry.find(scratch) }));
    for (const { name, needs, start } of found) if (start === undefined) say(`${name} is left out: it needs ${needs}`);
    const outcomes: Outcome[] = [];
    for (const workload of chosen) {
      const folder = join(scratch, workload.name.replace(":", "-"));
      writeData(folder, dataOf(workload.task));
      const contestants = found.flatMap(({ name, start }) =>
        start === undefined ? [] : [{ name, command: start(workload.task, folder) }],
      );
      const timing = settings.before === undefined ? "run" : "spend";
      const outcome = await compare(workload, contestants, { ...settings, timing });
      rmSync(folder, { recursive: true });
      outcomes.push(outcome);
      say(`\n${workload.name}: ${workload.title}\n\n${detail(outcome, base)}`);
    }
    const peers = found.filter(({ start }) => start !== undefined).map(({ name }) => name);
    if (chosen.length > 1) say(`\nMedians over those of ${base}\n\n${overview(outcomes, peers, base)}`);
    if (settings.record) record(outcomes, peers);
  });

const makeProgram = (): Command => {
  const bench = new Command("bench")
    .description(
      "Measures gradfold beside hand-written loops and other libraries: results are compared, then the peers take turns.",
    )
    .argument("[workload]", "one, as W5, or W2 for all its sizes; left out, all", workloadsIn)
    .addOption(
      new Option("--peers <names>", "only these, beside loops").default(known, known.join(",")).argParser(peersIn),
    )
    .addOption(new Option("--rounds <count>", "samples of each peer").default(15).argParser(whole))
    .addOption(new Option("--milliseconds <time>", "how long a sample takes").default(80).argParser(whole))
    .option("--record", "put the figures into README.md and docs/; only with all workloads", false)
    .addOption(before("measure this checkout's packages, the same again, and ours, and nothing else"))
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .exitOverride()
    .action(async (chosen: readonly Workload[] | undefined, settings: Settings, command: Command) => {
      if (settings.record && chosen) command.error("error: --record needs all workloads. Name none.");
      if (settings.record && settings.before !== undefined) command.error("error: --record compares no versions.");
      await measure(chosen ?? workloads, settings);
    });
  addPrograms(bench);
  return bench;
};

const usageError = 2;

/** Runs the command line and gives the exit code: 0, 1 when something failed, 2 when it was called wrongly. */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    await makeProgram().parseAsync([...argv], { from: "user" });
    return 0;
  } catch (e) {
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : usageError;
    process.stderr.write(`error: ${e instanceof Error ? e.message : String(e)}\n`);
    return 1;
  }
};
