import type { Assembler } from "../wasm/assembler.ts";
import type { MemoryOp } from "../wasm/opcode.ts";
import { toLocal } from "../wasm/local.ts";
import { type Packet, type StridedAccess, type Vector, vectorBytes, vectorsPerPacket } from "./access.ts";
import { pushAddress } from "./pointer.ts";

/* Loads of packets at any stride: whole vectors that are deinterleaved, or a gather lane by lane. */

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
    const sources = lanes.map(({ lane }, i) => (isNew[i] === true ? vectorBytes / width + lane : (found[i] ?? 0)));
    asm.shuffle(sources.flatMap(bytes));
    result = toLocal(asm);
    found = found.map((position, i) => (position !== undefined || isNew[i] === true ? i : undefined));
  }
  return result;
};

/** Gathers `count` elements of a packet, from the element `first` on, into the lanes of one vector. */
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

/** Gathers the elements of a packet that are inside of the axis. */
const emitGather = (asm: Assembler, access: StridedAccess, packet: Packet): Vector => {
  if (access.width === 4) return [emitGatherLanes(asm, access, packet, 0, packet.count)];
  const low = emitGatherLanes(asm, access, packet, 0, Math.min(packet.count, 2));
  return [low, packet.count > 2 ? emitGatherLanes(asm, access, packet, 2, packet.count - 2) : low];
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

/** Loads under construction, and the vectors that each interleaved group has loaded. */
export interface Loads {
  readonly asm: Assembler;
  readonly groups: Map<string, readonly number[]>;
}

export const openLoads = (asm: Assembler): Loads => ({ asm, groups: new Map() });

/** The vectors of a packet's interleaved group, which starts at `base`: loaded once for all accesses of the group. */
const emitGroup = ({ asm, groups }: Loads, access: StridedAccess, base: number, { at }: Packet): readonly number[] => {
  const { width, stride } = access;
  const { pointer } = access.address;
  const key = `${pointer} ${base} ${width} ${stride} ${at}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = Array.from({ length: stride * vectorsPerPacket(width) }, (_, r) => {
    const offset = pushAddress(asm, { pointer, offset: base }, at * stride * width + r * vectorBytes);
    asm.memory("load", offset);
    return toLocal(asm);
  });
  groups.set(key, group);
  return group;
};

/** Loads a packet of an access, whose interleaved group starts at `base`. */
export const emitLoad = (loads: Loads, access: StridedAccess, base: number, packet: Packet): Vector => {
  const { address, width, stride } = access;
  if (stride < 1 || stride > widestInterleave) return emitGather(loads.asm, access, packet);
  const registers = emitGroup(loads, access, base, packet);
  if (stride === 1) return registers;
  const perVector = vectorBytes / width;
  const column = (address.offset - base) / width;
  return Array.from({ length: vectorsPerPacket(width) }, (_, v) => {
    const lanes = Array.from({ length: perVector }, (_, i) => {
      const position = (v * perVector + i) * stride + column;
      return { register: registers[Math.floor(position / perVector)] ?? 0, lane: position % perVector };
    });
    return emitDeinterleave(loads.asm, lanes, width);
  });
};
