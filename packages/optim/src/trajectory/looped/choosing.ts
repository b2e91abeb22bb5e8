import { type NDArray, type Shape, slice } from "@gradfold/core";
import { allocate, contiguous, sizeOf } from "@gradfold/core/library";
import type { Gathering } from "../../gathering.ts";
import type { Alike } from "./alike.ts";
import { batchesFrom, indices, mostBatches, shapeOf } from "./indices.ts";
import { fedWith, type Loop, oneOf, over } from "./loop.ts";
import type { Remember } from "./remember.ts";

/** What steps are fed with where the last batch of an epoch is shorter. */
interface Fed {
  /** Of which a short batch has the first ones. */
  readonly rows: NDArray;
  readonly isShort: NDArray;
}

interface FedGroup extends Fed {
  readonly hasShort: NDArray;
}

/** Whether the last batch of an epoch is among each `count` batches, from one on. */
const lastAmong = ({ perEpoch }: Gathering, lengths: Shape, count: number, from: number): NDArray => {
  const data = allocate("bool", sizeOf(lengths));
  for (let j = 0; j < data.length; j++) data[j] = ((from + j * count) % perEpoch) + count >= perEpoch ? 1 : 0;
  return contiguous("bool", Object.freeze([...lengths]), data);
};

/**
 * To choose copies the state, so up to this many steps choose together: without a short batch among them they are a loop
 * that has no choice in it.
 */
const mostTogether = 16;

/** How many steps choose together where there are so many between two states that are kept: a divisor of these. */
const togetherOf = (count: number): number => {
  let divisor = Math.min(count, mostTogether);
  while (count % divisor !== 0) divisor--;
  return divisor;
};

/** A step that chooses by whether its batch is short. */
const choosingStep = (unit: Loop, last: number): Loop =>
  oneOf(
    (fed) => (fed as Fed).isShort as NDArray<[]>,
    fedWith(unit, (fed) => slice((fed as Fed).rows, [[0, last]])),
    fedWith(unit, (fed) => (fed as Fed).rows),
  );

/** Batches of which some states are kept, behind the same steps as if they were taken one by one, wherever epochs end. */
export function* choosing(remembered: Remember, unit: Loop, n: number, gathering: Gathering): Generator<Alike> {
  const { size, rows, first } = gathering;
  const name = `${rows} by ${size}`;
  const mixed = remembered(`choosing, ${name}`, () => choosingStep(unit, shapeOf(gathering).last));
  const together = (count: number): Loop =>
    remembered(`${count} steps choosing, ${name}`, (by) =>
      oneOf(
        (fed) => (fed as FedGroup).hasShort as NDArray<[]>,
        fedWith(over(by, mixed, count, false), (fed) => ({ rows: (fed as Fed).rows, isShort: (fed as Fed).isShort })),
        fedWith(over(by, unit, count, false), (fed) => (fed as Fed).rows),
      ),
    );
  const grouped: Alike["grouped"] = (count) => {
    const each = togetherOf(count);
    if (each === count) return together(count);
    return remembered(`${count} steps, ${name}`, (by) => over(by, together(each), count / each, false));
  };
  for (let i = 0; i < n; i += mostBatches(gathering)) {
    const from = first + i;
    const fedAt = (at: number, lengths: Shape): Fed => ({
      rows: indices(lengths, size, at, batchesFrom(gathering, from)),
      isShort: lastAmong(gathering, lengths, 1, from + at),
    });
    const feed = (at: number, lengths: Shape): Fed | FedGroup => {
      const [groups = 0, count] = lengths;
      if (count === undefined) return fedAt(at, lengths);
      const each = togetherOf(count);
      const outer = each === count ? [groups] : [groups, count / each];
      return { ...fedAt(at, [...outer, each]), hasShort: lastAmong(gathering, outer, each, from + at) };
    };
    yield { unit: mixed, grouped, count: Math.min(n - i, mostBatches(gathering)), feed };
  }
}
