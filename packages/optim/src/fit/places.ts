import { type NDArray, toTypedArray, tree } from "@gradfold/core";
import { sizeOf } from "@gradfold/core/library";

/** The index of an element in an array of some shape: `[1, 0]` for the element 2 of two columns. */
const indexIn = (shape: readonly number[], element: number): string => {
  if (shape.length === 0) return "";
  const { index } = shape.reduceRight<{ readonly index: readonly number[]; readonly rest: number }>(
    ({ index, rest }, size) => ({ index: [rest % size, ...index], rest: Math.floor(rest / size) }),
    { index: [], rest: element },
  );
  return `[${index.join(", ")}]`;
};

/** The name of each number of a tree in the order of its vector: `layers[0].w[2, 1]`; that of a scalar root is `x`. */
export const placesOf = (point: unknown): readonly string[] => {
  const { leaves, paths } = tree.flatten(point);
  return leaves.flatMap(({ shape }, i) =>
    Array.from({ length: sizeOf(shape) }, (_, k) => `${paths[i] || "x"}${indexIn(shape, k)}`),
  );
};

/** The first few numbers of a tree whose place in its vector is marked, named. */
export const namesOf = (point: unknown, marks: NDArray): string => {
  const places = placesOf(point);
  const found = Array.from(toTypedArray(marks)).flatMap((mark, i) => (mark === 0 ? [] : [places[i] ?? `number ${i}`]));
  const [few, more] = [found.slice(0, most), found.length - most];
  return `${few.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
};

const most = 8;
