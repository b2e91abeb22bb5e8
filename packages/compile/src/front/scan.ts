import { scan as scanEagerly } from "@gradfold/autodiff";
import { checkCallback, placeIn } from "@gradfold/autodiff/compiler";
import { optionsOf, typed } from "@gradfold/core/library";
import { openPool, type Pool } from "../run/pool.ts";
import { backend } from "../wasm/backend.ts";
import { resultFor, resultOf, specialize, type Specialized } from "./specialize.ts";

type Body = (carry: unknown, x: unknown) => readonly [unknown, unknown];

interface Options {
  readonly length?: number;
  readonly reverse?: boolean;
}

const defaults = { length: undefined, reverse: false } as const;

/** The name of a path in [init, xs]. */
const pairPlace = (path: string): string =>
  placeIn(path.startsWith("[1]") ? "xs" : "init")(path.slice(3).replace(/^\./, ""));

const caller = { name: "scan", place: pairPlace } as const;

/** A loop of a body, of a length if one was given, in one direction. */
interface Known {
  readonly length: number | undefined;
  readonly reverse: boolean;
  readonly specialized: Specialized;
}

/** At most this many specializations of a body are remembered. */
const most = 32;

/** The loops of a body. */
interface Loops {
  readonly known: Known[];
  readonly pool: Pool;
}

const loops = new WeakMap<Body, Loops>();

// The types of trees, which are autodiff's to compute, say nothing here: its scan as a function of anything.
const eagerly = scanEagerly as unknown as (
  f: Body,
  init: unknown,
  xs: unknown,
  options: Options,
) => readonly [unknown, unknown];

type Steps = Pick<Known, "length" | "reverse">;

const learn = (f: Body, init: unknown, xs: unknown, { length, reverse }: Steps, { known, pool }: Loops): unknown => {
  const options: Options = length === undefined ? { reverse } : { length, reverse };
  // A loop of no steps has nothing to compile.
  if (length === 0) return eagerly(f, init, xs, options);
  const onPair = (pair: unknown): unknown => {
    const [carry, rows] = pair as readonly [unknown, unknown]; // as the tree definition of a pair makes it
    return eagerly(f, carry, rows, options);
  };
  const learned = specialize(caller, [init, xs], onPair, "arrays", { backend: backend(), pool });
  if (learned === undefined) return eagerly(f, init, xs, options);
  known.unshift({ length, reverse, specialized: learned.specialized });
  for (const { specialized } of known.splice(most)) pool.drop(specialized.runner);
  return resultOf(learned.specialized, learned.leaves);
};

/**
 * The loop `scan` of `@gradfold/autodiff`, with its types and its results to the last bit, as one call of WebAssembly.
 *
 * A compiled loop is found again by the body's identity, and by the structure, shapes and dtypes of its arguments: keep the
 * body in a variable. Like a jitted function the body must be pure. Inside another transform, or without WebAssembly,
 * this is autodiff's `scan`.
 *
 * @param xs - a tree of arrays with equal numbers of rows, one row for each step; or null, with a `length`
 * @param options - `length`: the number of steps; `reverse`: takes the rows of xs from the last to the first, and puts
 *   the rows y at the same indices (false)
 * @returns the last carry, and every y stacked along a new first axis
 * @throws all errors of autodiff's `scan`; TraceError when the body asks for a value, or applies an operation that is not
 *   compiled yet
 * @example
 * import { add, array } from "gradfold";
 * import { scan } from "gradfold/compile";
 * scan((sum, x) => [add(sum, x), sum], array(0), array([1, 2, 3])); // => [ float64 [] 6, float64 [3] [0, 1, 3] ]
 */
export const scan: typeof scanEagerly = typed<typeof scanEagerly>(
  (f: Body, init: unknown, xs: unknown, options?: Options) => {
    checkCallback("scan", "the body", f, "scan((carry, x) => [carry, y], init, xs)");
    const wanted = optionsOf("scan", options, defaults);
    const ofBody = loops.get(f) ?? { known: [], pool: openPool() };
    if (ofBody.known.length === 0) loops.set(f, ofBody);
    const pair = [init, xs];
    for (const { length, reverse, specialized } of ofBody.known) {
      const isWanted = length === wanted.length && reverse === wanted.reverse;
      const result = isWanted ? resultFor(specialized, pair) : "miss";
      if (result === "miss") continue;
      ofBody.pool.touch(specialized.runner);
      return result === "traced" ? eagerly(f, init, xs, options ?? {}) : result;
    }
    return learn(f, init, xs, wanted, ofBody);
  },
);
