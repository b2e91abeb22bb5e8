import { DomainError, type NDArray, type Shape, ShapeError, tree } from "@gradfold/core";
import { type ArrayType, formatShape, isTransforming, typed } from "@gradfold/core/transform";
import { cut } from "./derived.ts";
import { checkLike } from "./leaves.ts";
import { type Looped, takeTurns, type Turn } from "./loop.ts";
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

/** How many rows the leaves of a tree have. */
type RowsOf<T> =
  T extends NDArray<infer S>
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

interface Scan {
  <C, Xs, Y>(
    f: (carry: C, x: Row<Xs>) => readonly [carry: C, y: Y],
    init: C,
    xs: Xs,
    options?: { readonly length?: number },
  ): readonly [carry: C, ys: Stacked<Y, RowsOf<Xs>>];
}

type Body = (carry: unknown, x: unknown) => readonly [unknown, unknown];

const rowCount = (xs: tree.Flat, length: number | undefined): number => {
  const [n = length] = xs.leaves.map((x) => x.shape[0]);
  if (n === undefined) throw new ShapeError("scan: without xs the number of steps is needed. Give { length }.");
  if (!Number.isSafeInteger(n) || n < 0)
    throw new DomainError(`scan: the length must be a whole number from 0 on, not ${n}.`);
  xs.leaves.forEach((x, i) => {
    if (x.shape[0] !== n)
      throw new ShapeError(`scan: every leaf of xs needs ${n} rows, but ${xs.paths[i]} is ${formatShape(x.shape)}.`);
  });
  return n;
};

/** A turn of the body, with its trees. */
interface TreeTurn extends Turn {
  readonly structure: tree.Structure;
}

/** The body as a function of leaves. */
const onLeaves =
  (f: Body, init: tree.Flat, xs: tree.Flat) =>
  (leaves: readonly NDArray[]): TreeTurn => {
    const count = init.leaves.length;
    const carry = tree.unflatten(init.structure, leaves.slice(0, count));
    const [next, y] = f(carry, tree.unflatten(xs.structure, leaves.slice(count)));
    const after = tree.flatten(next);
    checkLike("scan: the carry must keep its types", after, init);
    const row = tree.flatten(y);
    return { carry: after.leaves, row: row.leaves, structure: row.structure };
  };

const rowType = ({ shape, dtype }: ArrayType): ArrayType => ({ shape: Object.freeze(shape.slice(1)), dtype });

/** The last carry, the stacked rows, and the structure of a row. */
interface TreeLooped extends Looped {
  readonly structure: tree.Structure;
}

type TakeTurn = (leaves: readonly NDArray[]) => TreeTurn;

const stepByStep = (turn: TakeTurn, init: readonly NDArray[], xs: readonly NDArray[], n: number): TreeLooped => {
  let structure: tree.Structure = { kind: "empty", value: null };
  const looped = takeTurns(
    (leaves) => {
      const next = turn(leaves);
      structure = next.structure;
      return next;
    },
    init,
    xs,
    n,
  );
  return { ...looped, structure };
};

/** The loop as one operation; its derivatives then are loops as well. */
const asCompound = (
  { program, closed, result }: Closed<TreeTurn>,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  length: number,
): TreeLooped => {
  const control = { kind: "scan", body: program, length, closed: closed.length, carried: init.length } as const;
  const [carry = [], ys = []] = cut(call(scanCompound(control), [...closed, ...init, ...xs]), init.length);
  return { carry, ys, structure: result.structure };
};

const loop = (turn: TakeTurn, init: readonly NDArray[], xs: readonly NDArray[], n: number): TreeLooped => {
  if (n > 0 && !isTransforming()) return stepByStep(turn, init, xs, n);
  const trace = n > 0 ? traceIfPossible<TreeTurn> : traceClosed<TreeTurn>;
  const traced = trace([...init, ...xs.map(rowType)], turn, ({ carry, row }) => [...carry, ...row]);
  return traced === undefined ? stepByStep(turn, init, xs, n) : asCompound(traced, init, xs, n);
};

/**
 * A loop that carries a value and gives one row of results a step: `f(carry, x) => [carry, y]`.
 *
 * By itself it runs step by step. Inside a transform it is one operation, traced once, so that a compiler sees a loop, and
 * gradients are loops as well: the way back keeps what it needs of each step. A body that asks for values, as by `item`,
 * runs step by step wherever its values are known.
 *
 * @param xs - a tree of arrays with equal numbers of rows, one row for each step; or null, with a `length`
 * @returns the last carry, and every y stacked along a new first axis
 * @throws TreeError or ShapeError when the carry comes back with another structure or type; ShapeError when rows differ
 * @example
 * import { add, array } from "@gradfold/core";
 * import { scan } from "@gradfold/autodiff";
 * scan((sum, x) => [add(sum, x), sum], array(0), array([1, 2, 3])); // => [ float64 [] 6, float64 [3] [0, 1, 3] ]
 */
export const scan = typed<Scan>((f: Body, init: unknown, xs: unknown, options: { readonly length?: number } = {}) => {
  const carry = tree.flatten(init);
  const rows = tree.flatten(xs);
  const n = rowCount(rows, options.length);
  const looped = loop(onLeaves(f, carry, rows), carry.leaves, rows.leaves, n);
  return [tree.unflatten(carry.structure, looped.carry), tree.unflatten(looped.structure, looped.ys)];
});
