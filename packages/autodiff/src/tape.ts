import { type NDArray, TraceError } from "@gradfold/core";
import {
  accumulate,
  bind,
  escaped,
  type Interpreter,
  isFloat,
  type Primitive,
  traced,
  type Tracer,
  tracer,
} from "@gradfold/core/transform";

/** One operation as it happened: its operands and result by value, and where on the tape the operands came from. */
interface Entry {
  readonly primitive: Primitive;
  readonly inputs: readonly NDArray[];
  readonly output: NDArray;
  readonly origins: readonly (number | undefined)[];
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
  readonly pullBack: (results: readonly NDArray[], cotangents: readonly NDArray[]) => readonly (NDArray | null)[];
}

export const openTape = (level: number): Tape => {
  const entries: (Entry | null)[] = [];
  let watched = 0;
  let open = true;

  // Only this interpreter makes tracers that name it, so they are Recorded.
  const own = (x: NDArray): Recorded | undefined => {
    const t = tracer(x);
    return t?.interpreter === interpreter ? (t as Recorded) : undefined;
  };
  const unwatch = (x: NDArray): NDArray => own(x)?.value ?? x;
  const follow = (value: NDArray, entry: Entry | null): NDArray => {
    const recorded: Recorded = { interpreter, value, place: entries.length };
    entries.push(entry);
    return traced(value.dtype, value.shape, recorded);
  };

  const interpreter: Interpreter = {
    level,
    bind: (primitive, operands) => {
      if (!open) throw escaped(primitive.name);
      const inputs = operands.map(unwatch);
      const output = bind(primitive, inputs);
      // No derivative passes through integers and truths.
      if (!isFloat(output.dtype)) return output;
      return follow(output, { primitive, inputs, output, origins: operands.map((x) => own(x)?.place) });
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
      const sums = new Array<NDArray | null>(entries.length).fill(null);
      const give = (place: number | undefined, cotangent: NDArray | null): void => {
        if (place !== undefined) sums[place] = accumulate(sums[place] ?? null, cotangent);
      };
      results.forEach((result, i) => give(own(result)?.place, cotangents[i] ?? null));
      for (let place = entries.length - 1; place >= watched; place--) {
        const entry = entries[place];
        const cotangent = sums[place];
        if (!entry || !cotangent) continue;
        const { primitive, inputs, output, origins } = entry;
        origins.forEach((origin, operand) => {
          if (origin !== undefined) give(origin, primitive.vjp(operand, cotangent, inputs, output));
        });
      }
      return sums.slice(0, watched);
    },
  };
};
