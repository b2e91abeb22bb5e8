import { sizeOf } from "@gradfold/core/transform";
import { essential, valueAt } from "../graph/graph.ts";
import { addSink, isFull, mostCandidates, postpone, sweepFor } from "./candidates.ts";
import { inputsOf } from "./cost.ts";
import { type Fusion, load, type OpenSweep, readersOf } from "./fusion.ts";
import { compute, isStored } from "./inlining.ts";
import { openNode } from "./nest.ts";

/* Values that are computed element by element: where they are wanted, or once for all. */

/** Computes a value in a sweep of its own domain, and stores it. */
const storeApart = (fusion: Fusion, id: number): void => {
  const value = valueAt(fusion.graph, id);
  if (sizeOf(value.shape) === 0) return;
  const sweep = sweepFor(fusion, {
    domain: essential(value.shape),
    reduced: 0,
    even: fusion.evenness.trailing(id),
    readers: readersOf(fusion, id),
    inputs: inputsOf(value),
  });
  const node = openNode();
  compute(fusion, sweep, id, { at: sweep.nest.everywhere, node });
  addSink(sweep, sweep.stores, { value: id, node });
};

/** Whether a sweep wants nothing of a value but each element at its own place. */
const canHost = (sweep: OpenSweep, id: number, domain: readonly number[]): boolean => {
  const { nest } = sweep;
  const [only, ...others] = nest.wants.get(id) ?? [];
  return (
    !isFull(sweep) &&
    others.length === 0 &&
    only !== undefined &&
    domain.join() === nest.domain.join() &&
    only.at.offset === 0 &&
    only.at.strides.every((stride, axis) => stride === nest.everywhere.strides[axis])
  );
};

/** The nest that makes a value beside what it does with it; undefined if none can. */
const hostOf = (fusion: Fusion, id: number): OpenSweep | undefined => {
  const { wanting, graph } = fusion;
  const domain = essential(valueAt(graph, id).shape);
  const kernels = wanting.get(id) ?? [];
  const able = kernels.filter((kernel): kernel is OpenSweep => kernel.kind === "sweep" && canHost(kernel, id, domain));
  return able.slice(0, mostCandidates).find((host) => {
    const others = kernels.filter((kernel) => kernel !== host);
    return postpone(fusion, [...readersOf(fusion, id), ...others], host);
  });
};

/** Gives a value that is computed element by element a buffer. */
const store = (fusion: Fusion, id: number): void => {
  const host = hostOf(fusion, id);
  const [own] = host?.nest.wants.get(id) ?? [];
  for (const kernel of fusion.wanting.get(id) ?? [])
    if (kernel !== host) for (const { at, node } of kernel.nest.wants.get(id) ?? []) load(fusion, kernel, id, at, node);
  if (host === undefined || own === undefined) return storeApart(fusion, id);
  compute(fusion, host, id, own);
  addSink(host, host.stores, { value: id, node: own.node });
};

export const visitMap = (fusion: Fusion, id: number): void => {
  if (isStored(fusion, id)) return store(fusion, id);
  for (const kernel of fusion.wanting.get(id) ?? [])
    for (const wanted of kernel.nest.wants.get(id) ?? []) compute(fusion, kernel, id, wanted);
};

/** A move is read behind: only what cannot be read so, or is read as a whole, needs a buffer. */
export const visitMove = (fusion: Fusion, id: number): void => {
  const { wanting, whole } = fusion;
  for (const kernel of wanting.get(id) ?? [])
    for (const wanted of kernel.nest.wants.get(id) ?? [])
      if (!compute(fusion, kernel, id, wanted)) {
        whole.add(id);
        load(fusion, kernel, id, wanted.at, wanted.node);
      }
  if (whole.has(id)) storeApart(fusion, id);
};
