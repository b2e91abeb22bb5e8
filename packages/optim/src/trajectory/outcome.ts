import { item, type NDArray, type Scalar, tree } from "@gradfold/core";
import { compact, isList, isNDArray, isRecord, keyPath, type Store, view } from "@gradfold/core/library";

/** How a run ended. Divergence is data, not an exception: the run is there to look at. */
export type Outcome =
  | {
      /** Told from a run that diverged. */
      readonly kind: "finished";
    }
  | Stalled
  | Diverged;

export interface Stalled {
  /** Told from a run that finished, or diverged. */
  readonly kind: "stalled";
  /** The state from which on no step got on, though its gradient was not 0. */
  readonly step: number;
  /** The line search found no place with a lower loss. */
  readonly reason: "no lower loss";
  /** The path of the line search's count of such steps. */
  readonly leaf: string;
}

export interface Diverged {
  /** Told from a run that finished. */
  readonly kind: "diverged";
  /** The first state whose loss is not finite or too large. */
  readonly step: number;
  /** The loss of that state. */
  readonly loss: number;
  /** Whether the loss is NaN or infinite, or only too large. */
  readonly reason: "not finite" | "too large";
  /** The path of the first leaf of that state that is not finite, if any. */
  readonly leaf: string | undefined;
}

/** A loss beyond this multiple of 1 + |the first loss| counts as diverged. */
const limit = 1e6;

/** Where the first number stands that is not finite or above a bound; behind the last one if there is none. */
const firstBeyond = (numbers: Store, bound: number): number => {
  let i = 0;
  for (; i < numbers.length; i++) {
    const x = numbers[i] ?? NaN;
    if (!Number.isFinite(x) || x > bound) return i;
  }
  return i;
};

const isFinite = (x: NDArray): boolean => {
  const elements = compact(view(x, "trajectory"), x.dtype);
  return firstBeyond(elements, Infinity) === elements.length;
};

/** The path of the first leaf that is not finite. */
const firstBadLeaf = (state: unknown): string | undefined => {
  const { leaves, paths } = tree.flatten(state);
  return paths[leaves.findIndex((x) => !isFinite(x))];
};

/** What a run's outcome depends on, when the losses before step `from` were judged already. */
interface Losses {
  /** That of step 0. */
  readonly first: number | undefined;
  readonly from: number;
  /** Those of the steps from `from` on. */
  readonly later: Float64Array | undefined;
}

/** How a run diverged by its losses, if it has any: the first of them that is not finite or too large. */
export const divergedIn = ({ first, from, later }: Losses, at: (step: number) => unknown): Diverged | undefined => {
  const row = later === undefined ? 0 : firstBeyond(later, limit * (1 + Math.abs(first ?? 0)));
  const loss = later?.[row];
  if (loss === undefined) return undefined;
  const reason = Number.isFinite(loss) ? "too large" : "not finite";
  return Object.freeze({ kind: "diverged", step: from + row, loss, reason, leaf: firstBadLeaf(at(from + row)) });
};

/** The count of a line search's steps in a row that stood still, and its path. */
interface Count {
  readonly path: string;
  readonly still: number;
}

const isScalar = (x: unknown): x is Scalar => isNDArray(x) && x.shape.length === 0;

/** The counts in an optimizer's state: a line search's own state is `{ learningRate, stalled }`, and nothing else. */
const countsIn = (node: unknown, path: string): readonly Count[] => {
  if (isList(node)) return node.flatMap((child, i) => countsIn(child, `${path}[${i}]`));
  if (!isRecord(node)) return [];
  const { learningRate, stalled } = node;
  if (isScalar(learningRate) && isScalar(stalled) && Object.keys(node).length === 2)
    return [{ path: keyPath(path, "stalled"), still: item(stalled) }];
  return Object.entries(node).flatMap(([key, child]) => countsIn(child, keyPath(path, key)));
};

/** How a run of n steps stood still in the end, if it did: all of the line searches in its optimizer's state did. */
const stalledAt = (n: number, state: unknown): Stalled | undefined => {
  const counts = isRecord(state) ? countsIn(state["optimizer"], "optimizer") : [];
  const [first] = counts;
  if (first === undefined) return undefined;
  const still = Math.min(...counts.map((count) => count.still));
  if (!(still > 0)) return undefined;
  return Object.freeze({ kind: "stalled", step: Math.max(n - still, 0), reason: "no lower loss", leaf: first.path });
};

/** How a run of n steps ended whose losses are all right, by its final state, whose loss nobody computed. */
export const endedAt = (n: number, state: unknown): Outcome => {
  const leaf = firstBadLeaf(state);
  if (leaf === undefined) return stalledAt(n, state) ?? Object.freeze({ kind: "finished" });
  return Object.freeze({ kind: "diverged", step: n, loss: NaN, reason: "not finite", leaf });
};

/** Judges a run of n steps. */
export const judge = (losses: Losses, n: number, at: (step: number) => unknown): Outcome =>
  divergedIn(losses, at) ?? endedAt(n, at(n));
