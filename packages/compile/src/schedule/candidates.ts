import { sizeOf } from "@gradfold/core/library";
import { valueAt } from "../graph/graph.ts";
import {
  firstOf,
  type Fusion,
  type OpenKernel,
  type OpenLoop,
  type OpenLoopNest,
  type OpenSink,
  readersOf,
} from "./fusion.ts";
import { openBody } from "./body.ts";

/* Loop fusion: the loop that a computation joins, if one has the same domain and runs before all readers of the result. */

/** A loop over at most this many points is unrolled, so that a loop of its own costs nothing. */
const fewPoints = 8;

/** A loop takes no further computations beyond this many scalar operations: engines compile long functions slowly. */
const mostOperations = 512;

/** The scalar operations that a store or a reduction counts as. */
const operationsOfSink = 4;

/** The most candidates for fusion that are examined. */
export const mostCandidates = 8;

/** A computation that looks for a loop. */
interface LoopRequest {
  readonly domain: readonly number[];
  readonly reduced: number;
  readonly collapsed: number;
  /** The kernels that read the result: the loop must run before them. */
  readonly readers: readonly OpenKernel[];
  /** The operands: a loop that uses one of them too is preferred. */
  readonly inputs: readonly number[];
}

export const isFull = ({ body }: OpenLoopNest): boolean => body.operations >= mostOperations;

const canJoin = (loop: OpenLoop, { reduced, collapsed }: LoopRequest): boolean => {
  if (reduced > 0 && loop.reduced > 0 && reduced !== loop.reduced) return false;
  return Math.max(reduced, loop.reduced) <= Math.min(collapsed, loop.collapsed);
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

/** The values that a loop nest writes. */
const madeBy = ({ graph }: Fusion, kernel: OpenLoopNest): readonly number[] => {
  const sinks = kernel.kind === "loop" ? [...kernel.stores, ...kernel.reductions] : [kernel];
  return sinks.map(({ value }) => {
    const { definition } = valueAt(graph, value);
    return definition.kind === "rowReduction" ? (definition.into?.value ?? value) : value;
  });
};

/** Whether everything that reads the results of a loop nest has a greater label. */
const canWait = (fusion: Fusion, kernel: OpenKernel, label: number): kernel is OpenLoopNest => {
  if (kernel.kind !== "columnReduction" && (kernel.kind !== "loop" || kernel.parts.length > 0)) return false;
  const { sequence } = fusion;
  return madeBy(fusion, kernel).every((value) =>
    readersOf(fusion, value).every((reader) => sequence.label(reader) > label),
  );
};

/** Moves kernels behind a loop, if nothing that runs before the loop reads their results; tells whether it could. */
export const postpone = (fusion: Fusion, kernels: readonly OpenKernel[], loop: OpenLoop): boolean => {
  const { sequence, loops } = fusion;
  const label = sequence.label(loop);
  const early = kernels.filter((kernel) => sequence.label(kernel) <= label);
  if (!early.every((kernel) => kernel !== loop && canWait(fusion, kernel, label))) return false;
  for (const kernel of early.toSorted((a, b) => sequence.label(b) - sequence.label(a))) {
    sequence.moveBehind(kernel, loop);
    if (kernel.kind !== "loop") continue;
    const list = loops.get(kernel.body.domain.join()) ?? [];
    const at = list.indexOf(kernel);
    if (at < 0) continue;
    list.splice(at, 1);
    list.splice(firstBelow(fusion, list, sequence.label(kernel)), 0, kernel);
  }
  return true;
};

/** The next candidates of a list. A full loop stays full, and leaves the list. */
const candidatesFrom = (list: OpenLoop[], start: number): readonly OpenLoop[] => {
  for (;;) {
    const candidates = list.slice(start, start + mostCandidates);
    const full = candidates.findIndex(isFull);
    if (full < 0) return candidates;
    list.splice(start + full, 1);
  }
};

/** A loop that runs too late for some readers of the result, if these can be moved behind it. */
const laterLoopFor = (
  fusion: Fusion,
  request: LoopRequest,
  list: readonly OpenLoop[],
  start: number,
  shares: (loop: OpenLoop) => boolean,
): OpenLoop | undefined =>
  list
    .slice(Math.max(start - mostCandidates, 0), start)
    .toReversed()
    .find((loop) => !isFull(loop) && canJoin(loop, request) && shares(loop) && postpone(fusion, request.readers, loop));

export const loopFor = (fusion: Fusion, request: LoopRequest): OpenLoop => {
  const { sequence, loops } = fusion;
  const { domain, reduced, collapsed, inputs, readers } = request;
  const before = firstOf(fusion, readers);
  const key = domain.join();
  const list = loops.get(key) ?? [];
  loops.set(key, list);
  const start = firstBelow(fusion, list, before === undefined ? Infinity : sequence.label(before));
  const able = candidatesFrom(list, start).filter((loop) => canJoin(loop, request));
  const shares = ({ body }: OpenLoop): boolean => inputs.some((input) => body.uses.has(input));
  const old = able.find(shares) ?? laterLoopFor(fusion, request, list, start, shares) ?? able[0];
  if (old !== undefined) {
    old.reduced = Math.max(old.reduced, reduced);
    old.collapsed = Math.min(old.collapsed, collapsed);
    return old;
  }
  const made: OpenLoop = {
    kind: "loop",
    body: openBody(domain),
    stores: [],
    parts: [],
    reductions: [],
    reduced,
    collapsed,
  };
  const isSmall = sizeOf(domain) <= fewPoints;
  sequence.insert(made, isSmall ? (before ?? "last") : "first");
  list.splice(firstBelow(fusion, list, sequence.label(made)), 0, made);
  return made;
};

export const addSink = <S extends OpenSink>(loop: OpenLoop, sinks: S[], sink: S): void => {
  loop.body.operations += operationsOfSink;
  sinks.push(sink);
};
