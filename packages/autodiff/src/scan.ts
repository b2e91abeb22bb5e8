import { DomainError, type NDArray, type Shape, ShapeError, tree, TreeError } from "@gradfold/core";
import { type ArrayType, formatShape, sameShape, typed, zerosOf } from "@gradfold/core/transform";
import { type Looped, takeTurns, type Turn } from "./loop.ts";
import { closeOver, type ScanLoop } from "./program.ts";
import { simplifyProgram } from "./simplify.ts";
import { recorderOf, traceLeaves } from "./trace.ts";

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

/** A carry keeps its structure, shapes and dtypes; else the next step would be another function. */
const checkCarry = (before: tree.Flat, after: tree.Flat): void => {
  if (JSON.stringify(before.structure) !== JSON.stringify(after.structure))
    throw new TreeError("scan: the carry must come back with the structure that it came with");
  after.leaves.forEach((x, i) => {
    const old = before.leaves[i];
    if (old !== undefined && (x.dtype !== old.dtype || !sameShape(x.shape, old.shape)))
      throw new ShapeError(
        `scan: the carry must keep its types: ${before.paths[i] || "it"} was ${old.dtype} ${formatShape(old.shape)} ` +
          `and came back as ${x.dtype} ${formatShape(x.shape)}.`,
      );
  });
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
    checkCarry(init, after);
    const row = tree.flatten(y);
    return { carry: after.leaves, row: row.leaves, structure: row.structure };
  };

const rowType = ({ shape, dtype }: ArrayType): ArrayType => ({ shape: shape.slice(1), dtype });

const stackedType =
  (n: number) =>
  ({ shape, dtype }: ArrayType): ArrayType => ({ shape: [n, ...shape], dtype });

/** The last carry, the stacked rows, and the structure of a row. */
interface TreeLooped extends Looped {
  readonly structure: tree.Structure;
}

const loopEagerly = (
  turn: (leaves: readonly NDArray[]) => TreeTurn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  n: number,
): TreeLooped => {
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

/** The loop as one operation of the program that follows the operands; none does when there is no turn to take. */
const loopInProgram = (
  turn: (leaves: readonly NDArray[]) => TreeTurn,
  init: readonly NDArray[],
  xs: readonly NDArray[],
  n: number,
): TreeLooped => {
  const types = [...init, ...xs.map(rowType)];
  const { program, result } = traceLeaves(types, turn, ({ carry, row }) => [...carry, ...row]);
  const { body, closed } = closeOver(simplifyProgram(program));
  const rows = result.row.map(stackedType(n));
  const recorder = recorderOf([...init, ...xs]);
  if (recorder === undefined) return { carry: init, ys: rows.map(zerosOf), structure: result.structure };
  const loop: ScanLoop = { name: "scan", body, length: n, closed: closed.length, carried: init.length };
  const results = recorder.scan(loop, [...closed, ...init, ...xs], [...init, ...rows]);
  return { carry: results.slice(0, init.length), ys: results.slice(init.length), structure: result.structure };
};

/**
 * A loop that carries a value and gives one row of results a step: `f(carry, x) => [carry, y]`.
 *
 * Runs step by step, also under `grad`; inside `trace` it is one operation, so that a compiler sees a loop.
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
  const cut = tree.flatten(xs);
  const n = rowCount(cut, options.length);
  const isEager = n > 0 && recorderOf([...carry.leaves, ...cut.leaves]) === undefined;
  const loop = isEager ? loopEagerly : loopInProgram;
  const looped = loop(onLeaves(f, carry, cut), carry.leaves, cut.leaves, n);
  return [tree.unflatten(carry.structure, looped.carry), tree.unflatten(looped.structure, looped.ys)];
});
