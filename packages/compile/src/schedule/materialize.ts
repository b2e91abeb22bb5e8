import { sizeOf } from "@gradfold/core/library";
import { sameSource } from "../graph/affine.ts";
import { essential, valueAt } from "../graph/graph.ts";
import { addSink, isFull, loopFor, mostCandidates, postpone } from "./candidates.ts";
import { inputsOf } from "./cost.ts";
import { eachUse, type Fusion, isMaterialized, load, type OpenLoop, readersOf, usersOf } from "./fusion.ts";
import { compute, isStored } from "./inlining.ts";
import { openNode, usesIn } from "./body.ts";

/* Maps and moves: inlined into their uses, or computed once, into a buffer. */

/** Computes a value in a loop over its own elements, and stores it. */
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

/** Whether a loop uses exactly one element of a value at each point, in row-major order. */
const canHost = (loop: OpenLoop, id: number, domain: readonly number[]): boolean => {
  const { body } = loop;
  const [only, ...others] = usesIn(body, id);
  return (
    !isFull(loop) &&
    others.length === 0 &&
    only !== undefined &&
    domain.join() === body.domain.join() &&
    sameSource(only.at, body.everywhere)
  );
};

/** A loop that uses a value and can store it as well, before all other readers. */
const hostOf = (fusion: Fusion, id: number): OpenLoop | undefined => {
  const domain = essential(valueAt(fusion.graph, id).shape);
  const kernels = usersOf(fusion, id);
  const able = kernels.filter((kernel): kernel is OpenLoop => kernel.kind === "loop" && canHost(kernel, id, domain));
  return able.slice(0, mostCandidates).find((host) => {
    const others = kernels.filter((kernel) => kernel !== host);
    return postpone(fusion, [...readersOf(fusion, id), ...others], host);
  });
};

/** Gives a value a buffer, which one of its users fills if possible. */
const store = (fusion: Fusion, id: number): void => {
  const host = hostOf(fusion, id);
  const [own] = host === undefined ? [] : usesIn(host.body, id);
  eachUse(fusion, id, (kernel, use) => {
    if (kernel !== host) load(fusion, kernel, id, use);
  });
  if (host === undefined || own === undefined) return storeByLoop(fusion, id);
  compute(fusion, host, id, own);
  addSink(host, host.stores, { value: id, node: own.node });
};

export const visitMap = (fusion: Fusion, id: number): void => {
  if (isStored(fusion, id)) return store(fusion, id);
  eachUse(fusion, id, (kernel, use) => compute(fusion, kernel, id, use));
};

/** A move changes indices only: a use of it becomes a use of its operand, unless the index is not affine. */
export const visitMove = (fusion: Fusion, id: number): void => {
  eachUse(fusion, id, (kernel, use) => {
    if (!compute(fusion, kernel, id, use)) load(fusion, kernel, id, use);
  });
  if (isMaterialized(fusion, id)) storeByLoop(fusion, id);
};
