import { type NDArray, ShapeError, transpose, tree, TreeError } from "@gradfold/core";
import { describe, formatShape, isList, isRecord, keyPath, optionsOf, typed } from "@gradfold/core/library";
import { spread } from "./batch.ts";
import { checkCallback } from "./callback.ts";
import { batchInChunks, checkChunk } from "./chunk.ts";
import { kindText, partsOf } from "./alike.ts";
import { elementAt } from "./element.ts";
import { onLeaves } from "./leaves.ts";
import { argumentPlace, type Place, resultPlace } from "./place.ts";
import type { Axes, Batched, BatchedArguments } from "./static.ts";

interface Options {
  readonly inAxes?: Axes;
  readonly outAxes?: Axes;
  readonly chunk?: number;
}

const defaults = { inAxes: 0, outAxes: 0, chunk: undefined } as const;

type Axis = number | null;

const misfit = (option: string, place: string, what: string): TreeError =>
  new TreeError(
    `vmap: ${option}: ${place} ${what}. An axis, null, or a tree of these is needed, as deep as they differ.`,
  );

/** The axis for each leaf: one for a whole tree, or a tree of them, as deep as they differ. */
const axesFor = (option: string, axes: unknown, node: tree.Structure, place: Place, path = ""): readonly Axis[] => {
  if (axes === null || typeof axes === "number") return node.kind === "empty" ? [] : axisEverywhere(axes, node);
  if (node.kind === "list" && isList(axes)) {
    if (node.children.length !== axes.length)
      throw misfit(option, place(path), `has ${node.children.length} parts, but the list of axes ${axes.length}`);
    return node.children.flatMap((child, i) => axesFor(option, axes[i], child, place, `${path}[${i}]`));
  }
  if (node.kind !== "record" || !isRecord(axes))
    throw misfit(option, place(path), `is ${kindText(node)}, and what is given for it is ${describe(axes)}`);
  const missing = node.keys.find((key) => !Object.hasOwn(axes, key));
  if (missing !== undefined) throw misfit(option, place(keyPath(path, missing)), "is given no axis");
  const extra = Object.keys(axes).find((key) => !node.keys.includes(key));
  if (extra !== undefined) throw misfit(option, place(keyPath(path, extra)), "is given an axis, and is not there");
  return node.children.flatMap((child, i) => {
    const key = elementAt(node.keys, i);
    return axesFor(option, axes[key], child, place, keyPath(path, key));
  });
};

const axisEverywhere = (axis: Axis, node: tree.Structure): readonly Axis[] =>
  node.kind === "leaf" ? [axis] : partsOf(node).flatMap((part) => axisEverywhere(axis, part));

/** An axis counted from the front; `where` says in words where the leaf is. */
const from = (axis: number, { shape }: NDArray, where: () => string, option: string): number => {
  const at = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(at) && at >= 0 && at < shape.length) return at;
  throw new ShapeError(`vmap: ${option}: ${where()} is ${formatShape(shape)} and has no axis ${axis}.`);
};

const moved = (x: NDArray, axis: number, to: number): NDArray => {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  return axis === to ? x : transpose(x, others.toSpliced(to, 0, axis));
};

/** How many there are of each mapped leaf: of all the same number. */
const countOf = (leaves: readonly NDArray[], axes: readonly Axis[], { paths }: tree.Flat): number => {
  const mapped = leaves.flatMap((x, i) => {
    const axis = axes[i];
    return axis === null || axis === undefined
      ? []
      : [{ n: elementAt(x.shape, axis), path: elementAt(paths, i), axis }];
  });
  const [first] = mapped;
  if (first === undefined) throw new ShapeError("vmap: no argument is mapped. Give at least one an axis in inAxes.");
  const other = mapped.find(({ n }) => n !== first.n);
  if (other !== undefined)
    throw new ShapeError(
      `vmap: the mapped sizes differ: ${argumentPlace(first.path)} has ${first.n} along axis ${first.axis}, ` +
        `but ${argumentPlace(other.path)} has ${other.n} along axis ${other.axis}.`,
    );
  return first.n;
};

/**
 * A function of one as a function of many: it runs once, on whole stacks. Each argument has an additional axis, the first
 * by default, and so has the result.
 *
 * With `chunk` it runs on that many rows at a time, the last chunk with what is left, and the results are put together:
 * what a Jacobian of every example needs on the way is then bounded. Each chunk has the bits of `vmap` of its rows. These
 * are the bits of the whole stack, unless an operation's order of adding follows from the height of the stack, as that of
 * a product with a matrix does which is the same for all rows. A gradient with respect to what is the same for all rows is
 * summed chunk by chunk. Under `jit` the chunks are one loop.
 *
 * @param options - `inAxes`: the mapped axis of every leaf, as one number, or a list with an entry for each argument: a
 *   number, null where the argument is the same for all, or a tree of these; `outAxes`: where the axis goes in the result;
 *   `chunk`: the most rows at a time, all by default
 * @throws ShapeError when mapped sizes differ, a leaf has no such axis, or nothing is mapped; TreeError when the axes do not
 *   match a tree; TraceError when the function asks for a value, as by `item`; DomainError when `chunk` is no whole number
 *   from 1 on, DTypeError when it is no number
 * @example
 * import { array, grad, mul, type NDArray, square, sum, toNested, vmap } from "gradfold";
 * const f = (w: NDArray, x: NDArray) => sum(mul(w, square(x)));
 * const each = vmap(grad(f), { inAxes: [null, 0] });
 * toNested(each(array([1, 1]), array([[1, 2], [3, 4]]))); // => [ [ 1, 4 ], [ 9, 16 ] ]
 * toNested(vmap(grad((x) => sum(square(x))), { chunk: 2 })(array([[1], [2], [3]]))); // => [ [ 2 ], [ 4 ], [ 6 ] ]
 */
export const vmap = typed<
  <A extends readonly unknown[] = NDArray[], R = NDArray, const In extends Axes = 0, const Out extends Axes = 0>(
    f: (...args: A) => R,
    options?: {
      /** The mapped axis of each argument, or of each leaf; null for one that is the same for all. 0 by default. */
      readonly inAxes?: In;
      /** Where the axis goes in the result; 0 by default. */
      readonly outAxes?: Out;
      /** The most rows at a time; all of them by default. */
      readonly chunk?: number;
    },
  ) => <N extends number>(...args: BatchedArguments<A, N, In>) => Batched<R, N, Out>
>((f: (...args: readonly unknown[]) => unknown, options?: Options) => {
  checkCallback("vmap", "the first argument", f, "vmap(f)(xs)");
  const { inAxes, outAxes, chunk } = optionsOf("vmap", options, defaults);
  checkChunk("vmap", chunk);
  return (...args: readonly unknown[]) => {
    const on = onLeaves("vmap", f, args);
    const { leaves, paths, structure } = on.inputs;
    const axes = axesFor("inAxes", inAxes, structure, argumentPlace).map((axis, i) =>
      axis === null || leaves[i] === undefined
        ? null
        : from(axis, leaves[i], () => argumentPlace(elementAt(paths, i)), "inAxes"),
    );
    const n = countOf(leaves, axes, on.inputs);
    const stacks = leaves.map((x, i) => moved(x, axes[i] ?? 0, 0));
    const mapped = axes.map((axis) => axis !== null);
    const batched = batchInChunks(on.call, stacks, mapped, chunk ?? n);
    const all = spread(batched, n);
    const result = tree.flatten(on.restore(batched.outputs));
    const out = axesFor("outAxes", outAxes, result.structure, resultPlace);
    return on.restore(
      batched.outputs.map((x, i) => {
        const [axis = 0, stack = x] = [out[i], all[i]];
        const where = (): string => resultPlace(elementAt(result.paths, i));
        if (axis === null) {
          if (batched.mapped[i] === true)
            throw new ShapeError(`vmap: outAxes: ${where()} depends on the mapped arguments, so it needs an axis.`);
          return x;
        }
        return moved(stack, 0, from(axis, stack, where, "outAxes"));
      }),
    );
  };
});
