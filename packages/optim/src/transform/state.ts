import { broadcastTo, type DType, type NDArray, type Shape, tree, zeros } from "@gradfold/core";
import { isList, isRecord } from "@gradfold/core/library";
import { type Clash, difference, isScalar, otherForm, within } from "../form.ts";

/** What a part of a state must be, told by the parameters: where it is not, and how. */
export type Part = (found: unknown, params: unknown) => Clash | undefined;

/** A count, a power and the like: a float64 scalar. */
export const scalar: Part = (found) => difference(found, 0);

/** A number that users may put there: a scalar of any dtype. */
export const anyScalar: Part = (found) => (isScalar(found) ? undefined : otherForm(found, "a scalar"));

/** A tree as the parameters are. */
export const likeParams: Part = difference;

/** What another transform keeps, which looks at it itself. */
export const ofInner: Part = () => undefined;

/** Arrays as others are, whatever the parameters. */
export const like =
  (wanted: unknown): Part =>
  (found) =>
    difference(found, wanted);

/** An array of a shape and dtype, to compare others with: it takes no memory. */
export const blank = (shape: Shape, dtype: DType): NDArray => broadcastTo(zeros([], { dtype }), shape);

/** Something for each leaf of the parameters, in the tree's order. */
export const perLeaf =
  (wanted: (leaf: NDArray) => unknown): Part =>
  (found, params) =>
    difference(found, tree.leaves(params).map(wanted));

/** A list of parts. */
export const listOf =
  (parts: readonly Part[]): Part =>
  (found, params) => {
    if (!isList(found) || found.length !== parts.length) return otherForm(found, `a list of ${parts.length}`);
    for (const [i, part] of parts.entries()) {
      const clash = part(found[i], params);
      if (clash !== undefined) return within(`[${i}]`, clash);
    }
    return undefined;
  };

/** A record of parts. */
export const recordOf = (parts: Readonly<Record<string, Part>>): Part => {
  const entries = Object.entries(parts);
  const wanted = `{${Object.keys(parts).join(", ")}}`;
  return (found, params) => {
    if (!isRecord(found) || Object.keys(found).length !== entries.length) return otherForm(found, wanted);
    for (const [key, part] of entries) {
      if (!Object.hasOwn(found, key)) return otherForm(found, wanted);
      const clash = part(found[key], params);
      if (clash !== undefined) return within(key, clash);
    }
    return undefined;
  };
};

export type Parts = readonly Part[] | Readonly<Record<string, Part>>;

export const partsOf = (parts: Parts): Part => (isPartList(parts) ? listOf(parts) : recordOf(parts));

const isPartList = (parts: Parts): parts is readonly Part[] => isList(parts);

/** No state at all. */
export const none: Part = (found) => difference(found, null);
