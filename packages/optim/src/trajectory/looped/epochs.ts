import type { Gathering } from "../../gathering.ts";
import { type Alike, type Keeping, mostSteps } from "./alike.ts";
import { batchesFrom, epochsFrom, indices, mostBatches, mostIndices, shapeOf } from "./indices.ts";
import { type Caller, inTurn, type Loop, over } from "./loop.ts";
import { groupsOf, type Remember } from "./remember.ts";

/** An epoch whose last batch is shorter, of which every state is kept, or none. */
const epochLoop = (caller: Caller, unit: Loop, gathering: Gathering, keeps: boolean): Loop => {
  const { size, rows } = gathering;
  const { full, last } = shapeOf(gathering);
  return inTurn([
    { loop: over(caller, unit, full, keeps), from: 0, to: full * size, shape: [full, size] },
    { loop: over(caller, unit, 1, keeps), from: full * size, to: rows, shape: [1, last] },
  ]);
};

/** Batches from one on: a part of all inputs that is taken together. */
interface Part {
  /** Whether they are whole epochs, of which the last batch is shorter. */
  readonly isEpochs: boolean;
  /** How many epochs, or batches of one size. */
  readonly count: number;
}

/**
 * A loop is compiled for each length, so where there are many parts of epochs, each is a power of two long.
 *
 * @param left - the number of full batches up to the end of an epoch, or of all inputs
 */
const lengthOf = (left: number, most: number, isFirst: boolean): number =>
  isFirst || left > most ? Math.min(left, most) : 2 ** Math.floor(Math.log2(left));

/** The part that begins with a batch, of which `left` are left, where all states are kept or none. */
const partAt = (gathering: Gathering, from: number, left: number): Part => {
  const { rows, perEpoch, first } = gathering;
  const { full } = shapeOf(gathering);
  const most = mostBatches(gathering);
  if (full === perEpoch) return { isEpochs: false, count: Math.min(left, most) };
  const at = from % perEpoch;
  const epochs = at > 0 ? 0 : Math.floor(Math.min(left / perEpoch, mostSteps / perEpoch, mostIndices / rows));
  if (epochs > 0) return { isEpochs: true, count: epochs };
  if (at === full) return { isEpochs: false, count: 1 };
  return { isEpochs: false, count: lengthOf(Math.min(full - at, left), most, from === first && at === 0) };
};

/** Batches of which all states are kept, or none, or each of which has all rows. */
export function* inParts(
  remembered: Remember,
  unit: Loop,
  n: number,
  gathering: Gathering,
  kept: Keeping,
): Generator<Alike> {
  const { size, rows, perEpoch, first } = gathering;
  const { full, last } = shapeOf(gathering);
  const grouped = groupsOf(remembered, unit);
  for (let i = 0; i < n;) {
    const from = first + i;
    const { isEpochs, count } = partAt(gathering, from, n - i);
    if (isEpochs) {
      const epoch = remembered(`epoch of ${rows} by ${size}, ${kept}`, (by) =>
        epochLoop(by, unit, gathering, kept === "all"),
      );
      const write = epochsFrom(gathering, from);
      yield { unit: epoch, grouped, count, feed: (at, lengths) => indices(lengths, rows, at, write) };
    } else {
      const write = batchesFrom(gathering, from);
      const each = from % perEpoch === full ? last : size;
      yield { unit, grouped, count, feed: (at, lengths) => indices(lengths, each, at, write) };
    }
    i += isEpochs ? count * perEpoch : count;
  }
}
