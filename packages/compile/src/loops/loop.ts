import { block1, rowMajor } from "@gradfold/core/transform";
import { widthOf } from "../graph/bytes.ts";
import { monoidOf } from "../scalar/monoid.ts";
import { domainOf, mergedAxes } from "../schedule/collapse.ts";
import type { Node, Sweep } from "../schedule/kernel.ts";
import { type Code, op } from "../wasm/assembler.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import type { Held } from "../wasm/local.ts";
import {
  emitStore,
  emitStoreApart,
  emitStoreFirst,
  mostPicked,
  type Reading,
  type Unit,
  type Vector,
} from "./access.ts";
import { type Accumulators, emitAccumulate, emitFold, lanes } from "./accumulate.ts";
import { type Body, openBody } from "./body.ts";
import { countAlong, further, openPointers, type Origin, type OriginOf, type Pointers } from "./pointer.ts";
import { inBlocks, type Pass } from "./strip.ts";

/* A sweep as instructions: eight places at once, so that a reduction by rule 1 has an accumulator for each. */

/** Numbers that a function has computed so far. */
export interface Scalars {
  /** Each in all elements of a vector. */
  readonly vectors: Map<number, Vector>;
  /** Whether memory is to hold a number as well. */
  readonly isInMemory: (value: number) => boolean;
}

/**
 * With more vectors of accumulators than this, an engine keeps some in memory from turn to turn, which takes longer than
 * adding to them: then a turn takes twice as many places.
 */
const mostInRegisters = 8;

/** The places of a unit. */
const unitPlaces = 4;

/** A body of more nodes is written out for a single unit, which makes code a third as long for a few places. */
const manyNodes = 32;

/** Whether the last unit may be computed in full, though places of it do not count: only whole vectors are read. */
const canPad = (nodes: readonly Node[], readings: ReadonlyMap<number, Reading>): boolean =>
  nodes.length > manyNodes && [...readings.values()].every(({ stride }) => stride >= 0 && stride <= mostPicked);

/** The innermost axis, and what becomes of a turn's results. */
interface Inner {
  readonly code: Code;
  readonly body: Body;
  readonly pointers: Pointers;
  readonly axis: number;
  readonly size: number;
  /** How many places a turn of the loop takes: a multiple of eight. */
  readonly turn: number;
  readonly consume: (unit: Unit, vectorOf: (node: number) => Vector) => void;
}

const emitUnits = ({ body, consume }: Inner, count: number): void => {
  for (let at = 0; at < count; at += 4) {
    const unit = { at, count: Math.min(4, count - at) };
    const vectorOf = body.compute([unit]);
    consume(unit, (node) => vectorOf(node, 0));
  }
};

/** Takes turns from a counter up to a bound. */
const emitTurns = (inner: Inner, counter: number, pushBound: Expression): void => {
  const { code, pointers, axis, turn } = inner;
  code.repeat(() => {
    emitUnits(inner, turn);
    pointers.move(axis, turn);
    code.get(counter);
    code.i32(turn);
    code.op(op.i32Add);
    code.tee(counter);
    pushBound();
    code.op(op.i32Less);
  });
};

const newCounter = (code: Code): number => {
  const counter = code.local("i32");
  code.i32(0);
  code.set(counter);
  return counter;
};

/** All places of the innermost axis in one run. */
const emitRun = (inner: Inner): void => {
  const { code, pointers, axis, size, turn } = inner;
  const rest = size % turn;
  const whole = size - rest;
  if (whole > turn) emitTurns(inner, newCounter(code), () => code.i32(whole));
  else if (whole > 0) {
    emitUnits(inner, turn);
    if (rest > 0) pointers.move(axis, turn);
  }
  if (rest > 0) emitUnits(inner, rest);
};

/** Takes places on from a counter, up to one whose number a local holds: a multiple of a turn, or the last. */
const emitUpTo = (inner: Inner, counter: number, stop: number): void => {
  const { code, size, turn } = inner;
  const { local, number, less, least, equal } = arithmetic(code);
  const rest = size % turn;
  const bound = least(local(stop), number(size - rest));
  less(local(counter), bound)();
  code.when(() => emitTurns(inner, counter, bound));
  if (rest === 0) return;
  equal(local(stop), number(size))();
  code.when(() => emitUnits(inner, rest));
};

/** The places of the innermost axis in blocks of rule 1; `start` and `end` surround each block. */
const emitBlocks = (inner: Inner, start: () => void, end: () => void): void => {
  const counter = newCounter(inner.code);
  inBlocks(inner.code, inner.size, (stop) => {
    start();
    emitUpTo(inner, counter, stop);
    end();
  });
};

/** A sweep in the making: all at once, or row by row of its first axis. */
interface OpenSweep {
  readonly all: () => void;
  readonly pass: () => Pass;
}

/** `byRows`: whether the first axis is walked by itself. */
export const openSweep = (
  code: Code,
  held: Held,
  sweep: Sweep,
  originOf: OriginOf,
  scalars: Scalars,
  byRows: boolean,
): OpenSweep => {
  const { nodes, stores, parts, folds } = sweep;
  const domain = domainOf(sweep);
  const { sizes, strides } = mergedAxes(sweep, byRows);
  const axis = sizes.length - 1;
  const size = sizes[axis] ?? 1;
  const pointers = openPointers(code);
  const results = openPointers(code);
  const reading = (origin: Origin, along: readonly number[], width: number): Reading => ({
    address: pointers.address(
      origin,
      along.map((stride) => stride * width),
    ),
    width,
    stride: along[axis] ?? 0,
  });
  const readings = new Map(
    nodes.flatMap((node, i): [number, Reading][] => {
      if (node.kind !== "load") return [];
      const width = widthOf(node.dtype);
      return [
        [i, reading(further(originOf(node.value), node.source.offset * width), strides(node.source.strides), width)],
      ];
    }),
  );
  const atHand = new Map(
    nodes.flatMap((node, i): [number, Vector][] => {
      const vector = node.kind === "load" ? scalars.vectors.get(node.value) : undefined;
      return vector === undefined ? [] : [[i, vector]];
    }),
  );
  const widthOfNode = (node: number): number => widthOf(nodes[node]?.dtype ?? "float64");
  const rows = strides(rowMajor(domain));
  const targets = stores.map(({ value, node }) => ({
    value,
    node,
    ...reading(originOf(value), rows, widthOfNode(node)),
  }));
  const regions = parts.map(({ value, node, target }) => {
    const width = widthOfNode(node);
    return { node, reading: reading(further(originOf(value), target.offset * width), strides(target.strides), width) };
  });
  const isNumber = domain.every((n) => n === 1);
  // Results of reductions follow one another, block by block and row by row.
  const isOneResult = sizes.length === 1 && size <= block1;
  const accumulators = folds.map(({ combine, value, node }): Accumulators & { readonly value: number } => {
    const monoid = monoidOf(combine, nodes[node]?.dtype ?? "float64");
    const { width } = monoid;
    const locals = Array.from({ length: (lanes * width) / 16 }, () => code.local("v128"));
    return { value, node, monoid, locals, address: results.address(originOf(value), [isOneResult ? 0 : width]) };
  });
  const body = openBody(code, held, nodes, readings, atHand);
  const consume: Inner["consume"] = (unit, vectorOf) => {
    for (const { value, node, address, width } of targets) {
      // The only place of all: its operands were splats, so the result is one too.
      if (isNumber) scalars.vectors.set(value, vectorOf(node));
      if (!isNumber || scalars.isInMemory(value)) emitStore(code, vectorOf(node), address, unit, width);
    }
    for (const { node, reading } of regions) emitStoreApart(code, vectorOf(node), reading, unit);
    for (const fold of accumulators) emitAccumulate(code, held, fold, unit, vectorOf(fold.node));
  };
  const start = (): void => {
    for (const { locals, monoid } of accumulators)
      for (const local of locals) {
        code.get(held(monoid.identity));
        code.set(local);
      }
  };
  const end = (): void => {
    for (const { value, ...fold } of accumulators) {
      const { width } = fold.monoid;
      const folded = emitFold(code, held, fold);
      emitStoreFirst(code, folded, fold.address, width);
      if (isOneResult) scalars.vectors.set(value, width === 4 ? [folded] : [folded, folded]);
    }
    results.move(0, 1);
  };
  const vectors = accumulators.reduce((count, { locals }) => count + locals.length, 0);
  const isPadded = !byRows && folds.length + parts.length === 0 && canPad(nodes, readings);
  const turn = isPadded ? unitPlaces : vectors > mostInRegisters ? 2 * lanes : lanes;
  const padded = isPadded ? Math.ceil(size / unitPlaces) * unitPlaces : size;
  const inner: Inner = { code, body, pointers, axis, size: padded, turn, consume };
  const emitRow = (counters: readonly number[]): void => {
    pointers.place(counters);
    body.prepare();
    if (folds.length > 0 && size > block1) {
      emitBlocks(inner, start, end);
      return;
    }
    start();
    emitRun(inner);
    end();
  };
  const pass = (): Pass => {
    const counter = code.local("i32");
    const { local, number, add, less, assign } = arithmetic(code);
    const areInner = axis === 0;
    return {
      begin: () => {
        assign(counter, number(0));
        results.place([]);
        if (!areInner) return;
        pointers.place([]);
        body.prepare();
      },
      take: (stop) => {
        if (areInner) {
          start();
          emitUpTo(inner, counter, stop);
          end();
          return;
        }
        code.repeat(() => {
          countAlong(code, sizes.slice(1, -1), (counters) => emitRow([counter, ...counters]));
          assign(counter, add(local(counter), number(1)));
          less(local(counter), local(stop))();
        });
      },
      finish: () => undefined,
    };
  };
  const all = (): void => {
    results.place([]);
    countAlong(code, sizes.slice(0, -1), emitRow);
  };
  return { all, pass };
};

export const emitSweep = (code: Code, sweep: Sweep, originOf: OriginOf, scalars: Scalars): void =>
  code.holding((held) => openSweep(code, held, sweep, originOf, scalars, false).all());
