import { block1 } from "@gradfold/core/compiler";
import { collapsedAxes } from "../schedule/collapse.ts";
import type { Loop, Node } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { arithmetic } from "../wasm/expression.ts";
import { openLoadAccesses, type Vector } from "./access.ts";
import { emitInvariants, openLoopBody } from "./body.ts";
import { emitInnerLoop, emitReductionBlock, emitReductionBlocks, type InnerLoop, iterationsFor } from "./inner.ts";
import { type BaseOf, emitLoopNest, type LoopContext, openPointers } from "./pointer.ts";
import { emitIdentities, emitResults, openSinks, type ScalarLocals } from "./sink.ts";
import type { StripMined } from "./strip.ts";

/* An elementwise loop nest as instructions: emitted at once, or strip-mined along its first axis. */

/** A loop nest under construction. */
interface OpenLoop extends InnerLoop {
  readonly outerSizes: readonly number[];
}

/** The scalars among a body's loads that are in locals. */
const loadsInLocals = (nodes: readonly Node[], { vectors }: ScalarLocals): ReadonlyMap<number, Vector> =>
  new Map(
    nodes.flatMap((node, i): [number, Vector][] => {
      const vector = node.kind === "load" ? vectors.get(node.value) : undefined;
      return vector === undefined ? [] : [[i, vector]];
    }),
  );

const openLoop = (context: LoopContext, loop: Loop, scalarLocals: ScalarLocals, isTiled: boolean): OpenLoop => {
  const { asm, hoist, baseOf } = context;
  const axes = collapsedAxes(loop, isTiled);
  const pointers = openPointers(asm);
  const accesses = openLoadAccesses(pointers, axes, loop.nodes, baseOf);
  const sinks = openSinks(context, loop, axes, pointers, scalarLocals);
  const body = openLoopBody(asm, hoist, loop.nodes, accesses, loadsInLocals(loop.nodes, scalarLocals));
  const outerSizes = axes.sizes.slice(0, -1);
  const iterations = iterationsFor(loop, body, sinks, axes.sizes.at(-1) ?? 1, isTiled);
  return { asm, body, sinks, pointers, axis: outerSizes.length, outerSizes, ...iterations };
};

/** Emits the innermost loop at one point of the outer axes. */
const emitRow = (loop: OpenLoop, counters: readonly number[]): void => {
  const { body, sinks, pointers, size } = loop;
  pointers.seek(counters);
  emitInvariants(body);
  if (sinks.reductions.length > 0 && size > block1) {
    emitReductionBlocks(loop);
    return;
  }
  emitIdentities(sinks);
  emitInnerLoop(loop);
  emitResults(sinks);
};

export const emitLoop = (asm: Assembler, kernel: Loop, baseOf: BaseOf, scalarLocals: ScalarLocals): void =>
  asm.withHoisted((hoist) => {
    const loop = openLoop({ asm, hoist, baseOf }, kernel, scalarLocals, false);
    loop.sinks.results.seek([]);
    emitLoopNest(asm, loop.outerSizes, (counters) => emitRow(loop, counters));
  });

/** Strip-mines the only axis of a loop: a strip is a block of terms of its reductions. */
const stripMineInner = (loop: OpenLoop, counter: number): StripMined => ({
  begin: () => {
    const { assign, number } = arithmetic(loop.asm);
    assign(counter, number(0));
    loop.sinks.results.seek([]);
    loop.pointers.seek([]);
    emitInvariants(loop.body);
  },
  advanceTo: (stop) => emitReductionBlock(loop, counter, stop),
  finish: () => undefined,
});

/** Strip-mines the first of several axes. */
const stripMineOuter = (loop: OpenLoop, counter: number): StripMined => {
  const { asm, sinks, outerSizes } = loop;
  const { local, number, add, less, assign } = arithmetic(asm);
  return {
    begin: () => {
      assign(counter, number(0));
      sinks.results.seek([]);
    },
    advanceTo: (stop) =>
      asm.repeat(() => {
        emitLoopNest(asm, outerSizes.slice(1), (counters) => emitRow(loop, [counter, ...counters]));
        assign(counter, add(local(counter), number(1)));
        less(local(counter), local(stop))();
      }),
    finish: () => undefined,
  };
};

/** A loop nest that runs strip by strip of its first axis. */
export const stripMineLoop = (context: LoopContext, kernel: Loop, scalarLocals: ScalarLocals): StripMined => {
  const loop = openLoop(context, kernel, scalarLocals, true);
  const counter = loop.asm.local("i32");
  return loop.axis === 0 ? stripMineInner(loop, counter) : stripMineOuter(loop, counter);
};
