import type { NDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { pick, type Shape, sizeOf } from "../array/shape.ts";
import { DTypeError, ShapeError } from "../error/error.ts";
import { isList } from "../error/plain.ts";
import { operand } from "../input/operand.ts";
import { typed } from "../static/door.ts";
import type { Unless } from "../static/text.ts";
import type { EinsumClash, EinsumShape, ShapesOf } from "../static/einsum.ts";
import { mul } from "./arithmetic.ts";
import { matmul } from "./contract.ts";
import { diagonal } from "./diagonal.ts";
import { reshape, transpose } from "./reshape.ts";
import { sum } from "./spread.ts";
import { labelsOf, type Labels, type Subscripts } from "./subscripts.ts";

/** An array whose axes have names, each once. */
interface Named {
  readonly x: NDArray;
  readonly labels: Labels;
}

const sizesOf = ({ x, labels }: Named, some: Labels): readonly number[] =>
  pick(
    x.shape,
    some.map((label) => labels.indexOf(label)),
  );

/** The axes in the order of some names; those that are missing have size 1. */
const ordered = ({ x, labels }: Named, order: Labels): NDArray => {
  const present = order.filter((label) => labels.includes(label));
  const turned = transpose(
    x,
    present.map((label) => labels.indexOf(label)),
  );
  return reshape(
    turned,
    order.map((label) => x.shape[labels.indexOf(label)] ?? 1),
  );
};

/** A name that stands twice means the diagonal along its two axes. */
const withoutRepeats = ({ x, labels }: Named): Named => {
  const second = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  const label = labels[second];
  if (label === undefined) return { x, labels };
  const first = labels.indexOf(label);
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return withoutRepeats({ x: diagonal(x, first, second), labels: [...rest, label] });
};

/** Sums over the axes that nothing else names. */
const summed = ({ x, labels }: Named, needed: ReadonlySet<string>): Named => {
  const axes = labels.flatMap((label, i) => (needed.has(label) ? [] : [i]));
  return axes.length === 0 ? { x, labels } : { x: sum(x, axes), labels: labels.filter((label) => needed.has(label)) };
};

/** Two arrays as one; names of both that are not needed any more are summed over. */
const contract = (a: Named, b: Named, needed: ReadonlySet<string>): Named => {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const inner = both.filter((label) => !needed.has(label));
  const stacked = both.filter((label) => needed.has(label));
  const left = a.labels.filter((label) => !both.includes(label));
  const right = b.labels.filter((label) => !both.includes(label));
  const labels = [...stacked, ...left, ...right];
  if (inner.length === 0) return { x: mul(ordered(a, labels), ordered(b, labels)), labels };
  const [m, k, n] = [sizeOf(sizesOf(a, left)), sizeOf(sizesOf(a, inner)), sizeOf(sizesOf(b, right))];
  const rows = reshape(ordered(a, [...stacked, ...left, ...inner]), [...sizesOf(a, stacked), m, k]);
  const columns = reshape(ordered(b, [...stacked, ...inner, ...right]), [...sizesOf(b, stacked), k, n]);
  const product = matmul(rows, columns);
  const lead = product.shape.slice(0, stacked.length);
  return { x: reshape(product, [...lead, ...sizesOf(a, left), ...sizesOf(b, right)]), labels };
};

/** How many more elements there are after joining two of the arrays than before. */
const growth = (a: Named, b: Named, needed: ReadonlySet<string>): number => {
  const left = a.labels.filter((label) => needed.has(label) || !b.labels.includes(label));
  const right = b.labels.filter((label) => !a.labels.includes(label));
  return sizeOf(sizesOf(a, left)) * sizeOf(sizesOf(b, right)) - sizeOf(a.x.shape) - sizeOf(b.x.shape);
};

/** Joins the two arrays that leave the fewest elements, over and over; of equals, those that stand first. */
const contractAll = (arrays: readonly Named[], output: Labels): Named => {
  const neededBeside = (i: number, j: number): ReadonlySet<string> =>
    new Set([...output, ...arrays.flatMap(({ labels }, k) => (k === i || k === j ? [] : labels))]);
  const [first = { x: operand("einsum", 1), labels: [] }] = arrays;
  if (arrays.length <= 1) return summed(first, neededBeside(0, 0));
  const pairs = arrays.flatMap((a, i) =>
    arrays.slice(i + 1).map((b, k) => {
      const j = i + 1 + k;
      const needed = neededBeside(i, j);
      return { i, j, a, b, needed, grows: growth(a, b, needed) };
    }),
  );
  const least = Math.min(...pairs.map(({ grows }) => grows));
  const best = pairs.find(({ grows }) => grows === least);
  if (best === undefined) return first;
  const { i, j, a, b, needed } = best;
  const joined = contract(a, b, needed);
  return contractAll([...arrays.filter((_, k) => k !== i && k !== j), joined], output);
};

/** Every name has one size; axes of an ellipsis broadcast. */
const checkSizes = (spec: string, { inputs }: Subscripts, shapes: readonly Shape[]): void => {
  const known = new Map<string, number>();
  inputs.forEach((labels, k) => {
    labels.forEach((label, i) => {
      const n = shapes[k]?.[i] ?? 1;
      const old = known.get(label) ?? n;
      const broadcasts = label.startsWith(".") && (n === 1 || old === 1);
      if (old !== n && !broadcasts)
        throw new ShapeError(`einsum: the sizes of ${label} differ: ${old} and ${n} in ${spec}`);
      known.set(label, Math.max(old, n));
    });
  });
};

/**
 * Einstein's summation: axes are named by letters, products of elements of equal names are summed over the names that
 * the output lacks. "ij,jk->ik" is the matrix product, "ii->i" the diagonal, "...ij->...ji" transposes every matrix of a
 * stack, "i,j,k->ijk" an outer product. Without "->" the output has the names that stand once, in the order of the
 * alphabet, behind the ellipsis' axes.
 *
 * Arrays are joined two at a time, those first that leave the fewest elements; sums go by the orders of `matmul`.
 *
 * @throws ShapeError when the subscripts do not fit the operands
 * @example
 * import { array, einsum, toNested } from "gradfold";
 * toNested(einsum("ij,kj->ki", array([[1, 2], [3, 4]]), array([[1, 1]]))); // => [ [ 3, 7 ] ]
 */
export const einsum = typed<
  <const Spec extends string, X extends readonly NDArray[]>(
    subscripts: Unless<EinsumClash<Spec, ShapesOf<X>>, Spec>,
    ...operands: X
  ) => NDArray<EinsumShape<Spec, ShapesOf<X>>>
>((spec: string, ...operands: readonly NDArray[]) => {
  if (typeof spec !== "string")
    throw new DTypeError(`einsum: the subscripts come first, as in einsum("ij->ji", x), not ${describe(spec)}.`);
  if (isList(operands[0])) throw new DTypeError('einsum: the arrays come one by one: einsum("ij,jk->ik", a, b)');
  const arrays = operands.map((x) => operand("einsum", x));
  const subscripts = labelsOf(
    spec,
    arrays.map(({ shape }) => shape),
  );
  const { inputs, output } = subscripts;
  checkSizes(
    spec,
    subscripts,
    arrays.map(({ shape }) => shape),
  );
  const named = arrays.map((x, k) => withoutRepeats({ x, labels: inputs[k] ?? [] }));
  const alone = named.map((a, k) =>
    summed(a, new Set([...output, ...named.flatMap(({ labels }, l) => (l === k ? [] : labels))])),
  );
  return ordered(contractAll(alone, output), output);
});
