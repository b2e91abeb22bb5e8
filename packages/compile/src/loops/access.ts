import { widthOf } from "../graph/bytes.ts";
import type { Source } from "../graph/affine.ts";
import type { CollapsedAxes } from "../schedule/collapse.ts";
import type { Node } from "../schedule/kernel.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { toLocal } from "../wasm/local.ts";
import { type Address, type Base, type BaseOf, offsetBy, type Pointers, pushAddress } from "./pointer.ts";

/* Packets, four neighbouring points of the innermost axis, and the strided accesses that load and store them. */

/** Four neighbouring points of the innermost axis: the first one's position, and how many are inside of the axis. */
export interface Packet {
  readonly at: number;
  readonly count: number;
}

/** Points of a packet. */
export const packetPoints = 4;

/** A number of points, rounded up to whole packets. */
export const inWholePackets = (points: number): number => Math.ceil(points / packetPoints) * packetPoints;

/** The address, element width and stride (in elements) of a load or a store. */
export interface StridedAccess {
  readonly address: Address;
  readonly width: number;
  readonly stride: number;
}

/** The locals that hold the elements of a packet: one for float32, two for float64. */
export type Vector = readonly number[];

export const vectorBytes = 16;

export const vectorsPerPacket = (width: number): number => (packetPoints * width) / vectorBytes;

/** The access to a value's elements of some width, at strides along all axes of a loop nest before collapsing. */
export const openAccess = (
  pointers: Pointers,
  { strides }: CollapsedAxes,
  base: Base,
  { offset, strides: all }: Source,
  width: number,
): StridedAccess => {
  const along = strides(all);
  const steps = along.map((stride) => stride * width);
  return { address: pointers.address(offsetBy(base, offset * width), steps), width, stride: along.at(-1) ?? 0 };
};

/** The accesses of a body's loads. */
export const openLoadAccesses = (
  pointers: Pointers,
  axes: CollapsedAxes,
  nodes: readonly Node[],
  baseOf: BaseOf,
): ReadonlyMap<number, StridedAccess> =>
  new Map(
    nodes.flatMap((node, i): [number, StridedAccess][] =>
      node.kind === "load"
        ? [[i, openAccess(pointers, axes, baseOf(node.value), node.source, widthOf(node.dtype))]]
        : [],
    ),
  );

/** One element in all lanes. */
export const emitSplat = (asm: Assembler, { address, width }: StridedAccess): Vector => {
  const offset = pushAddress(asm, address, 0);
  asm.memory(width === 4 ? "splat4" : "splat8", offset);
  const local = toLocal(asm);
  return width === 4 ? [local] : [local, local];
};

/** Loads a packet whose elements are contiguous at an address. */
export const emitLoadContiguous = (asm: Assembler, address: Address, packet: Packet, width: number): Vector =>
  Array.from({ length: vectorsPerPacket(width) }, (_, v) => {
    const offset = pushAddress(asm, address, packet.at * width + v * vectorBytes);
    asm.memory("load", offset);
    return toLocal(asm);
  });

/** Stores a packet contiguously at an address. */
export const emitStore = (asm: Assembler, vector: Vector, address: Address, packet: Packet, width: number): void =>
  vector.forEach((local, v) => {
    const offset = pushAddress(asm, address, packet.at * width + v * vectorBytes);
    asm.get(local);
    asm.memory("store", offset);
  });

/** Stores the elements of a packet that are inside of the axis at a stride, and nothing between or behind them. */
export const emitStoreStrided = (asm: Assembler, vector: Vector, access: StridedAccess, packet: Packet): void => {
  const { address, width, stride } = access;
  const perVector = vectorBytes / width;
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
