import { type NDArray, TraceError } from "@gradfold/core";
import {
  bind,
  type CotangentSum,
  escaped,
  isFloat,
  type Primitive,
  settled,
  traced,
  type Tracer,
  tracer,
  withCotangent,
  withPart,
} from "@gradfold/core/transform";
import { closesOver, type Pulled, type Transform } from "./compound.ts";

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
  readonly origins: Origins;
  /** Where its results are; undefined for those that have no derivative. */
  readonly places: Origins;
}

/** A value on a tape. */
interface Recorded extends Tracer {
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
  /** Cotangents of the watched values, in order, for those of some results; null is zero. */
  readonly pullBack: (
    results: readonly NDArray[],
    cotangents: readonly (NDArray | null)[],
  ) => readonly (NDArray | null)[];
}

export const openTape = (level: number): Tape => {
  const entries: (Entry | CalledEntry | null)[] = [];
  let watched = 0;
  let open = true;

  // Only this interpreter makes tracers that name it, so they are Recorded.
  const own = (x: NDArray): Recorded | undefined => {
    const t = tracer(x);
    return t?.interpreter === interpreter ? (t as Recorded) : undefined;
  };
  const unwatch = (x: NDArray): NDArray => own(x)?.value ?? x;
  const placeOf = (x: NDArray): number | undefined => own(x)?.place;
  const follow = (value: NDArray, entry: Entry | CalledEntry | null): NDArray => {
    const recorded: Recorded = { interpreter, value, place: entries.length };
    entries.push(entry);
    return traced(value.dtype, value.shape, recorded);
  };

  const interpreter: Transform = {
    level,
    bind: (primitive, operands) => {
      if (!open) throw escaped(primitive.name);
      const inputs = operands.map(unwatch);
      const output = bind(primitive, inputs);
      // No derivative passes through integers and truths.
      if (!isFloat(output.dtype)) return output;
      return follow(output, { primitive, inputs, output, origins: operands.map(placeOf) });
    },
    call: (compound, operands) => {
      if (!open) throw escaped(compound.name);
      const origins = operands.map(placeOf);
      const { outputs, pullBack } = compound.vjp(
        operands.map(unwatch),
        origins.map((origin) => origin !== undefined),
      );
      if (outputs.some((x) => own(x) !== undefined)) throw closesOver(compound.name);
      let place = entries.length;
      const places = outputs.map(({ dtype }) => (isFloat(dtype) ? place++ : undefined));
      const entry: CalledEntry = { pullBack, origins, places };
      return outputs.map((x, i) => {
        if (places[i] === undefined) return x;
        return follow(x, places[i] === places.find((p) => p !== undefined) ? entry : null);
      });
    },
    read: (x, reader) => {
      if (!open) throw escaped(reader);
      return unwatch(x);
    },
  };

  return {
    watch: (value) => {
      if (entries.length !== watched) throw new TraceError("tape: values are watched before anything is recorded");
      watched += 1;
      return follow(value, null);
    },
    unwatch,
    close: () => {
      open = false;
    },
    pullBack: (results, cotangents) => {
      const sums = new Array<CotangentSum>(entries.length).fill(null);
      // A sum that is complete is used up: nothing needs to keep it.
      const taken = (place: number | undefined): NDArray | null => {
        if (place === undefined) return null;
        const sum = settled(sums[place] ?? null);
        sums[place] = null;
        return sum;
      };
      const give = (place: number | undefined, cotangent: NDArray | null): void => {
        if (place !== undefined) sums[place] = withCotangent(sums[place] ?? null, cotangent);
      };
      results.forEach((result, i) => give(placeOf(result), cotangents[i] ?? null));
      for (let place = entries.length - 1; place >= watched; place--) {
        const entry = entries[place];
        if (!entry) continue;
        const { origins } = entry;
        if ("pullBack" in entry) {
          const given = entry.places.map(taken);
          if (given.every((cotangent) => cotangent === null)) continue;
          entry.pullBack(given).forEach((cotangent, operand) => give(origins[operand], cotangent));
          continue;
        }
        const cotangent = taken(place);
        if (cotangent === null) continue;
        const { primitive, inputs, output } = entry;
        origins.forEach((origin, operand) => {
          if (origin === undefined) return;
          const whole = inputs[operand]?.shape;
          if (primitive.takes !== undefined && whole !== undefined)
            sums[origin] = withPart(sums[origin] ?? null, cotangent, primitive.takes, whole);
          else give(origin, primitive.vjp(operand, cotangent, inputs, output));
        });
      }
      return sums.slice(0, watched).map(settled);
    },
  };
};
