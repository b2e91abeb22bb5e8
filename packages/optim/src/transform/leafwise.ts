import { array, cast, type NDArray, type Scalar, tree } from "@gradfold/core";
import { isNDArray, typed } from "@gradfold/core/library";

interface Leafwise {
  <P, const R extends readonly NDArray[], T extends readonly P[]>(
    f: (leaf: NDArray, ...others: { readonly [K in keyof T]: NDArray }) => R,
    first: P,
    ...others: T
  ): { readonly [K in keyof R]: P };
}

/** No transform makes more trees of one. */
const most = 8;

const asRecord = typed<(x: unknown) => Readonly<Record<string, unknown>>>((x: unknown) => x);

/** The leaves of a tree that has the structure of another, in its order: without paths, which no one asks for here. */
const leavesLike = (structure: tree.Structure, root: unknown): readonly NDArray[] => {
  const leaves: NDArray[] = [];
  const collect = (node: unknown, like: tree.Structure): void => {
    if (like.kind === "leaf") leaves.push(isNDArray(node) ? node : array(node as number));
    else if (like.kind === "list") like.children.forEach((child, i) => collect(asRecord(node)[i], child));
    else if (like.kind === "record")
      like.children.forEach((child, i) => collect(asRecord(node)[like.keys[i] ?? ""], child));
  };
  collect(root, structure);
  return leaves;
};

/**
 * Several trees made of several, leaf by leaf: the function takes a leaf of each, all of one shape, and gives the leaves
 * of the results, which keep that shape. The trees are alike: that is checked where they come in.
 */
export const leafwise: Leafwise = typed<Leafwise>(
  (f: (...leaves: readonly NDArray[]) => readonly NDArray[], ...trees: readonly unknown[]) => {
    const [first, ...others] = trees;
    const { leaves, structure } = tree.flatten(first);
    const rows = others.map((each) => leavesLike(structure, each));
    const results = leaves.map((leaf, i) => f(leaf, ...rows.map((row) => row[i] ?? leaf)));
    // Of a tree without leaves (a mask may leave none) all results are that tree, as many as a caller takes apart.
    const count = results[0]?.length ?? most;
    return Array.from({ length: count }, (_, k) =>
      tree.unflatten(
        structure,
        results.map((row) => row[k]),
      ),
    );
  },
);

type Fit = <X extends number | Scalar>(x: X, leaf: NDArray) => X;

/** A number or scalar as a factor of a leaf: in the leaf's dtype. */
export const fit: Fit = typed<Fit>((x: number | Scalar, leaf: NDArray) =>
  isNDArray(x) && x.dtype !== leaf.dtype ? cast(x, leaf.dtype) : x,
);
