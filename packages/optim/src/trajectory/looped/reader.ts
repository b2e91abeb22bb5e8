import { type NDArray, toTypedArray } from "@gradfold/core";
import { isNDArray, type Store } from "@gradfold/core/library";
import { byName } from "../../value.ts";
import type { Frames } from "../frames.ts";
import { type Kept, rowsKept } from "../kept.ts";
import type { Reader } from "./loop.ts";
import type { Rows } from "../rows.ts";
import { checkNames } from "../step.ts";

/** A reader that collects what it receives. */
interface Collector extends Reader {
  /** One more state to keep, behind so many steps. */
  readonly state: (state: unknown, steps: number) => void;
  readonly columns: () => Rows["columns"];
  readonly frames: () => Frames;
}

/** A function of objects that remembers what it gave. */
const remembered = <A>(f: (x: object) => A): ((x: object) => A) => {
  const known = new WeakMap<object, { readonly made: A }>();
  return (x) => {
    const entry = known.get(x) ?? { made: f(x) };
    known.set(x, entry);
    return entry.made;
  };
};

/** Collects metrics of n steps, whose names may be known already, and states, whose steps count from `from`. */
export const openCollector = (
  name: string,
  n: number,
  from: number,
  before: readonly string[] | undefined,
): Collector => {
  let names = before;
  const columns = new Map<string, Float64Array>();
  const numbersOf = remembered((x): Store => toTypedArray(x as NDArray));
  const steps: number[] = [];
  const kept: Kept[] = [];
  const places: number[] = [];
  const keep = (states: Kept, place: number, after: number): void => {
    steps.push(from + after);
    kept.push(states);
    places.push(place);
  };
  return {
    metrics: (stacked, { row, count }, at, given) => {
      const metrics = stacked as Readonly<Record<string, unknown>>; // as a step gives them
      names ??= given;
      checkNames(name, names, metrics);
      for (const metric of names) {
        const column = columns.get(metric) ?? new Float64Array(n);
        columns.set(metric, column);
        const values = metrics[metric];
        if (!isNDArray(values)) continue;
        const numbers = numbersOf(values);
        for (let i = 0; i < count; i++) column[at + i] = numbers[row + i] ?? NaN;
      }
    },
    states: (stacked, { row, count, axes }, after, every) => {
      const states = rowsKept(stacked, axes);
      for (let i = 0; i < count; i++) keep(states, row + i, after + i * every);
    },
    state: (state, after) => keep({ at: () => state }, 0, after),
    columns: () => byName(columns),
    frames: () => ({ length: steps.length, steps, states: { at: (i) => kept[i]?.at(places[i] ?? 0) } }),
  };
};
