import { DomainError, type NDArray, type Shape, ShapeError, tree } from "@gradfold/core";
import { type ArrayType, describe, formatShape, optionsOf, pairOf, typed } from "@gradfold/core/library";
import { flattenAs, isTransforming } from "@gradfold/core/transform";
import { checkCallback } from "./callback.ts";
import { partsOf } from "./derived.ts";
import { checkLike } from "./alike.ts";
import { placeIn } from "./place.ts";
import { carryOf, initOf, type Looped, takeTurns, type Turn, type Turns } from "./loop.ts";
import { call } from "./compound.ts";
import { scanCompound } from "./compounds/scan.ts";
import { type Closed, traceClosed, traceIfPossible } from "./trace.ts";

/** One row of every leaf of a tree: the first axis is gone. */
export type Row<T> =
  T extends NDArray<infer S>
    ? S extends readonly [number, ...infer R extends Shape]
      ? NDArray<R>
      : NDArray
    : { readonly [K in keyof T]: Row<T[K]> };

/** How many rows the leaves of a tree have; of `any`, which holds itself, nothing is claimed. */
export type RowsOf<T> = unknown extends T
  ? number
  : T extends NDArray<infer S>
    ? S extends readonly [infer N extends number, ...Shape]
      ? N
      : number
    : T extends object
      ? RowsOf<T[keyof T]>
      : number;

/** The leaves of a tree, N of each side by side. */
export type Stacked<T, N extends number> =
  T extends NDArray<infer S>
    ? NDArray<[N, ...S]>
    : T extends number
      ? NDArray<[N]>
      : { readonly [K in keyof T]: Stacked<T[K], N> };

type Body = (carry: unknown, x: unknown) => unknown;

interface Options {
  readonly length?: number;
  readonly reverse?: boolean;
}

const defaults = { length: undefined, reverse: false } as const;

const xsPlace = placeIn("xs");

/** A list of numbers is a tree of scalars, which have no rows. */
const asOneArray = (xs: tree.Flat): string =>
  xs.structure.kind === "list" && xs.leaves.length > 0 ? " If xs is a list of numbers, wrap it: array([1, 2, 3])." : "";

/** How many turns: as many as there are rows, or as a length says. */
const lengthOf = (name: string, xs: tree.Flat, length: number | undefined): number => {
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 0))
    throw new DomainError(`${name}: the length must be a whole number from 0 on, not ${describe(length)}.`);
  const [first] = xs.leaves;
  if (first === undefined) {
    if (length !== undefined) return length;
    throw new ShapeError(`${name}: without xs the number of steps is needed. Give { length }.`);
  }
  const n = first.shape[0];
  xs.leaves.forEach((x, i) => {
    const place = xsPlace(xs.paths[i] ?? "");
    if (x.shape[0] === undefined)
      throw new ShapeError(`${name}: ${place} is a scalar and has no rows.${asOneArray(xs)}`);
    if (x.shape[0] !== n)
      throw new ShapeError(`${name}: every leaf of xs needs ${n} rows, but ${place} is ${formatShape(x.shape)}.`);
  });
  if (n === undefined || (length !== undefined && n !== length))
    throw new ShapeError(`${name}: xs has ${n} rows, but the length is ${length}. Leave one of them out.`);
  return n;
};

/** A turn of the body, with the tree of its row. */
interface TreeTurn extends Turn {
  readonly y: tree.Flat;
}

const rowPlace = placeIn("the row y");

/** The body as a function of leaves. */
const onLeaves =
  (name: string, f: (carry: unknown, x: unknown) => readonly [unknown, unknown], init: tree.Flat, xs: tree.Flat) =>
  (leaves: readonly NDArray[]): TreeTurn => {
    const count = init.leaves.length;
    const carry = tree.unflatten(init.structure, leaves.slice(0, count));
    const [next, y] = f(carry, tree.unflatten(xs.structure, leaves.slice(count)));
    const row = flattenAs(name, y, rowPlace);
    return { carry: carryOf(name, next, init), row: row.leaves, y: row };
  };

const rowType = ({ shape, dtype }: ArrayType): ArrayType => ({ shape: Object.freeze(shape.slice(1)), dtype });

/** The last carry, the stacked rows, and the structure of a row. */
interface TreeLooped extends Looped {
  readonly structure: tree.Structure;
}

type TakeTurn = (leaves: readonly NDArray[]) => TreeTurn;

const stepByStep = (
  name: string,
  turn: TakeTurn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  turns: Turns,
): TreeLooped => {
  let first: tree.Flat | undefined;
  const looped = takeTurns(
    (leaves) => {
      const next = turn(leaves);
      first ??= next.y;
      checkLike(`${name}: every row y must be like the first`, rowPlace, next.y, first);
      return next;
    },
    init,
    xs,
    turns,
  );
  return { ...looped, structure: first?.structure ?? { kind: "empty", value: null } };
};

/** The loop as one operation; its derivatives then are loops as well. */
const asCompound = (
  { program, closed, result }: Closed<TreeTurn>,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  turns: Turns,
): TreeLooped => {
  const control = { kind: "scan", body: program, closed: closed.length, carried: init.length, ...turns } as const;
  const results = call(scanCompound(control), [...closed, ...init, ...xs]);
  const { carry, ys } = partsOf(results, { carry: init, ys: results.length - init.length });
  return { carry, ys, structure: result.y.structure };
};

const loop = (
  name: string,
  turn: TakeTurn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  turns: Turns,
): TreeLooped => {
  const isTaken = turns.length > 0;
  if (isTaken && !isTransforming()) return stepByStep(name, turn, init, xs, turns);
  const trace = isTaken ? traceIfPossible<TreeTurn> : traceClosed<TreeTurn>;
  const traced = trace([...init, ...xs.map(rowType)], turn, ({ carry, row }) => [...carry, ...row]);
  return traced === undefined ? stepByStep(name, turn, init, xs, turns) : asCompound(traced, init, xs, turns);
};

/** The loop of a body that gives pairs, under the name of whichever function takes it. */
export const scanned = (
  name: string,
  f: (carry: unknown, x: unknown) => readonly [unknown, unknown],
  init: unknown,
  xs: unknown,
  { length, reverse }: { readonly length: number | undefined; readonly reverse: boolean },
): readonly [carry: unknown, ys: unknown] => {
  const carry = initOf(name, init);
  const rows = flattenAs(name, xs, xsPlace);
  const turns = { length: lengthOf(name, rows, length), reverse };
  const looped = loop(name, onLeaves(name, f, carry, rows), carry.leaves, rows.leaves, turns);
  return [tree.unflatten(carry.structure, looped.carry), tree.unflatten(looped.structure, looped.ys)];
};

/**
 * A loop that carries a value and gives one row of results a step: `f(carry, x) => [carry, y]`.
 *
 * By itself it runs step by step. Inside a transform it is one operation, traced once, so that a compiler sees a loop, and
 * gradients are loops as well: the way back keeps what it needs of each step. A body that asks for values, as by `item`,
 * runs step by step wherever its values are known.
 *
 * @param xs - a tree of arrays with equal numbers of rows, one row for each step; or null, with a `length`
 * @param options - `length`: the number of steps; `reverse`: takes the rows of xs from the last to the first, and puts the
 *   rows y at the same places (false)
 * @returns the last carry, and every y stacked along a new first axis
 * @throws TreeError, ShapeError or DTypeError when the carry comes back with another structure or type, TreeError when the
 *   body gives no pair, and any of these when its rows y differ; ShapeError when xs has rows of different number, or
 *   others than the length says
 * @example
 * import { add, array, scan } from "gradfold";
 * scan((sum, x) => [add(sum, x), sum], array(0), array([1, 2, 3])); // => [ float64 [] 6, float64 [3] [0, 1, 3] ]
 * scan((sum, x) => [add(sum, x), sum], array(0), array([1, 2, 3]), { reverse: true })[1]; // => float64 [3] [5, 3, 0]
 */
export const scan = typed<
  <C, Xs, Y>(
    f: (carry: C, x: Row<Xs>) => readonly [carry: C, y: Y],
    init: C,
    xs: Xs,
    options?: {
      /** The number of steps; needed where `xs` has no rows to count. */
      readonly length?: number;
      /** Whether rows are taken from the last to the first; false by default. */
      readonly reverse?: boolean;
    },
  ) => readonly [carry: C, ys: Stacked<Y, RowsOf<Xs>>]
>((f: Body, init: unknown, xs: unknown, options?: Options) => {
  checkCallback("scan", "the body", f, "scan((carry, x) => [carry, y], init, xs)");
  const turns = optionsOf("scan", options, defaults);
  const body = (carry: unknown, x: unknown) => pairOf("scan", "the body must return [carry, y]", f(carry, x));
  return scanned("scan", body, init, xs, turns);
});
