import type { Loop } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { op } from "../wasm/opcode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { inWholePackets, packetPoints } from "./access.ts";
import { lanes } from "./accumulate.ts";
import { emitPackets, type LoopBody } from "./body.ts";
import { widestInterleave } from "./load.ts";
import type { Pointers } from "./pointer.ts";
import { emitIdentities, emitResults, emitSinks, type Sinks } from "./sink.ts";
import { stripMine } from "./strip.ts";

/*
 * The innermost loop: some packets per iteration, and an epilogue for the points that are left over. An iteration covers
 * eight points, so that a reduction in lanes has an accumulator for each, or sixteen. It covers one packet where the
 * body is long and the last packet can be padded.
 */

/** The innermost loop of a nest under construction. */
export interface InnerLoop {
  readonly asm: Assembler;
  readonly body: LoopBody;
  readonly sinks: Sinks;
  readonly pointers: Pointers;
  /** The number of the innermost axis. */
  readonly axis: number;
  /** Points of the axis, up to whole packets if the last packet is padded. */
  readonly size: number;
  /** Points per iteration. */
  readonly step: number;
}

/**
 * With more vectors of accumulators than this, an engine spills some in every iteration, which takes longer than the
 * additions: then an iteration covers twice as many points.
 */
const mostInRegisters = 8;

/** A body of more nodes than this is emitted for one packet at a time, which makes short loops a third as long. */
const manyNodes = 32;

/**
 * Whether the body is long, and the last packet can be padded: loads and stores are of whole packets, wherever the axis
 * ends.
 */
const padsLast = ({ nodes, parts, reductions }: Loop, { accesses }: LoopBody): boolean =>
  reductions.length + parts.length === 0 &&
  nodes.length > manyNodes &&
  [...accesses.values()].every(({ stride }) => stride >= 0 && stride <= widestInterleave);

/** The points of the innermost loop, and how many an iteration covers. */
export const iterationsFor = (
  loop: Loop,
  body: LoopBody,
  { reductions }: Sinks,
  size: number,
  isTiled: boolean,
): Pick<InnerLoop, "size" | "step"> => {
  if (!isTiled && padsLast(loop, body)) return { size: inWholePackets(size), step: packetPoints };
  const accumulators = reductions.reduce((count, { locals }) => count + locals.length, 0);
  return { size, step: accumulators > mostInRegisters ? 2 * lanes : lanes };
};

/** Emits the body for some points, packet by packet. */
const emitPoints = ({ body, sinks }: InnerLoop, points: number): void => {
  for (let at = 0; at < points; at += packetPoints) {
    const packet = { at, count: Math.min(packetPoints, points - at) };
    for (const vectors of emitPackets(body, [packet])) emitSinks(sinks, packet, vectors);
  }
};

/** Emits iterations from a counter up to a bound. */
const emitIterations = (inner: InnerLoop, counter: number, bound: Expression): void => {
  const { asm, pointers, axis, step } = inner;
  asm.repeat(() => {
    emitPoints(inner, step);
    pointers.advance(axis, step);
    asm.get(counter);
    asm.i32(step);
    asm.op(op.i32Add);
    asm.tee(counter);
    bound();
    asm.op(op.i32LtU);
  });
};

const newCounter = (asm: Assembler): number => {
  const { variable, number } = arithmetic(asm);
  return variable(number(0));
};

/** Emits the whole innermost loop. A single iteration needs no counter. */
export const emitInnerLoop = (inner: InnerLoop): void => {
  const { asm, pointers, axis, size, step } = inner;
  const rest = size % step;
  const iterated = size - rest;
  if (iterated > step) emitIterations(inner, newCounter(asm), () => asm.i32(iterated));
  else if (iterated > 0) {
    emitPoints(inner, step);
    if (rest > 0) pointers.advance(axis, step);
  }
  if (rest > 0) emitPoints(inner, rest);
};

/** Emits the innermost loop from a counter up to the point in the local `stop`: a multiple of `step`, or the end. */
const emitInnerLoopTo = (inner: InnerLoop, counter: number, stop: number): void => {
  const { asm, size, step } = inner;
  const { local, number, less, min, equal } = arithmetic(asm);
  const rest = size % step;
  const bound = min(local(stop), number(size - rest));
  less(local(counter), bound)();
  asm.when(() => emitIterations(inner, counter, bound));
  if (rest === 0) return;
  equal(local(stop), number(size))();
  asm.when(() => emitPoints(inner, rest));
};

/** Emits the innermost loop up to the end of a block of terms, whose reductions are stored. */
export const emitReductionBlock = (inner: InnerLoop, counter: number, stop: number): void => {
  emitIdentities(inner.sinks);
  emitInnerLoopTo(inner, counter, stop);
  emitResults(inner.sinks);
};

/** Emits the innermost loop in blocks of terms: a reduction in lanes stores a result for each block. */
export const emitReductionBlocks = (inner: InnerLoop): void => {
  const counter = newCounter(inner.asm);
  stripMine(inner.asm, inner.size, (stop) => emitReductionBlock(inner, counter, stop));
};
