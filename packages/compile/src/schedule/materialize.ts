import { sizeOf } from "@gradfold/core/transform";
import { essential, valueAt } from "../graph/graph.ts";
import { addSink, isFull, loopFor, mostCandidates, postpone } from "./candidates.ts";
import { inputsOf } from "./cost.ts";
import { type Fusion, load, type OpenLoop, readersOf } from "./fusion.ts";
import { compute, isStored } from "./inlining.ts";
import { openNode } from "./body.ts";

/* Values that are computed element by element: where they are wanted, or once for all. */

/** Computes a value in a sweep of its own domain, and stores it. */
const storeByLoop = (fusion: Fusion, id: number): void => {
  const value = valueAt(fusion.graph, id);
  if (sizeOf(value.shape) === 0) return;
  const loop = loopFor(fusion, {
    domain: essential(value.shape),
    reduced: 0,
    collapsed: fusion.collapsible.trailing(id),
    readers: readersOf(fusion, id),
    inputs: inputsOf(value),
  });
  const node = openNode();
  compute(fusion, loop, id, { at: loop.body.everywhere, node });
  addSink(loop, loop.stores, { value: id, node });
};

/** Whether a sweep wants nothing of a value but each element at its own place. */
const canHost = (loop: OpenLoop, id: number, domain: readonly number[]): boolean => {
  const { body } = loop;
  const [only, ...others] = body.uses.get(id) ?? [];
  return (
    !isFull(loop) &&
    others.length === 0 &&
    only !== undefined &&
    domain.join() === body.domain.join() &&
    only.at.offset === 0 &&
    only.at.strides.every((stride, axis) => stride === body.everywhere.strides[axis])
  );
};

/** The nest that makes a value beside what it does with it; undefined if none can. */
const hostOf = (fusion: Fusion, id: number): OpenLoop | undefined => {
  const { users, graph } = fusion;
  const domain = essential(valueAt(graph, id).shape);
  const kernels = users.get(id) ?? [];
  const able = kernels.filter((kernel): kernel is OpenLoop => kernel.kind === "loop" && canHost(kernel, id, domain));
  return able.slice(0, mostCandidates).find((host) => {
    const others = kernels.filter((kernel) => kernel !== host);
    return postpone(fusion, [...readersOf(fusion, id), ...others], host);
  });
};

/** Gives a value that is computed element by element a buffer. */
const store = (fusion: Fusion, id: number): void => {
  const host = hostOf(fusion, id);
  const [own] = host?.body.uses.get(id) ?? [];
  for (const kernel of fusion.users.get(id) ?? [])
    if (kernel !== host) for (const { at, node } of kernel.body.uses.get(id) ?? []) load(fusion, kernel, id, at, node);
  if (host === undefined || own === undefined) return storeByLoop(fusion, id);
  compute(fusion, host, id, own);
  addSink(host, host.stores, { value: id, node: own.node });
};

export const visitMap = (fusion: Fusion, id: number): void => {
  if (isStored(fusion, id)) return store(fusion, id);
  for (const kernel of fusion.users.get(id) ?? [])
    for (const use of kernel.body.uses.get(id) ?? []) compute(fusion, kernel, id, use);
};

/** A move is read behind: only what cannot be read so, or is read as a whole, needs a buffer. */
export const visitMove = (fusion: Fusion, id: number): void => {
  const { users, materialized } = fusion;
  for (const kernel of users.get(id) ?? [])
    for (const use of kernel.body.uses.get(id) ?? [])
      if (!compute(fusion, kernel, id, use)) {
        materialized.add(id);
        load(fusion, kernel, id, use.at, use.node);
      }
  if (materialized.has(id)) storeByLoop(fusion, id);
};
