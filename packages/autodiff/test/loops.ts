import {
  add,
  array,
  cast,
  type DType,
  less,
  mul,
  type NDArray,
  random,
  type Scalar,
  slice,
  stack,
  sub,
  sum,
  tanh,
  tree,
  where,
  zeros,
} from "@gradfold/core";
import fc from "fast-check";
import { scan, whileLoop } from "../src/index.ts";

/* Random loops: bodies of closed-over values, carries and rows of several dtypes, and the same loops unrolled. */

/** One value of the next turn, made of two values of this one: by number among the floats that there are. */
interface Formula {
  readonly kind: "sum" | "product" | "bent" | "same" | "chosen" | "constant";
  readonly a: number;
  readonly b: number;
}

/** A body: a formula for every float that is carried, and for every row that it gives. */
export interface Recipe {
  readonly carry: readonly Formula[];
  readonly rows: readonly Formula[];
  readonly length: number;
  readonly reverse: boolean;
}

/** The dtypes of the floats that are carried, whose shape is [2]. */
const carried = ["float64", "float32", "float64"] as const;

const formula = fc.record({
  kind: fc.constantFrom<Formula["kind"]>("sum", "product", "bent", "same", "chosen", "constant"),
  a: fc.nat(4),
  b: fc.nat(4),
});

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  carry: fc.array(formula, { minLength: carried.length, maxLength: carried.length }),
  rows: fc.array(formula, { maxLength: 2 }),
  length: fc.constantFrom(0, 1, 2, 5),
  reverse: fc.boolean(),
});

/** What derivatives are taken by: all of a loop's floats. */
export interface Point {
  readonly closed: NDArray;
  readonly carry: readonly NDArray[];
  readonly rows: NDArray;
}

const noise = (seed: number, shape: readonly number[], dtype: DType = "float64"): NDArray =>
  cast(random.normal(random.key(seed), shape), dtype);

export const pointOf = (seed: number, { length }: Pick<Recipe, "length">): Point => ({
  closed: noise(seed, [2]),
  carry: carried.map((dtype, i) => noise(seed + 10 + i, [2], dtype)),
  rows: noise(seed + 20, [length, 2]),
});

/** A whole number is carried besides, and one is taken from a row. */
export interface State {
  readonly floats: readonly NDArray[];
  readonly count: NDArray;
}

const stateOf = ({ carry }: Point): State => ({ floats: carry, count: array(0, { dtype: "int32" }) });

const valueOf = ({ kind, a, b }: Formula, pool: readonly NDArray[], count: NDArray): NDArray => {
  const [x, y] = [pool[a % pool.length], pool[b % pool.length]];
  if (x === undefined || y === undefined) throw new RangeError("no such value");
  switch (kind) {
    case "sum":
      return sub(x, mul(y, 0.5));
    case "product":
      return mul(x, tanh(y));
    case "bent":
      return tanh(add(x, y));
    case "same":
      return x;
    case "chosen":
      return where(less(count, 2), x, mul(y, 2));
    case "constant":
      return array([0.5, -2]);
  }
};

/** The next turn of some floats and a count, with what it closes over. */
const nextOf = (recipe: Recipe, closed: NDArray, { floats, count }: State, row: readonly NDArray[]) => {
  const pool = [...floats, closed, ...row].map((x) => cast(x, "float64"));
  const next = recipe.carry.map((each, i) => cast(valueOf(each, pool, count), carried[i] ?? "float64"));
  return { floats: next, given: recipe.rows.map((each) => valueOf(each, pool, count)) };
};

interface Row {
  readonly x: NDArray;
  readonly step: NDArray;
}

const steps = (length: number): NDArray =>
  array(
    Array.from({ length }, (_, i) => i % 3),
    { dtype: "int32" },
  );

const turnOf =
  (recipe: Recipe, closed: NDArray) =>
  (state: State, { x, step }: Row) => {
    const { floats, given } = nextOf(recipe, closed, state, [x]);
    return [
      { floats, count: add(state.count, step) },
      { given, step: state.count },
    ] as const;
  };

/** A loop's last carry and its rows. */
export interface Ends {
  readonly floats: readonly NDArray[];
  readonly given: readonly NDArray[];
}

export const looped =
  (recipe: Recipe) =>
  (point: Point): Ends => {
    const { length, reverse } = recipe;
    const xs = { x: point.rows, step: steps(length) };
    const [state, ys] = scan(turnOf(recipe, point.closed) as never, stateOf(point) as never, xs as never, { reverse });
    return { floats: (state as State).floats, given: (ys as { readonly given: readonly NDArray[] }).given };
  };

export const unrolled =
  (recipe: Recipe) =>
  (point: Point): Ends => {
    const { length, reverse } = recipe;
    let state = stateOf(point);
    const given: (readonly NDArray[])[] = [];
    for (let i = 0; i < length; i++) {
      const at = reverse ? length - 1 - i : i;
      const row = { x: slice(point.rows, [at]), step: slice(steps(length), [at]) };
      const [next, y] = turnOf(recipe, point.closed)(state, row);
      state = next;
      given.push(y.given);
    }
    const inOrder = reverse ? given.toReversed() : given;
    return {
      floats: state.floats,
      given: recipe.rows.map((_, k) =>
        length === 0 ? zeros([0, 2]) : stack(inOrder.map((ys) => ys[k] ?? point.closed)),
      ),
    };
  };

/** A scalar that depends on all that a loop gives. */
export const totalOf =
  (f: (point: Point) => Ends) =>
  (point: Point): Scalar =>
    tree
      .leaves(f(point))
      .map((x, i) => sum(mul(tanh(cast(x, "float64")), i + 1)))
      .reduce((a, b) => add(a, b));

/** A body that a condition ends, after as many turns as the length of the recipe. */
export const ended =
  (recipe: Recipe, maxSteps?: number) =>
  (point: Point): Ends => {
    const { length } = recipe;
    const one = array(1, { dtype: "int32" });
    const last = whileLoop<State, Scalar>(
      ({ count }) => less(count, length) as Scalar,
      (state) => ({ floats: nextOf(recipe, point.closed, state, []).floats, count: add(state.count, one) }),
      stateOf(point),
      maxSteps === undefined ? {} : { maxSteps },
    );
    return { floats: last.floats, given: [] };
  };

/** The same turns, taken one by one. */
export const endedUnrolled =
  (recipe: Recipe) =>
  (point: Point): Ends => {
    let { floats } = stateOf(point);
    for (let i = 0; i < recipe.length; i++)
      floats = nextOf(recipe, point.closed, { floats, count: array(i, { dtype: "int32" }) }, []).floats;
    return { floats, given: [] };
  };
