/*
 * Do the tests bite? Plants small faults in a source file, one at a time, and runs the tests of its package on each.
 *
 *     tsx scripts/mutate.ts FILE [--count 200] [--seed 1] [--line N]...
 *
 * The tests are served the fault in the place of the file, so nothing is ever written to the checkout. Faults that nobody
 * could see from outside are listed in mutate.json, by file and reason, and so are the tests that concern a file; without a
 * list they are all of its package.
 */
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BaseSequencer, createVitest, type Reporter, type TestModule, type TestSpecification } from "vitest/node";
import { read, root } from "./files.ts";
import { type Mutant, mutantsOf, planted, sampleOf } from "./mutants.ts";

/** The share of the faults that the tests have to catch. */
const aim = 0.85;

interface Listed {
  /** What the paths of the tests contain. */
  readonly tests?: readonly string[];
  /** Changes, by the reason why they change nothing. */
  readonly equivalents?: Readonly<Record<string, readonly string[]>>;
}

interface Tests {
  /** Whether a test fails, or ends never, when the file has this text. */
  readonly catch: (text: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

/** The tests that concern a file, in one vitest that starts a process for every text. */
const testsOf = async (file: string, source: string, names: readonly string[]): Promise<Tests> => {
  const path = join(root, file);
  const seconds = new Map<string, number>();
  const caught = new Map<string, number>();
  let served = source;
  const limits = new Map<string, number>();
  let heard = performance.now();
  let limit = 120_000;

  const worth = ({ moduleId }: TestSpecification): number =>
    (0.1 + (caught.get(moduleId) ?? 0)) / (0.1 + (seconds.get(moduleId) ?? 0));
  const sequencer = class extends BaseSequencer {
    override sort = (files: TestSpecification[]): Promise<TestSpecification[]> =>
      Promise.resolve(files.toSorted((a, b) => worth(b) - worth(a)));
  };
  const hear = (): void => {
    heard = performance.now();
  };
  const listener: Reporter = {
    onTestModuleStart: ({ moduleId }) => {
      hear();
      limit = limits.get(moduleId) ?? limit;
    },
    onTestCaseReady: hear,
    onTestCaseResult: hear,
  };
  const vitest = await createVitest(
    "test",
    { root, watch: false, bail: 1, reporters: [listener], pool: "forks", maxWorkers: 1 },
    {
      plugins: [{ name: "mutate", enforce: "pre", load: (id) => (id === path ? served : undefined) }],
      // A machine with other work to do is no fault: only silence is.
      test: { testTimeout: 0, hookTimeout: 0, sequence: { sequencer }, execArgv: ["--max-old-space-size=512"] },
    },
  );
  const specifications = (await vitest.globTestSpecifications()).filter(({ moduleId }) =>
    names.some((name) => moduleId.includes(name)),
  );

  const failing = async (text: string): Promise<readonly TestModule[] | "hangs" | "breaks"> => {
    served = text;
    vitest.invalidateFile(path);
    hear();
    let hangs = false;
    const watch = setInterval(() => {
      if (hangs || performance.now() - heard < limit) return;
      hangs = true;
      // Only a second call does not wait for the tests to end.
      void vitest.cancelCurrentRun("test-failure");
      void vitest.cancelCurrentRun("test-failure");
    }, 500);
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    clearInterval(watch);
    if (hangs) return "hangs";
    const failed = testModules.filter((module) => module.state() === "failed");
    return failed.length === 0 && unhandledErrors.length > 0 ? "breaks" : failed;
  };

  const whole = await failing(source);
  const modules = vitest.state.getTestModules();
  if (whole.length > 0 || modules.length === 0) throw new Error(`The tests of ${file} fail without a fault.`);
  for (const module of modules) {
    seconds.set(module.moduleId, module.diagnostic().duration / 1000);
    // What a test that blocks its process has said may be heard late, but not before the next module.
    const durations = [...module.children.allTests()].map((test) => test.diagnostic()?.duration ?? 0);
    limits.set(module.moduleId, 20_000 + 10 * Math.max(...durations));
  }

  return {
    catch: async (text) => {
      const failed = await failing(text);
      if (typeof failed === "string") return true;
      for (const { moduleId } of failed) caught.set(moduleId, 1 + (caught.get(moduleId) ?? 0));
      return failed.length > 0;
    },
    close: () => vitest.close(),
  };
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      line: { type: "string", multiple: true },
    },
  });
  const file = relative(root, resolve(positionals[0] ?? "."));
  const source = read(file);
  const listed = (JSON.parse(read("scripts/mutate.json")) as Readonly<Record<string, Listed>>)[file];
  const home = /^packages\/([^/]+)/.exec(file)?.[1] ?? "";
  const names = listed?.tests ?? [`packages/${home}/test/`, `scripts/examples/${home}/`];
  const equivalents = new Set(Object.values(listed?.equivalents ?? {}).flat());
  const mutants = mutantsOf(source);
  const changes = new Set(mutants.map(({ change }) => change));
  const gone = [...equivalents].filter((change) => !changes.has(change));
  for (const change of gone) console.log(`mutate.json: no longer in ${file}: ${change}`);

  const asked = mutants.filter(({ line }) => values.line?.includes(String(line)) ?? true);
  const sample = sampleOf(asked, Number(values.count), Number(values.seed));
  const real = sample.filter(({ change }) => !equivalents.has(change));
  const tests = await testsOf(file, source, names);
  const survivors: Mutant[] = [];
  for (const [i, mutant] of real.entries()) {
    console.error(`${i + 1} of ${real.length}, line ${mutant.line}`);
    if (await tests.catch(planted(source, mutant))) continue;
    survivors.push(mutant);
    console.log(`${file}:${mutant.line} ${mutant.change}`);
  }
  // Somebody may have changed other files meanwhile.
  const isBroken = await tests.catch(source);
  await tests.close();
  if (isBroken)
    throw new Error(`The tests of ${file} failed without a fault in the end: what they caught says nothing.`);
  const caught = real.length - survivors.length;
  console.log(
    `${file}: ${sample.length} of ${mutants.length} faults: ${caught} caught, ${survivors.length} survived, ` +
      `${sample.length - real.length} equivalent: ${((100 * caught) / real.length).toFixed(1)} %`,
  );
  process.exitCode = caught < aim * real.length || gone.length > 0 ? 1 : 0;
};

await main();
