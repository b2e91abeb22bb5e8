import type { Assembler, MemoryOp } from "../wasm/assembler.ts";
import { toLocal } from "../wasm/local.ts";
import { type Address, pushAddress } from "./pointer.ts";

/* Loads and stores of packets: four neighbouring points of the innermost axis, at a stride. */

/** Four neighbouring points of the innermost axis: the first one's position, and how many are inside of the axis. */
export interface Packet {
  readonly at: number;
  readonly count: number;
}

/** The address, element width and stride (in elements) of a load or a store. */
export interface StridedAccess {
  readonly address: Address;
  readonly width: number;
  readonly stride: number;
}

/** The locals that hold four elements: one for float32, two for float64. */
export type Vector = readonly number[];

const bytesIn = 16;

/** Up to this stride whole vectors are loaded and deinterleaved. */
export const widestInterleave = 4;

interface SourceLane {
  readonly register: number;
  readonly lane: number;
}

/** Deinterleaves: one vector of lanes of several registers. */
const emitDeinterleave = (asm: Assembler, lanes: readonly SourceLane[], width: number): number => {
  const bytes = (lane: number): readonly number[] => Array.from({ length: width }, (_, i) => lane * width + i);
  const [first = 0, ...others] = [...new Set(lanes.map(({ register }) => register))];
  let result = first;
  // For each lane of the result: the lane where its element is so far, or undefined.
  let found = lanes.map(({ register, lane }) => (register === first ? lane : undefined));
  for (const other of others.length === 0 ? [first] : others) {
    asm.get(result);
    asm.get(other);
    const isNew = lanes.map(({ register }, i) => found[i] === undefined && register === other);
    const sources = lanes.map(({ lane }, i) => (isNew[i] === true ? bytesIn / width + lane : (found[i] ?? 0)));
    asm.shuffle(sources.flatMap(bytes));
    result = toLocal(asm);
    found = found.map((position, i) => (position !== undefined || isNew[i] === true ? i : undefined));
  }
  return result;
};

/** Loads the elements lane by lane, those inside of the axis. */
const emitGatherLanes = (
  asm: Assembler,
  { address, width, stride }: StridedAccess,
  packet: Packet,
  first: number,
  count: number,
): number => {
  const [splat, lane]: readonly [MemoryOp, MemoryOp] = width === 4 ? ["splat4", "load4Lane"] : ["splat8", "load8Lane"];
  const at = (i: number): number => pushAddress(asm, address, (packet.at + first + i) * stride * width);
  asm.memory(splat, at(0));
  let result = toLocal(asm);
  for (let i = 1; i < count; i++) {
    const offset = at(i);
    asm.get(result);
    asm.memory(lane, offset, i);
    result = toLocal(asm);
  }
  return result;
};

/** One element in all lanes. */
export const emitSplat = (asm: Assembler, { address, width }: StridedAccess): Vector => {
  const offset = pushAddress(asm, address, 0);
  asm.memory(width === 4 ? "splat4" : "splat8", offset);
  const local = toLocal(asm);
  return width === 4 ? [local] : [local, local];
};

export type EmitLoad = (access: StridedAccess, base: number, packet: Packet) => Vector;

/** Emits loads; accesses of one interleaved group, which starts at `base`, share its vectors. */
export const openLoads = (asm: Assembler): EmitLoad => {
  const consecutives = new Map<string, readonly number[]>();
  const consecutive = (
    { address: { pointer }, width, stride }: StridedAccess,
    base: number,
    packet: Packet,
  ): readonly number[] => {
    const key = `${pointer} ${base} ${width} ${stride} ${packet.at}`;
    const old = consecutives.get(key);
    if (old !== undefined) return old;
    const made = Array.from({ length: (stride * 4 * width) / bytesIn }, (_, r) => {
      const offset = pushAddress(asm, { pointer, offset: base }, packet.at * stride * width + r * bytesIn);
      asm.memory("load", offset);
      return toLocal(asm);
    });
    consecutives.set(key, made);
    return made;
  };
  return (access, base, packet) => {
    const { address, width, stride } = access;
    if (stride < 1 || stride > widestInterleave) {
      if (width === 4) return [emitGatherLanes(asm, access, packet, 0, packet.count)];
      const low = emitGatherLanes(asm, access, packet, 0, Math.min(packet.count, 2));
      return [low, packet.count > 2 ? emitGatherLanes(asm, access, packet, 2, packet.count - 2) : low];
    }
    const registers = consecutive(access, base, packet);
    if (stride === 1) return registers;
    const perVector = bytesIn / width;
    const column = (address.offset - base) / width;
    return Array.from({ length: 4 / perVector }, (_, v) => {
      const lanes = Array.from({ length: perVector }, (_, i) => {
        const position = (v * perVector + i) * stride + column;
        return { register: registers[Math.floor(position / perVector)] ?? 0, lane: position % perVector };
      });
      return emitDeinterleave(asm, lanes, width);
    });
  };
};

/** The base offset of each access's interleaved group: columns of one matrix that are read together. */
export const interleavedBases = (accesses: ReadonlyMap<number, StridedAccess>): ReadonlyMap<number, number> => {
  const sorted = [...accesses].toSorted(([, a], [, b]) => a.address.offset - b.address.offset);
  const bases = new Map<number, number>();
  const current = new Map<string, number>();
  for (const [node, { address, width, stride }] of sorted) {
    const key = `${address.pointer} ${width} ${stride}`;
    const base = current.get(key);
    const isNear = base !== undefined && address.offset < base + stride * width;
    bases.set(node, isNear ? base : address.offset);
    if (!isNear) current.set(key, address.offset);
  }
  return bases;
};

/** Stores a packet contiguously at an address. */
export const emitStore = (asm: Assembler, vector: Vector, address: Address, packet: Packet, width: number): void =>
  vector.forEach((local, v) => {
    const offset = pushAddress(asm, address, packet.at * width + v * bytesIn);
    asm.get(local);
    asm.memory("store", offset);
  });

/** Stores the elements of a packet that are inside of the axis at a stride, and nothing between or behind them. */
export const emitStoreStrided = (
  asm: Assembler,
  vector: Vector,
  { address, width, stride }: StridedAccess,
  packet: Packet,
): void => {
  const perVector = bytesIn / width;
  vector.forEach((local, v) => {
    const count = Math.min(perVector, packet.count - v * perVector);
    const at = (i: number): number => pushAddress(asm, address, (packet.at + v * perVector + i) * stride * width);
    if (stride === 1 && count === perVector) {
      const offset = at(0);
      asm.get(local);
      asm.memory("store", offset);
      return;
    }
    for (let i = 0; i < count; i++) {
      const offset = at(i);
      asm.get(local);
      asm.memory(width === 4 ? "store4Lane" : "store8Lane", offset, i);
    }
  });
};

/** Stores lane 0 of a vector. */
export const emitStoreLane = (asm: Assembler, local: number, address: Address, width: number): void => {
  const offset = pushAddress(asm, address, 0);
  asm.get(local);
  asm.memory(width === 4 ? "store4Lane" : "store8Lane", offset, 0);
};
