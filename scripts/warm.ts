/*
 * What a warm call of a jitted function costs, in counts that are the same in every run: the functions that it runs,
 * and the bytes that it allocates on the heap. Bundled, as the packages are.
 *
 *     npx esbuild scripts/warm.ts --bundle --platform=node --format=esm --conditions=source --outfile=warm.mjs
 *     node --expose-gc --no-opt --single-threaded --min-semi-space-size=64 warm.mjs "linear regression"
 */
import { Session } from "node:inspector";
import { valueAndGrad } from "@gradfold/autodiff";
import { jit } from "@gradfold/compile";
import {
  add,
  array,
  matmul,
  mean,
  mul,
  type NDArray,
  ones,
  random,
  square,
  stack,
  sub,
  type Vector,
} from "@gradfold/core";
import { sgd, trainState, trainStep } from "@gradfold/optim";

/** A call that hands its results to the next one. */
type Once = () => void;

const calling = <A>(f: (x: A) => A, start: A): Once => {
  let last = start;
  return () => {
    last = f(last);
  };
};

/** One step of linear regression on 100 rows, which takes the state that the last one gave. */
const regression = (): Once => {
  const [forX, forNoise] = random.split(random.key(0));
  const x = stack([random.uniform(forX, [100], { min: -1, max: 1 }), ones([100])], 1);
  const y = add(matmul(x, array([3, 2])), random.uniform(forNoise, [100]));
  const optimizer = sgd(0.1);
  const loss = (a: Vector<2>) => mean(square(sub(matmul(x, a), y)));
  const step = jit(trainStep(valueAndGrad(loss), optimizer));
  return calling((state) => step(state)[0], trainState(array([0.5, 0.75]), optimizer));
};

/** A record of so many arrays, which comes back. */
const state = (count: number): Once => {
  const start = Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, array([i, -i, 0.5])]));
  const step = (tree: typeof start) => Object.fromEntries(Object.entries(tree).map(([key, x]) => [key, mul(x, 0.5)]));
  return calling(jit(step), start);
};

/** A function of one array, which gives one, on arrays in turn. */
const inTurn = (xs: readonly NDArray[]): Once => {
  const f = jit((x: NDArray) => mul(x, 0.5));
  let i = 0;
  return () => {
    f(xs[i++ % xs.length] ?? array(0));
  };
};

const small = [array([1, 2, 3]), array([4, 5, 6])];

const cases: Readonly<Record<string, () => Once>> = {
  "linear regression": regression,
  "a state of 20 arrays": () => state(20),
  "a state of 100 arrays": () => state(100),
  "the last result": () =>
    calling(
      jit((x: NDArray) => mul(x, 0.5)),
      array([1, 2, 3]),
    ),
  "the same array": () => inTurn(small.slice(1)),
  "two arrays in turn": () => inTurn(small),
  "eight batches in turn": () => inTurn(Array.from({ length: 8 }, (_, i) => add(ones([1000]), i))),
};

const repeat = (once: Once, calls: number): void => {
  for (let i = 0; i < calls; i++) once();
};

interface Coverage {
  readonly result: readonly {
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

/** How often a call runs functions of JavaScript, by their names. */
const functionsOf = (once: Once): Readonly<Record<string, number>> => {
  const calls = 1000;
  const session = new Session();
  session.connect();
  const counts = new Map<string, number>();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  session.post("Profiler.takePreciseCoverage");
  repeat(once, calls);
  session.post("Profiler.takePreciseCoverage", (_: unknown, found: Coverage) => {
    for (const { functions } of found.result)
      for (const { functionName, ranges } of functions) {
        const count = Math.floor((ranges[0]?.count ?? 0) / calls);
        if (count > 0) counts.set(functionName, (counts.get(functionName) ?? 0) + count);
      }
  });
  session.disconnect();
  return Object.fromEntries(counts);
};

/** How many bytes a call allocates: the fewest of some runs, which are too short for a collection to fall into them. */
const bytesOf = (once: Once): number => {
  const calls = 200;
  const used = Array.from({ length: 5 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    repeat(once, calls);
    return process.memoryUsage().heapUsed - before;
  });
  return Math.round(Math.min(...used.filter((bytes) => bytes > 0)) / calls);
};

const [, , name = ""] = process.argv;
const once = cases[name]?.();
if (once === undefined) throw new Error(`warm: there are ${Object.keys(cases).join(", ")}, got ${name}`);
repeat(once, 1000);
process.stdout.write(JSON.stringify({ bytes: bytesOf(once), functions: functionsOf(once) }));
