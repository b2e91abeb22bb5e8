/*
 * Two copies of the packages in one program: two versions that were installed, or a bundler that took one twice. What is
 * of the other copy is refused in words, or is plain data, which any copy takes.
 */
import type { NDArray, Scalar, Vector } from "gradfold";
import { expect, test, vi } from "vitest";

const load = async () => {
  vi.resetModules();
  const [main, compile, viz, node] = await Promise.all([
    import("gradfold"),
    import("gradfold/compile"),
    import("gradfold/viz"),
    import("gradfold/node"),
  ]);
  return { ...main, compile, viz, node };
};

type Copy = Awaited<ReturnType<typeof load>>;
type Loose = (...given: readonly unknown[]) => unknown;

const here = await load();
const there = await load();

/** What a call comes to: the words of its error, or what it gives. */
const outcome = (call: () => unknown): { readonly words?: string; readonly given?: unknown } => {
  try {
    return { given: call() };
  } catch (e) {
    return { words: String(e) };
  }
};

const isModule = (x: unknown): x is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(x) === "[object Module]";

/** Every public function, with the name spaces in front. */
const functionsOf = (names: Readonly<Record<string, unknown>>, space = ""): readonly (readonly [string, Loose])[] =>
  Object.entries(names).flatMap(([name, value]) => {
    if (typeof value === "function") return [[space + name, value as Loose] as const];
    return isModule(value) ? functionsOf(value, `${space}${name}.`) : [];
  });

/** What carries any value at all from one place to another, or is a class of errors. */
const carriers = /^(either|option)\.|^pipe$|Error$/;

const functions = functionsOf({ ...here }).filter(([name]) => !carriers.test(name));

const mine = here.array([1, 2]);
const foreign = there.array([1, 2]);
const identity = (x: unknown): unknown => x;

/** Calls that begin with the arguments, and then have something of the other copy. */
const calls: readonly (readonly unknown[])[] = [
  [],
  [mine],
  [1],
  [identity],
  [here.random.key(0)],
  [mine, mine],
  [0, 1],
];
const places: readonly unknown[] = [foreign, [foreign], { w: foreign }, [[foreign, 1]]];

const refused = /^(Shape|DType|Tree|Domain|Trace|Decode|File)Error: /;

const text = (x: unknown): string => (typeof x === "function" ? "a function" : (JSON.stringify(x) ?? String(x)));

/** What is done with what a function gives: a function is called, and an optimizer is asked for updates. */
const used = (made: unknown): unknown => {
  if (typeof made === "function") return (made as Loose)(foreign);
  const { init, update } = (made ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof init !== "function" || typeof update !== "function") return made;
  return (update as Loose)(foreign, (init as Loose)(foreign), foreign);
};

/** What decoders give of anything but text. */
const isRefusal = (x: unknown): boolean => text(x).startsWith('{"_tag":"Left","left":{"name":"DecodeError"');

test.each(functions)("%s refuses arrays of another copy in words, or does not look at them", (_, f) => {
  const faults = calls.flatMap((before) =>
    places.flatMap((place) => {
      const { words, given } = outcome(() => used(f(...before, place)));
      if (words !== undefined) return refused.test(words) ? [] : [words];
      const without = outcome(() => used(f(...before)));
      return isRefusal(given) || text(given) === text(without.given) ? [] : [text(given)];
    }),
  );
  expect(faults).toEqual([]);
});

test("All say that it is another copy where that is the only thing wrong, but for those that take text or nothing", () => {
  const tells = (f: Loose): boolean =>
    calls.some((before) =>
      places.some((place) => outcome(() => used(f(...before, place))).words?.includes("another copy") === true),
    );
  const silent = functions.filter(([, f]) => !tells(f)).map(([name]) => name);
  expect(silent).toEqual(["fromJSON", "trajectory.bestSoFar"]);
});

const lossOf = (copy: Copy) => (w: Vector) => copy.mean(copy.square(w));
const optimizerOf = (copy: Copy) => copy.sgd(0.1, { momentum: 0.9 });
const stateOf = (copy: Copy) => copy.trainState(copy.array([1, 2]) as Vector, optimizerOf(copy));
const stepOf = (copy: Copy) => copy.trainStep(copy.valueAndGrad(lossOf(copy)), optimizerOf(copy));
const runOf = (copy: Copy) => copy.trajectory.fold(stepOf(copy), stateOf(copy), copy.steps(3));

const { grad, jvp, scan, steps, trajectory, vmap } = here;
const { jit } = here.compile;
const inputs = steps(3);
const double = (x: Vector) => there.mul(x, 2);
const programs = [
  there.program.of(double)(foreign),
  there.program.of((x: Vector) => there.square(x))(foreign),
] as const;
const run = runOf(there);

/** What is of both copies: its types are the same, so that no compiler sees it. */
const mixed: Readonly<Record<string, () => unknown>> = {
  "operations inside of grad": () => grad(lossOf(there))(mine),
  "an array that a loss closes over": () => grad((w: Vector) => here.sum(here.mul(w, foreign)))(mine),
  "a constant loss": () => grad(() => there.array(1))(mine),
  "a gradient inside of a gradient": () => grad((w: Vector) => here.sum(there.grad(lossOf(there))(w)))(mine),
  "a tangent": () => jvp((x: Vector) => here.mul(x, 2), [mine], [foreign]),
  "operations inside of vmap": () => vmap((x: Scalar) => there.add(x, 1))(mine),
  "operations inside of jit": () => jit(double)(mine),
  "an array that a compiled function closes over": () => jit((x: Vector) => here.add(x, foreign))(mine),
  "a compiled function": () => there.compile.jit(double)(mine),
  "the carry of a loop": () => scan((x: Scalar) => [there.add(x, 1), x], here.array(1), null, { length: 3 }),
  "the condition of a choice": () =>
    here.cond(
      there.array(true),
      () => mine,
      () => mine,
    ),
  "a program with a constant": () => here.program.evaluate(programs[0], [mine]),
  "a program without constants": () => here.program.evaluate(programs[1], [mine]),
  "the inputs of a program": () => there.program.evaluate(programs[1], [mine]),
  "a state of training": () => stepOf(here)(stateOf(there)),
  "a step": () => trajectory.fold(stepOf(there), stateOf(here), inputs),
  "an optimizer": () => here.trainState(mine, optimizerOf(there)),
  "a transform in a chain": () => here.chain(there.sgd(0.1, { momentum: 0.9 })).init(mine),
  "a schedule": () => {
    const { init, update } = here.sgd(there.schedule.cosineDecay({ init: 1, decaySteps: 9 }));
    return update(mine, init(mine), mine);
  },
  "a compiled scan": () => trajectory.fold(stepOf(here), stateOf(here), inputs, { scan: there.compile.scan }),
  "a run that goes on": () => trajectory.extend(run, inputs),
  "a run that is mapped": () => trajectory.map(run, (state) => state),
  "a run that is looked at": () => trajectory.at(run, 1),
  "a run that is recorded": () => here.recording.of(run),
  "a recording": () => here.recording.encode(there.recording.of(run)),
  "a recorder": () => here.node.record("/no/such/run", run),
  "parameters in a replay": () =>
    here.viz.replayPage(() => "<svg/>")([{ step: 0, params: foreign as never, line: [[0, 0]] as never }]),
  "a list of losses": () => here.viz.lossCurve([foreign] as never),
};

test.each(Object.entries(mixed))("%s of another copy: the error says so", (_, call) => {
  const { words, given } = outcome(call);
  expect(words ?? text(given)).toMatch(/another copy of @gradfold\/\w+: load one copy only \(npm ls @gradfold\/\w+ /);
});

test("Errors of another copy pass through, and its eithers, options, steps and programs to print are plain data", () => {
  const wrong = () => there.matmul(there.ones([2]) as NDArray, there.ones([3]) as NDArray);
  expect(() => here.attempt(wrong)).toThrow("matmul: inner sizes differ: [2] @ [3]");
  expect(() => here.orThrow(there.attempt(wrong))).toThrow("matmul: inner sizes differ: [2] @ [3]");
  expect(here.orThrow(there.either.right(1))).toBe(1);
  expect(here.option.map((n: number) => n + 1)(there.option.some(1))).toEqual(here.option.some(2));
  expect(here.option.isNone(there.option.none)).toBe(true);
  expect(here.program.print(programs[1])).toBe(there.program.print(programs[1]));
  const counted = trajectory.fold(stepOf(here), stateOf(here), there.steps(3));
  expect(counted.metrics.loss).toEqual(runOf(here).metrics.loss);
});
