import { type NDArray, ShapeError, transpose, tree, TreeError } from "@gradfold/core";
import { formatShape, isNDArray, isRecord, typed } from "@gradfold/core/transform";
import { batch, spread } from "./batch.ts";
import { onLeaves } from "./leaves.ts";
import type { Axes, Batched, BatchedArguments } from "./static.ts";

interface Vmap {
  <A extends readonly unknown[] = NDArray[], R = NDArray, const In extends Axes = 0, const Out extends Axes = 0>(
    f: (...args: A) => R,
    options?: { readonly inAxes?: In; readonly outAxes?: Out },
  ): <N extends number>(...args: BatchedArguments<A, N, In>) => Batched<R, N, Out>;
}

interface Options {
  readonly inAxes?: Axes;
  readonly outAxes?: Axes;
}

type Axis = number | null;

/** The axis for each leaf: one for a whole tree, or a tree of them, as deep as they differ. */
const axesFor = (name: string, axes: unknown, node: unknown, path: string): readonly Axis[] => {
  if (axes === null || typeof axes === "number") return tree.leaves(node).map(() => axes);
  const place = path === "" ? "the root" : path;
  const wrong = (): TreeError =>
    new TreeError(`vmap: ${name} must be an axis, null, or a tree of them like what they are for: see ${place}.`);
  if (Array.isArray(node) && Array.isArray(axes)) {
    if (node.length !== axes.length) throw wrong();
    return node.flatMap((child: unknown, i) => axesFor(name, axes[i], child, `${path}[${i}]`));
  }
  if (!isRecord(node) || isNDArray(node) || !isRecord(axes)) throw wrong();
  const keys = Object.keys(node).toSorted();
  if (keys.join() !== Object.keys(axes).toSorted().join()) throw wrong();
  return keys.flatMap((key) => axesFor(name, axes[key], node[key], path === "" ? key : `${path}.${key}`));
};

const from = (axis: number, { shape }: NDArray, path: string | undefined, name: string): number => {
  const at = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(at) && at >= 0 && at < shape.length) return at;
  throw new ShapeError(`vmap: ${name}: ${path} is ${formatShape(shape)} and has no axis ${axis}.`);
};

const moved = (x: NDArray, axis: number, to: number): NDArray => {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  return axis === to ? x : transpose(x, others.toSpliced(to, 0, axis));
};

/** How many there are of each mapped leaf: of all the same number. */
const countOf = (leaves: readonly NDArray[], axes: readonly Axis[], { paths }: tree.Flat): number => {
  const mapped = leaves.flatMap((x, i) => {
    const axis = axes[i];
    return axis === null || axis === undefined ? [] : [{ n: x.shape[axis] ?? 0, path: paths[i], axis }];
  });
  const [first] = mapped;
  if (first === undefined) throw new ShapeError("vmap: no argument is mapped. Give at least one an axis in inAxes.");
  const other = mapped.find(({ n }) => n !== first.n);
  if (other !== undefined)
    throw new ShapeError(
      `vmap: the mapped sizes differ: ${first.path} has ${first.n} along axis ${first.axis}, ` +
        `but ${other.path} has ${other.n} along axis ${other.axis}.`,
    );
  return first.n;
};

/**
 * A function of one as a function of many: it runs once, on whole stacks. Each argument has an additional axis, the first
 * by default, and so has the result.
 *
 * @param options - `inAxes`: the mapped axis of every leaf, as one number, or a list with an entry for each argument: a
 *   number, null where the argument is the same for all, or a tree of these; `outAxes`: where the axis goes in the result
 * @throws ShapeError when mapped sizes differ, a leaf has no such axis, or nothing is mapped; TreeError when the axes do not
 *   match a tree; TraceError when the function asks for a value, as by `item`
 * @example
 * import { array, mul, type NDArray, square, sum, toNested } from "@gradfold/core";
 * import { grad, vmap } from "@gradfold/autodiff";
 * const f = (w: NDArray, x: NDArray) => sum(mul(w, square(x)));
 * const each = vmap(grad(f), { inAxes: [null, 0] });
 * toNested(each(array([1, 1]), array([[1, 2], [3, 4]]))); // => [ [ 1, 4 ], [ 9, 16 ] ]
 */
export const vmap = typed<Vmap>(
  (f: (...args: readonly unknown[]) => unknown, { inAxes = 0, outAxes = 0 }: Options = {}) =>
    (...args: readonly unknown[]) => {
      const on = onLeaves(f, args);
      const { leaves, paths } = on.inputs;
      const axes = axesFor("inAxes", inAxes, args, "").map((axis, i) =>
        axis === null || leaves[i] === undefined ? null : from(axis, leaves[i], paths[i], "inAxes"),
      );
      const n = countOf(leaves, axes, on.inputs);
      const stacks = leaves.map((x, i) => moved(x, axes[i] ?? 0, 0));
      const batched = batch(
        on.call,
        stacks,
        axes.map((axis) => axis !== null),
      );
      const all = spread(batched, n);
      const result = on.restore(batched.outputs);
      const out = axesFor("outAxes", outAxes, result, "");
      return on.restore(
        batched.outputs.map((x, i) => {
          const [axis = 0, stack = x] = [out[i], all[i]];
          const path = on.result().paths[i] || "the result";
          if (axis === null) {
            if (batched.mapped[i] === true)
              throw new ShapeError(`vmap: outAxes: ${path} depends on the mapped arguments, so it needs an axis.`);
            return x;
          }
          return moved(stack, 0, from(axis, stack, path, "outAxes"));
        }),
      );
    },
);
