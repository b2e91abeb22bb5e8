import { sizeOf } from "@gradfold/core/transform";
import { valueAt } from "../graph/graph.ts";
import {
  firstOf,
  type Fusion,
  type OpenKernel,
  type OpenNested,
  type OpenSink,
  type OpenSweep,
  readersOf,
} from "./fusion.ts";
import { openNest } from "./nest.ts";

/* Which sweep computes something: one that is there already, if it is of the same domain and runs early enough. */

/** A domain of so few places is computed without a loop: it costs nothing to have it by itself. */
const fewPlaces = 8;

/** A nest of more operations would keep an engine busy that compiles it. */
const mostOperations = 512;

/** To store a result takes about as much as so many operations. */
const operationsOfSink = 4;

/** So many of the sweeps that a value could join are looked at. */
export const mostCandidates = 8;

/** What a value would join a sweep for. */
interface Entry {
  readonly domain: readonly number[];
  readonly reduced: number;
  readonly even: number;
  /** The kernels before which the sweep must be. */
  readonly readers: readonly OpenKernel[];
  /** What the value is made of: a sweep that wants it too is the better for it. */
  readonly inputs: readonly number[];
}

export const isFull = ({ nest }: OpenNested): boolean => nest.operations >= mostOperations;

const canJoin = (sweep: OpenSweep, { reduced, even }: Entry): boolean => {
  if (reduced > 0 && sweep.reduced > 0 && reduced !== sweep.reduced) return false;
  return Math.max(reduced, sweep.reduced) <= Math.min(even, sweep.even);
};

/** The first of a descending list whose label is less than a limit. */
const firstBelow = ({ sequence }: Fusion, list: readonly OpenKernel[], limit: number): number => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const kernel = list[middle];
    if (kernel !== undefined && sequence.label(kernel) < limit) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** The values that a nest makes. */
const madeBy = ({ graph }: Fusion, kernel: OpenNested): readonly number[] => {
  const sinks = kernel.kind === "sweep" ? [...kernel.stores, ...kernel.folds] : [kernel];
  return sinks.map(({ value }) => {
    const { definition } = valueAt(graph, value);
    return definition.kind === "fold1" ? (definition.into?.value ?? value) : value;
  });
};

const canWait = (fusion: Fusion, kernel: OpenKernel, label: number): kernel is OpenNested => {
  if (kernel.kind !== "columns" && (kernel.kind !== "sweep" || kernel.parts.length > 0)) return false;
  const { sequence } = fusion;
  return madeBy(fusion, kernel).every((value) =>
    readersOf(fusion, value).every((reader) => sequence.label(reader) > label),
  );
};

/** Sees to it that kernels are behind a sweep, if those that are not can wait until then. */
export const postpone = (fusion: Fusion, kernels: readonly OpenKernel[], sweep: OpenSweep): boolean => {
  const { sequence, sweeps } = fusion;
  const label = sequence.label(sweep);
  const early = kernels.filter((kernel) => sequence.label(kernel) <= label);
  if (!early.every((kernel) => kernel !== sweep && canWait(fusion, kernel, label))) return false;
  for (const kernel of early.toSorted((a, b) => sequence.label(b) - sequence.label(a))) {
    sequence.moveBehind(kernel, sweep);
    if (kernel.kind !== "sweep") continue;
    const list = sweeps.get(kernel.nest.domain.join()) ?? [];
    const at = list.indexOf(kernel);
    if (at < 0) continue;
    list.splice(at, 1);
    list.splice(firstBelow(fusion, list, sequence.label(kernel)), 0, kernel);
  }
  return true;
};

/** Some sweeps of a list, from a place on. What is full stays so, and leaves the list. */
const candidatesFrom = (list: OpenSweep[], start: number): readonly OpenSweep[] => {
  for (;;) {
    const candidates = list.slice(start, start + mostCandidates);
    const full = candidates.findIndex(isFull);
    if (full < 0) return candidates;
    list.splice(start + full, 1);
  }
};

/** A sweep that comes too late for those that read a value, if they can wait for it. */
const sweepBehind = (
  fusion: Fusion,
  entry: Entry,
  list: readonly OpenSweep[],
  start: number,
  shares: (sweep: OpenSweep) => boolean,
): OpenSweep | undefined =>
  list
    .slice(Math.max(start - mostCandidates, 0), start)
    .toReversed()
    .find(
      (sweep) => !isFull(sweep) && canJoin(sweep, entry) && shares(sweep) && postpone(fusion, entry.readers, sweep),
    );

export const sweepFor = (fusion: Fusion, entry: Entry): OpenSweep => {
  const { sequence, sweeps } = fusion;
  const { domain, reduced, even, inputs, readers } = entry;
  const before = firstOf(fusion, readers);
  const key = domain.join();
  const list = sweeps.get(key) ?? [];
  sweeps.set(key, list);
  const start = firstBelow(fusion, list, before === undefined ? Infinity : sequence.label(before));
  const able = candidatesFrom(list, start).filter((sweep) => canJoin(sweep, entry));
  const shares = ({ nest }: OpenSweep): boolean => inputs.some((input) => nest.wants.has(input));
  const old = able.find(shares) ?? sweepBehind(fusion, entry, list, start, shares) ?? able[0];
  if (old !== undefined) {
    old.reduced = Math.max(old.reduced, reduced);
    old.even = Math.min(old.even, even);
    return old;
  }
  const made: OpenSweep = { kind: "sweep", nest: openNest(domain), stores: [], parts: [], folds: [], reduced, even };
  const isSmall = sizeOf(domain) <= fewPlaces;
  sequence.insert(made, isSmall ? (before ?? "last") : "first");
  list.splice(firstBelow(fusion, list, sequence.label(made)), 0, made);
  return made;
};

export const addSink = <S extends OpenSink>(sweep: OpenSweep, sinks: S[], sink: S): void => {
  sweep.nest.operations += operationsOfSink;
  sinks.push(sink);
};
