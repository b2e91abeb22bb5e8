import { type NDArray, type Shape, take, toTypedArray, tree } from "@gradfold/core";
import { contiguous, runIfKept, sizeOf } from "@gradfold/core/transform";
import type { Gathering } from "../../gathering.ts";
import type { AnyStep } from "../trajectory.ts";
import { type Alike, mostSteps } from "./alike.ts";
import { type Caller, inTurn, type Loop, over, type Stretch } from "./loop.ts";
import { rememberFor, stepOn } from "./remember.ts";

/** No more than this many indices of rows are given to one call. */
const mostIndices = 2 ** 21;

/** Writes the row indices of a batch, or an epoch. */
type Write = (into: Int32Array, which: number) => void;

/** Units that are fed with row indices, of which each takes `size`. */
const byIndices = (
  known: Pick<Alike, "unit" | "name" | "remembered">,
  count: number,
  size: number,
  write: Write,
): Alike => ({
  ...known,
  count,
  feed: (from, lengths) => {
    const data = new Int32Array(sizeOf(lengths) * size);
    for (let j = 0; j < sizeOf(lengths); j++) write(data.subarray(j * size, (j + 1) * size), from + j);
    return contiguous("int32", Object.freeze([...lengths, size]), data);
  },
});

/** How many batches of an epoch have all rows, and how many rows the last one has. */
const shapeOf = ({ rows, size, perEpoch }: Gathering): { readonly full: number; readonly last: number } => {
  const last = rows - (perEpoch - 1) * size;
  return { full: last === size ? perEpoch : perEpoch - 1, last };
};

/** An epoch whose last batch is shorter; it keeps a state every `interval` steps, but for the one behind it. */
const epochLoop = (caller: Caller, unit: Loop, gathering: Gathering, interval: number): Loop => {
  const { size, rows, perEpoch } = gathering;
  const { full, last } = shapeOf(gathering);
  const keepsAll = interval === 1;
  const segments = keepsAll ? 0 : Math.max(Math.floor(perEpoch / interval) - 1, 0);
  const rest = full - segments * interval;
  const whole = (loop: Loop, first: number, lengths: Shape): readonly Stretch[] =>
    loop.steps === 0 ? [] : [{ loop, from: first * size, to: (first + loop.steps) * size, shape: [...lengths, size] }];
  return inTurn([
    ...whole(over(caller, over(caller, unit, interval, false), segments, true), 0, [segments, interval]),
    ...whole(over(caller, unit, rest, keepsAll), segments * interval, [rest]),
    { loop: over(caller, unit, 1, keepsAll), from: full * size, to: rows, shape: [1, last] },
  ]);
};

/** Batches from one on: a part of all inputs that is taken together. */
interface Part {
  /** The number of the first batch, counted from epoch 0 on. */
  readonly from: number;
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

/** The part that begins with a batch, of which `left` are left. */
const partAt = (gathering: Gathering, from: number, left: number): Part => {
  const { size, rows, perEpoch, first } = gathering;
  const { full } = shapeOf(gathering);
  const most = Math.max(1, Math.min(mostSteps, Math.floor(mostIndices / size)));
  if (full === perEpoch) return { from, isEpochs: false, count: Math.min(left, most) };
  const at = from % perEpoch;
  const epochs = at > 0 ? 0 : Math.floor(Math.min(left / perEpoch, mostSteps / perEpoch, mostIndices / rows));
  if (epochs > 0) return { from, isEpochs: true, count: epochs };
  if (at === full) return { from, isEpochs: false, count: 1 };
  return { from, isEpochs: false, count: lengthOf(Math.min(full - at, left), most, from === first && at === 0) };
};

/** Batches in order: whole epochs where the last batch of each is shorter, else as many batches as one call takes. */
export function* gathered(
  caller: Caller,
  step: AnyStep,
  n: number,
  gathering: Gathering,
  interval: number,
): Generator<Alike> {
  const { tables, size, rows, perEpoch, orderOf, first } = gathering;
  const { full, last } = shapeOf(gathering);
  const remembered = rememberFor(caller, step, { tables });
  const unit = stepOn(remembered, step, (fed) => tree.mapTo((x) => take(x, fed as NDArray), tables)); // a row of indices
  const name = `epoch of ${rows} by ${size}, ${interval}`;
  const orderIn = (number: number): Int32Array => elementsOf(orderOf(number));
  for (let i = 0; i < n;) {
    const { from, isEpochs, count } = partAt(gathering, first + i, n - i);
    const writeEpoch: Write = (into, which) => into.set(orderIn(from / perEpoch + which));
    const writeBatch: Write = (into, which) => {
      const start = ((from + which) % perEpoch) * size;
      into.set(orderIn(Math.floor((from + which) / perEpoch)).subarray(start, start + into.length));
    };
    if (isEpochs) {
      const epoch = remembered(name, (by) => epochLoop(by, unit, gathering, interval));
      yield byIndices({ unit: epoch, name, remembered }, count, rows, writeEpoch);
    } else
      yield byIndices({ unit, name: "step", remembered }, count, from % perEpoch === full ? last : size, writeBatch);
    i += isEpochs ? count * perEpoch : count;
  }
}

/** The indices of an order, which nobody writes to. */
const elementsOf = (order: NDArray): Int32Array => {
  const run = runIfKept(order);
  const data = run === undefined ? toTypedArray(order) : run.data.subarray(run.start, run.start + sizeOf(order.shape));
  return data as Int32Array; // as of every array of dtype int32
};
