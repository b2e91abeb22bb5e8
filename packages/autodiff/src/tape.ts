import { type NDArray, type Shape, TraceError } from "@gradfold/core";
import { isFloat } from "@gradfold/core/library";
import {
  bind,
  type CotangentSum,
  type Primitive,
  settled,
  type Taken,
  withCotangent,
  withPart,
} from "@gradfold/core/transform";
import type { Pulled } from "./compound.ts";
import { elementAt } from "./element.ts";
import { openInterpreter, type Rules } from "./interpreter.ts";

type Origins = readonly (number | undefined)[];

/** One operation as it happened: its operands and result by value, and where on the tape the operands came from. */
interface Entry {
  readonly primitive: Primitive;
  readonly inputs: readonly NDArray[];
  readonly output: NDArray;
  readonly origins: Origins;
}

/** A compound as it happened. It stands at the place of its first result, where the walk back arrives last. */
interface CalledEntry {
  readonly pullBack: Pulled["pullBack"];
  readonly addsUp: boolean;
  readonly origins: Origins;
  /** Where its results are; undefined for those that have no derivative. */
  readonly places: Origins;
}

/** A value on a tape. */
interface Recorded {
  readonly value: NDArray;
  readonly place: number;
}

/**
 * Records what happens to some values, so that it can be walked backwards.
 *
 * Operations run at once, on the values behind the followed ones, so that JavaScript's own control flow works; those
 * values may in turn be followed by a transform further out, which is how derivatives nest.
 */
export interface Tape {
  /** Starts to follow a value. */
  readonly watch: (value: NDArray) => NDArray;
  /** The value behind a followed one; any other as it is. */
  readonly unwatch: (x: NDArray) => NDArray;
  /** Ends the recording: followed values that got away are refused from now on. */
  readonly close: () => void;
  /** Cotangents of the watched values, in order, for those of some results, added to `before`; null is zero. */
  readonly pullBack: (
    results: readonly NDArray[],
    cotangents: readonly (NDArray | null)[],
    before?: readonly (NDArray | null)[],
  ) => readonly (NDArray | null)[];
}

export const openTape = (level: number): Tape =>
  openInterpreter<Recorded, Rules & Omit<Tape, "close">>(level, ({ held, follow, free }) => {
    const entries: (Entry | CalledEntry | null)[] = [];
    let watched = 0;
    const unwatch = (x: NDArray): NDArray => held(x)?.value ?? x;
    const placeOf = (x: NDArray): number | undefined => held(x)?.place;
    const record = (value: NDArray, entry: Entry | CalledEntry | null): NDArray =>
      follow(value, { value, place: entries.push(entry) - 1 });

    return {
      bind: (primitive, operands) => {
        const inputs = operands.map(unwatch);
        const output = bind(primitive, inputs);
        // No derivative passes through integers and truths.
        if (!isFloat(output.dtype)) return output;
        return record(output, { primitive, inputs, output, origins: operands.map(placeOf) });
      },
      call: (compound, operands) => {
        const origins = operands.map(placeOf);
        const pulled = compound.vjp(
          operands.map(unwatch),
          origins.map((origin) => origin !== undefined),
        );
        const outputs = free(compound.name, pulled.outputs);
        const first = entries.length;
        let place = first;
        const places = outputs.map(({ dtype }) => (isFloat(dtype) ? place++ : undefined));
        const { pullBack, addsUp = false } = pulled;
        const entry: CalledEntry = { pullBack, addsUp, origins, places };
        return outputs.map((x, i) => (places[i] === undefined ? x : record(x, places[i] === first ? entry : null)));
      },
      read: unwatch,
      watch: (value) => {
        if (entries.length !== watched) throw new TraceError("tape: values are watched before anything is recorded");
        watched += 1;
        return record(value, null);
      },
      unwatch,
      pullBack: (results, cotangents, before = []) => {
        const sums = openSums(entries.length);
        before.forEach((sum, place) => sums.give(place, sum));
        results.forEach((result, i) => sums.give(placeOf(result), cotangents[i] ?? null));
        for (let place = entries.length - 1; place >= watched; place--) {
          const entry = entries[place];
          if (entry) passOn(entry, place, sums);
        }
        return Array.from({ length: watched }, (_, place) => sums.take(place));
      },
    };
  });

/** The sums of the cotangents of all values on a tape, as the walk back finds them. */
const openSums = (length: number) => {
  const sums = new Array<CotangentSum>(length).fill(null);
  const sumAt = (place: number): CotangentSum => sums[place] ?? null;
  return {
    give: (place: number | undefined, cotangent: NDArray | null): void => {
      if (place !== undefined) sums[place] = withCotangent(sumAt(place), cotangent);
    },
    givePart: (place: number, part: NDArray, takes: readonly Taken[], whole: Shape): void => {
      sums[place] = withPart(sumAt(place), part, takes, whole);
    },
    /** A sum that is complete. It is used up: nothing needs to keep it. */
    take: (place: number): NDArray | null => {
      const sum = settled(sumAt(place));
      sums[place] = null;
      return sum;
    },
  };
};

/** Gives the cotangents of an entry's results on to its operands. */
const passOn = (entry: Entry | CalledEntry, place: number, sums: ReturnType<typeof openSums>): void => {
  const { origins } = entry;
  if ("pullBack" in entry) {
    const given = entry.places.map((at) => (at === undefined ? null : sums.take(at)));
    if (given.every((cotangent) => cotangent === null)) return;
    // One that adds up is told the sums so far, and gives them back with its shares.
    const before = entry.addsUp
      ? origins.map((origin) => (origin === undefined ? null : sums.take(origin)))
      : undefined;
    entry.pullBack(given, before).forEach((cotangent, operand) => sums.give(origins[operand], cotangent));
    return;
  }
  const cotangent = sums.take(place);
  if (cotangent === null) return;
  const { primitive, inputs, output } = entry;
  const { takes } = primitive;
  origins.forEach((origin, operand) => {
    if (origin === undefined) return;
    if (takes === undefined) sums.give(origin, primitive.vjp(operand, cotangent, inputs, output));
    else sums.givePart(origin, cotangent, takes, elementAt(inputs, operand).shape);
  });
};
