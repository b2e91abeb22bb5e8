import { cast, type NDArray, type Scalar, ShapeError, tree, TreeError } from "@gradfold/core";
import { formatShape, isNDArray, sameShape, typed } from "@gradfold/core/transform";

interface Leafwise {
  <P, const R extends readonly NDArray[], T extends readonly P[]>(
    f: (leaf: NDArray, ...others: { readonly [K in keyof T]: NDArray }) => R,
    first: P,
    ...others: T
  ): { readonly [K in keyof R]: P };
}

/** No transform makes more trees of one. */
const most = 8;

const at = (path: string | undefined): string => path || "the root";

/** Trees of a common structure, with leaves of common shapes, as rows of leaves. */
const rowsOf = (trees: readonly unknown[]): { readonly first: tree.Flat; readonly rows: readonly NDArray[][] } => {
  const [first, ...others] = trees.map((each) => tree.flatten(each));
  if (first === undefined) throw new TreeError("transform: no tree was given");
  const rows = first.leaves.map((leaf) => [leaf]);
  for (const other of others) {
    if (other.leaves.length !== first.leaves.length || other.paths.some((path, i) => path !== first.paths[i])) {
      // The tree functions tell where the two part.
      tree.map((a) => a, trees[0], trees[others.indexOf(other) + 1]);
      throw new TreeError("transform: the trees differ");
    }
    other.leaves.forEach((leaf, i) => {
      const shape = first.leaves[i]?.shape ?? [];
      if (!sameShape(shape, leaf.shape))
        throw new ShapeError(
          `transform: shapes differ at ${at(first.paths[i])}: ${formatShape(shape)} and ${formatShape(leaf.shape)}`,
        );
      rows[i]?.push(leaf);
    });
  }
  return { first, rows };
};

/**
 * Several trees made of several, leaf by leaf: the function takes a leaf of each, all of one shape, and gives the leaves
 * of the results, which keep that shape.
 */
export const leafwise: Leafwise = typed<Leafwise>(
  (f: (...leaves: readonly NDArray[]) => readonly NDArray[], ...trees: readonly unknown[]) => {
    const { first, rows } = rowsOf(trees);
    const results = rows.map((row) => f(...row));
    // Of a tree without leaves (a mask may leave none) all results are that tree, as many as a caller takes apart.
    const count = results[0]?.length ?? most;
    return Array.from({ length: count }, (_, k) =>
      tree.unflatten(
        first.structure,
        results.map((row) => row[k]),
      ),
    );
  },
);

/** Trees that are taken apart otherwise must be alike too. */
export const checkAlike = (...trees: readonly unknown[]): void => {
  rowsOf(trees);
};

type Fit = <X extends number | Scalar>(x: X, leaf: NDArray) => X;

/** A number or scalar as a factor of a leaf: in the leaf's dtype. */
export const fit: Fit = typed<Fit>((x: number | Scalar, leaf: NDArray) =>
  isNDArray(x) && x.dtype !== leaf.dtype ? cast(x, leaf.dtype) : x,
);
