import { Command, CommanderError, Option } from "commander";
import type { Exported } from "./exported.ts";
import { writeFiles } from "./file.ts";
import { fit, type Run } from "./fit.ts";
import { batchSize, dtypes, learningRate, type Made, optimizers, seed, type Settings, step, steps } from "./option.ts";
import { makeProblem, n, type Problem } from "./problem.ts";
import { reportProblem, reportRun } from "./report.ts";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const complain = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const withSettings = (command: Command): Command =>
  command
    .addOption(new Option("--steps <count>", "steps of gradient descent").default(100).argParser(steps))
    .addOption(new Option("--learning-rate <rate>", "the learning rate").default(0.1).argParser(learningRate))
    .addOption(new Option("--batch-size <rows>", "rows in a step").default(n, `${n}, all`).argParser(batchSize))
    .addOption(new Option("--seed <number>", "where the random numbers start").default(42).argParser(seed))
    .addOption(new Option("--optimizer <name>", "the optimizer").choices([...optimizers]).default("sgd"))
    .addOption(new Option("--dtype <name>", "the number type").choices([...dtypes]).default("float64"));

type Drawn = Pick<Settings, "out" | "pictures">;

/** Says how a run went, and draws it, but over its own recording. */
const show = async (run: Run, problem: Problem, made: Made, drawn: Drawn, recording?: string): Promise<void> => {
  const { out, pictures } = drawn;
  say(`\n${reportRun(run, problem.data, made)}`);
  if (!pictures) return;
  // Loaded only to draw: it takes longer than the rest.
  const { picturesOf } = await import("./pictures.ts");
  const paths = await writeFiles(out, picturesOf(run, problem), recording);
  say(`\n${paths.map((path) => `wrote ${path}`).join("\n")}`);
};

// What works with recordings is loaded only where there is one.
const recordings = () => import("./recorded.ts");

const demo = async (settings: Settings): Promise<void> => {
  const problem = makeProblem(settings.seed, settings.dtype);
  say(reportProblem(problem));
  const { record } = settings;
  const run =
    record === undefined ? fit(problem, settings) : await (await recordings()).recorded(record, problem, settings);
  await show(run, problem, settings, settings, record);
};

const resume = async (file: string, drawn: Drawn): Promise<void> => {
  const { run, problem, made } = await (await recordings()).resumed(file, complain);
  await show(run, problem, made, drawn, file);
};

interface Replayed extends Made {
  readonly fork?: number;
}

const replay = async (file: string | undefined, settings: Replayed, command: Command): Promise<void> => {
  const { walk } = await import("./terminal.ts");
  if (file === undefined) {
    if (settings.fork !== undefined) command.error("error: --fork needs the file of a recorded run");
    const problem = makeProblem(settings.seed, settings.dtype);
    return walk(fit(problem, settings), problem.data);
  }
  const { reopened, forked } = await recordings();
  const found = reopened(file);
  if (settings.fork === undefined) return walk(found.run, found.problem.data);
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const fork = forked(found, settings.fork, {
    learningRate: isGiven("learningRate") ? settings.learningRate : found.made.learningRate,
    ...(isGiven("steps") ? { steps: settings.steps } : {}),
  });
  const { curves } = await import("./curves.ts");
  say(curves(found.run, fork, settings.fork));
};

const exportMetrics = async (file: string, targets: Exported, command: Command): Promise<void> => {
  if (Object.keys(targets).length === 0) command.error("error: say what to write: --csv, --jsonl or --tensorboard");
  const { exported } = await import("./exported.ts");
  for (const path of await exported(file, (await recordings()).metricsIn(file), targets)) say(`wrote ${path}`);
};

const withDrawing = (command: Command): Command =>
  command.option("--out <folder>", "where the pictures go", "out").option("--no-pictures", "only print");

const makeProgram = (): Command => {
  const program = withDrawing(withSettings(new Command("demo")))
    .description("Fits a line to 100 points by gradient descent, and draws, records and replays the descent.")
    .option("--record <file>", "record the run into a file as it goes")
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .exitOverride()
    .action(demo);
  withDrawing(program.command("resume <file>"))
    .description("goes on with a recorded run that was interrupted; shows one that was not")
    .allowExcessArguments(false)
    .action(resume);
  withSettings(program.command("replay [file]"))
    .description("steps through the descent, or through a recorded one, in the terminal, forward and back")
    .addOption(
      new Option("--fork <step>", "compare the recorded run with another learning rate from a step on").argParser(step),
    )
    .allowExcessArguments(false)
    .action(replay);
  program
    .command("export <file>")
    .description("writes the metrics of a recorded run")
    .option("--csv <file>", "as comma-separated values")
    .option("--jsonl <file>", "as JSON, a line for each step")
    .option("--tensorboard <folder>", "as an event file of TensorBoard")
    .allowExcessArguments(false)
    .action(exportMetrics);
  return program;
};

const usageError = 2;

/**
 * Runs the command line and gives the exit code: 0, 1 when something failed, 2 when it was called wrongly, and when a
 * signal stopped it the one by which shells report that.
 */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    await makeProgram().parseAsync([...argv], { from: "user" });
    return 0;
  } catch (e) {
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : usageError;
    if (e instanceof Error && "exitCode" in e && typeof e.exitCode === "number") {
      complain(e.message);
      return e.exitCode;
    }
    complain(`error: ${e instanceof Error ? e.message : String(e)}`);
    return 1;
  }
};
