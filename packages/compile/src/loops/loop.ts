import { block1, rowMajor } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { monoidOf } from "../scalar/monoid.ts";
import { collapsedAxes, domainOf } from "../schedule/collapse.ts";
import type { Loop, Node } from "../schedule/kernel.ts";
import { type Assembler, op } from "../wasm/assembler.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import type { Hoist } from "../wasm/local.ts";
import {
  emitStore,
  emitStoreLane,
  emitStoreStrided,
  type Packet,
  type StridedAccess,
  type Vector,
  widestInterleave,
} from "./access.ts";
import { type Accumulators, emitAccumulate, emitHorizontal, lanes } from "./accumulate.ts";
import { type LoopBody, openLoopBody } from "./body.ts";
import { type Base, type BaseOf, emitLoopNest, offsetBy, openPointers, type Pointers } from "./pointer.ts";
import { stripMine, type StripMined } from "./strip.ts";

/* Elementwise loops as instructions: eight points at once, so that a reduction in lanes has an accumulator for each. */

/** Scalars that a function has computed so far, in locals. */
export interface ScalarLocals {
  /** Each in all lanes of a vector. */
  readonly vectors: Map<number, Vector>;
  /** Whether a scalar is stored to memory as well. */
  readonly isInMemory: (value: number) => boolean;
}

/**
 * With more vectors of accumulators than this, an engine spills some in every iteration, which takes longer than the
 * additions: then an iteration covers twice as many points.
 */
const mostInRegisters = 8;

/** The places of a unit. */
const unitPlaces = 4;

/** A body of more nodes is written out for a single unit, which makes code a third as long for a few places. */
const manyNodes = 32;

/** Whether the last unit may be computed in full, though places of it do not count: only whole vectors are read. */
const canPad = (nodes: readonly Node[], accesses: ReadonlyMap<number, StridedAccess>): boolean =>
  nodes.length > manyNodes && [...accesses.values()].every(({ stride }) => stride >= 0 && stride <= widestInterleave);

/** The innermost loop, and what becomes of its results. */
interface InnerLoop {
  readonly asm: Assembler;
  readonly body: LoopBody;
  readonly pointers: Pointers;
  readonly axis: number;
  readonly size: number;
  /** Points per iteration: a multiple of eight. */
  readonly step: number;
  readonly consume: (packet: Packet, vectorOf: (node: number) => Vector) => void;
}

const emitStep = ({ body, consume }: InnerLoop, count: number): void => {
  for (let at = 0; at < count; at += 4) {
    const packet = { at, count: Math.min(4, count - at) };
    const vectorOf = body.emitPackets([packet]);
    consume(packet, (node) => vectorOf(node, 0));
  }
};

/** Iterates from a counter up to a bound. */
const emitSteps = (inner: InnerLoop, counter: number, pushBound: Expression): void => {
  const { asm, pointers, axis, step } = inner;
  asm.repeat(() => {
    emitStep(inner, step);
    pointers.advance(axis, step);
    asm.get(counter);
    asm.i32(step);
    asm.op(op.i32Add);
    asm.tee(counter);
    pushBound();
    asm.op(op.i32LtU);
  });
};

const newCounter = (asm: Assembler): number => {
  const counter = asm.local("i32");
  asm.i32(0);
  asm.set(counter);
  return counter;
};

/** The innermost loop, and the points that are left over. */
const emitInnerLoop = (inner: InnerLoop): void => {
  const { asm, pointers, axis, size, step } = inner;
  const rest = size % step;
  const whole = size - rest;
  if (whole > step) emitSteps(inner, newCounter(asm), () => asm.i32(whole));
  else if (whole > 0) {
    emitStep(inner, step);
    if (rest > 0) pointers.advance(axis, step);
  }
  if (rest > 0) emitStep(inner, rest);
};

/** The innermost loop from a counter up to the point whose number a local holds: a multiple of `step`, or the end. */
const emitInnerLoopTo = (inner: InnerLoop, counter: number, stop: number): void => {
  const { asm, size, step } = inner;
  const { local, number, less, min, equal } = arithmetic(asm);
  const rest = size % step;
  const bound = min(local(stop), number(size - rest));
  less(local(counter), bound)();
  asm.when(() => emitSteps(inner, counter, bound));
  if (rest === 0) return;
  equal(local(stop), number(size))();
  asm.when(() => emitStep(inner, rest));
};

/** The innermost loop in blocks of a reduction in lanes; `start` and `end` surround each block. */
const emitReductionBlocks = (inner: InnerLoop, start: () => void, end: () => void): void => {
  const counter = newCounter(inner.asm);
  stripMine(inner.asm, inner.size, (stop) => {
    start();
    emitInnerLoopTo(inner, counter, stop);
    end();
  });
};

/** A loop under construction: emitted at once, or strip-mined along its first axis. */
interface OpenLoop {
  readonly all: () => void;
  readonly stripMined: () => StripMined;
}

/** `isTiled`: whether the first axis is left by itself, to be strip-mined. */
export const openLoop = (
  asm: Assembler,
  hoist: Hoist,
  loop: Loop,
  baseOf: BaseOf,
  scalarLocals: ScalarLocals,
  isTiled: boolean,
): OpenLoop => {
  const { nodes, stores, parts, reductions } = loop;
  const domain = domainOf(loop);
  const { sizes, strides } = collapsedAxes(loop, isTiled);
  const axis = sizes.length - 1;
  const size = sizes[axis] ?? 1;
  const pointers = openPointers(asm);
  const results = openPointers(asm);
  const access = (origin: Base, along: readonly number[], width: number): StridedAccess => ({
    address: pointers.address(
      origin,
      along.map((stride) => stride * width),
    ),
    width,
    stride: along[axis] ?? 0,
  });
  const accesses = new Map(
    nodes.flatMap((node, i): [number, StridedAccess][] => {
      if (node.kind !== "load") return [];
      const width = widthOf(node.dtype);
      return [
        [i, access(offsetBy(baseOf(node.value), node.source.offset * width), strides(node.source.strides), width)],
      ];
    }),
  );
  const inLocals = new Map(
    nodes.flatMap((node, i): [number, Vector][] => {
      const vector = node.kind === "load" ? scalarLocals.vectors.get(node.value) : undefined;
      return vector === undefined ? [] : [[i, vector]];
    }),
  );
  const widthOfNode = (node: number): number => widthOf(nodes[node]?.dtype ?? "float64");
  const rows = strides(rowMajor(domain));
  const targets = stores.map(({ value, node }) => ({
    value,
    node,
    ...access(baseOf(value), rows, widthOfNode(node)),
  }));
  const regions = parts.map(({ value, node, target }) => {
    const width = widthOfNode(node);
    return { node, access: access(offsetBy(baseOf(value), target.offset * width), strides(target.strides), width) };
  });
  const isNumber = domain.every((n) => n === 1);
  // Results of reductions are stored one after another, block by block and row by row.
  const isOneResult = sizes.length === 1 && size <= block1;
  const accumulators = reductions.map(({ combine, value, node }): Accumulators & { readonly value: number } => {
    const monoid = monoidOf(combine, nodes[node]?.dtype ?? "float64");
    const { width } = monoid;
    const locals = Array.from({ length: (lanes * width) / 16 }, () => asm.local("v128"));
    return { value, node, monoid, locals, address: results.address(baseOf(value), [isOneResult ? 0 : width]) };
  });
  const body = openLoopBody(asm, hoist, nodes, accesses, inLocals);
  const consume: InnerLoop["consume"] = (packet, vectorOf) => {
    for (const { value, node, address, width } of targets) {
      // A scalar: its operands are in all lanes, so the result is too.
      if (isNumber) scalarLocals.vectors.set(value, vectorOf(node));
      if (!isNumber || scalarLocals.isInMemory(value)) emitStore(asm, vectorOf(node), address, packet, width);
    }
    for (const { node, access } of regions) emitStoreStrided(asm, vectorOf(node), access, packet);
    for (const reduction of accumulators) emitAccumulate(asm, hoist, reduction, packet, vectorOf(reduction.node));
  };
  const start = (): void => {
    for (const { locals, monoid } of accumulators)
      for (const local of locals) {
        asm.get(hoist(monoid.identity));
        asm.set(local);
      }
  };
  const end = (): void => {
    for (const { value, ...reduction } of accumulators) {
      const { width } = reduction.monoid;
      const folded = emitHorizontal(asm, hoist, reduction);
      emitStoreLane(asm, folded, reduction.address, width);
      if (isOneResult) scalarLocals.vectors.set(value, width === 4 ? [folded] : [folded, folded]);
    }
    results.advance(0, 1);
  };
  const vectors = accumulators.reduce((count, { locals }) => count + locals.length, 0);
  const isPadded = !isTiled && reductions.length + parts.length === 0 && canPad(nodes, accesses);
  const step = isPadded ? unitPlaces : vectors > mostInRegisters ? 2 * lanes : lanes;
  const padded = isPadded ? Math.ceil(size / unitPlaces) * unitPlaces : size;
  const inner: InnerLoop = { asm, body, pointers, axis, size: padded, step, consume };
  const emitRow = (counters: readonly number[]): void => {
    pointers.seek(counters);
    body.emitInvariants();
    if (reductions.length > 0 && size > block1) {
      emitReductionBlocks(inner, start, end);
      return;
    }
    start();
    emitInnerLoop(inner);
    end();
  };
  const stripMined = (): StripMined => {
    const counter = asm.local("i32");
    const { local, number, add, less, assign } = arithmetic(asm);
    const areInner = axis === 0;
    return {
      begin: () => {
        assign(counter, number(0));
        results.seek([]);
        if (!areInner) return;
        pointers.seek([]);
        body.emitInvariants();
      },
      advanceTo: (stop) => {
        if (areInner) {
          start();
          emitInnerLoopTo(inner, counter, stop);
          end();
          return;
        }
        asm.repeat(() => {
          emitLoopNest(asm, sizes.slice(1, -1), (counters) => emitRow([counter, ...counters]));
          assign(counter, add(local(counter), number(1)));
          less(local(counter), local(stop))();
        });
      },
      finish: () => undefined,
    };
  };
  const all = (): void => {
    results.seek([]);
    emitLoopNest(asm, sizes.slice(0, -1), emitRow);
  };
  return { all, stripMined };
};

export const emitLoop = (asm: Assembler, loop: Loop, baseOf: BaseOf, scalarLocals: ScalarLocals): void =>
  asm.withHoisted((hoist) => openLoop(asm, hoist, loop, baseOf, scalarLocals, false).all());
