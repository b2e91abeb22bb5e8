import { Command, CommanderError, Option } from "commander";
import { writeFiles } from "./file.ts";
import { fit } from "./fit.ts";
import { batchSize, learningRate, seed, type Settings, steps } from "./option.ts";
import { makeProblem, n } from "./problem.ts";
import { reportProblem, reportRun } from "./report.ts";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const withSettings = (command: Command): Command =>
  command
    .addOption(new Option("--steps <count>", "steps of gradient descent").default(100).argParser(steps))
    .addOption(new Option("--learning-rate <rate>", "the learning rate").default(0.1).argParser(learningRate))
    .addOption(new Option("--batch-size <rows>", "rows in a step").default(n, `${n}, all`).argParser(batchSize))
    .addOption(new Option("--seed <number>", "where the random numbers start").default(42).argParser(seed))
    .addOption(new Option("--optimizer <name>", "the optimizer").choices(["sgd", "momentum"]).default("sgd"))
    .addOption(new Option("--dtype <name>", "the number type").choices(["float64", "float32"]).default("float64"));

const demo = async (settings: Settings): Promise<void> => {
  const problem = makeProblem(settings.seed, settings.dtype);
  say(reportProblem(problem));
  const run = fit(problem, settings);
  say(`\n${reportRun(run, problem.data, settings)}`);
  if (!settings.pictures) return;
  // Loaded only to draw: it takes longer than the rest.
  const { picturesOf } = await import("./pictures.ts");
  const paths = await writeFiles(settings.out, picturesOf(run, problem));
  say(`\n${paths.map((path) => `wrote ${path}`).join("\n")}`);
};

const replay = async (settings: Settings): Promise<void> => {
  const problem = makeProblem(settings.seed, settings.dtype);
  const { walk } = await import("./terminal.ts");
  await walk(fit(problem, settings), problem.data);
};

const makeProgram = (): Command => {
  const program = withSettings(new Command("demo"))
    .description("Fits a line to 100 points by gradient descent, and draws and replays the descent.")
    .option("--out <folder>", "where the pictures go", "out")
    .option("--no-pictures", "only print")
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .exitOverride()
    .action(demo);
  withSettings(program.command("replay"))
    .description("steps through the descent in the terminal, forward and back")
    .allowExcessArguments(false)
    .action(replay);
  return program;
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
