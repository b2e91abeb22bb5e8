import type { Access, Code } from "../wasm/assembler.ts";
import { emitKept } from "../wasm/local.ts";
import { type Address, pushAddress } from "./pointer.ts";

/* Four neighbouring elements of a strided run, as vectors. */

/** Four places of a nest's innermost axis: how many elements on they start, and how many of them count. */
export interface Unit {
  readonly at: number;
  readonly count: number;
}

/** Where a step of a nest's body loads from, and how many elements apart its elements are. */
export interface Reading {
  readonly address: Address;
  readonly width: number;
  readonly stride: number;
}

/** The locals that hold four elements: one for float32, two for float64. */
export type Vector = readonly number[];

const bytesIn = 16;

/** Strides up to this are read as whole vectors, whose elements are then picked. */
export const mostPicked = 4;

interface Lane {
  readonly register: number;
  readonly lane: number;
}

/** A vector of elements picked from several registers. */
const emitPick = (code: Code, lanes: readonly Lane[], width: number): number => {
  const bytes = (lane: number): readonly number[] => Array.from({ length: width }, (_, i) => lane * width + i);
  const [first = 0, ...others] = [...new Set(lanes.map(({ register }) => register))];
  let result = first;
  // For each element: where it stands in the result so far, or undefined.
  let found = lanes.map(({ register, lane }) => (register === first ? lane : undefined));
  for (const other of others.length === 0 ? [first] : others) {
    code.get(result);
    code.get(other);
    const isNew = lanes.map(({ register }, i) => found[i] === undefined && register === other);
    const sources = lanes.map(({ lane }, i) => (isNew[i] === true ? bytesIn / width + lane : (found[i] ?? 0)));
    code.shuffle(sources.flatMap(bytes));
    result = emitKept(code);
    found = found.map((place, i) => (place !== undefined || isNew[i] === true ? i : undefined));
  }
  return result;
};

/** Loads one by one, so many as count. */
const emitGather = (
  code: Code,
  { address, width, stride }: Reading,
  unit: Unit,
  first: number,
  count: number,
): number => {
  const [splat, lane]: readonly [Access, Access] = width === 4 ? ["splat4", "load4Lane"] : ["splat8", "load8Lane"];
  const at = (i: number): number => pushAddress(code, address, (unit.at + first + i) * stride * width);
  code.memory(splat, at(0));
  let result = emitKept(code);
  for (let i = 1; i < count; i++) {
    const offset = at(i);
    code.get(result);
    code.memory(lane, offset, i);
    result = emitKept(code);
  }
  return result;
};

/** One element for all four places. */
export const emitSplat = (code: Code, { address, width }: Reading): Vector => {
  const offset = pushAddress(code, address, 0);
  code.memory(width === 4 ? "splat4" : "splat8", offset);
  const local = emitKept(code);
  return width === 4 ? [local] : [local, local];
};

export type Load = (reading: Reading, start: number, unit: Unit) => Vector;

/** Loads; readings that belong to rows which start at `start` share the vectors of those rows. */
export const openLoads = (code: Code): Load => {
  const wholes = new Map<string, readonly number[]>();
  const whole = ({ address: { pointer }, width, stride }: Reading, start: number, unit: Unit): readonly number[] => {
    const key = `${pointer} ${start} ${width} ${stride} ${unit.at}`;
    const old = wholes.get(key);
    if (old !== undefined) return old;
    const made = Array.from({ length: (stride * 4 * width) / bytesIn }, (_, r) => {
      const offset = pushAddress(code, { pointer, offset: start }, unit.at * stride * width + r * bytesIn);
      code.memory("load", offset);
      return emitKept(code);
    });
    wholes.set(key, made);
    return made;
  };
  return (reading, start, unit) => {
    const { address, width, stride } = reading;
    if (stride < 1 || stride > mostPicked) {
      if (width === 4) return [emitGather(code, reading, unit, 0, unit.count)];
      const low = emitGather(code, reading, unit, 0, Math.min(unit.count, 2));
      return [low, unit.count > 2 ? emitGather(code, reading, unit, 2, unit.count - 2) : low];
    }
    const registers = whole(reading, start, unit);
    if (stride === 1) return registers;
    const perVector = bytesIn / width;
    const column = (address.offset - start) / width;
    return Array.from({ length: 4 / perVector }, (_, v) => {
      const lanes = Array.from({ length: perVector }, (_, i) => {
        const place = (v * perVector + i) * stride + column;
        return { register: registers[Math.floor(place / perVector)] ?? 0, lane: place % perVector };
      });
      return emitPick(code, lanes, width);
    });
  };
};

/** Where the rows start to which readings belong: columns of one matrix that are read together. */
export const rowStarts = (readings: ReadonlyMap<number, Reading>): ReadonlyMap<number, number> => {
  const sorted = [...readings].toSorted(([, a], [, b]) => a.address.offset - b.address.offset);
  const starts = new Map<number, number>();
  const current = new Map<string, number>();
  for (const [node, { address, width, stride }] of sorted) {
    const key = `${address.pointer} ${width} ${stride}`;
    const start = current.get(key);
    const isNear = start !== undefined && address.offset < start + stride * width;
    starts.set(node, isNear ? start : address.offset);
    if (!isNear) current.set(key, address.offset);
  }
  return starts;
};

/** Writes a unit side by side at an address. */
export const emitStore = (code: Code, vector: Vector, address: Address, unit: Unit, width: number): void =>
  vector.forEach((local, v) => {
    const offset = pushAddress(code, address, unit.at * width + v * bytesIn);
    code.get(local);
    code.memory("store", offset);
  });

/** Writes those elements of a unit that count, each at its own place, and nothing between or behind them. */
export const emitStoreApart = (code: Code, vector: Vector, { address, width, stride }: Reading, unit: Unit): void => {
  const perVector = bytesIn / width;
  vector.forEach((local, v) => {
    const count = Math.min(perVector, unit.count - v * perVector);
    const at = (i: number): number => pushAddress(code, address, (unit.at + v * perVector + i) * stride * width);
    if (stride === 1 && count === perVector) {
      const offset = at(0);
      code.get(local);
      code.memory("store", offset);
      return;
    }
    for (let i = 0; i < count; i++) {
      const offset = at(i);
      code.get(local);
      code.memory(width === 4 ? "store4Lane" : "store8Lane", offset, i);
    }
  });
};

/** Writes the first element of a vector. */
export const emitStoreFirst = (code: Code, local: number, address: Address, width: number): void => {
  const offset = pushAddress(code, address, 0);
  code.get(local);
  code.memory(width === 4 ? "store4Lane" : "store8Lane", offset, 0);
};
