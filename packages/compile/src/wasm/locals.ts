import type { ValueType } from "./encode.ts";

/*
 * A function's instructions as they are made: bytes, and negative numbers for what is known at the end only. These are
 * the accesses to locals, of which one is used again after the last use of another (linear scan register allocation,
 * Poletto and Sarkar, 1999), and the starts and ends of blocks, which say how long a local is live.
 */

/** Bytes and marks, in pieces that follow one another. */
export type Instructions = readonly (readonly number[])[];

/** Where blocks start and end. */
export const mark = { loop: -1, if: -2, else: -3, end: -4 } as const;

const firstAccess = -5;
/** The instructions get, set and tee, by the numbers that accesses give them. */
const accessCodes = [0x20, 0x21, 0x22] as const;

/** The entry of an access to a local: `kind` is 0 to get, 1 to set, 2 to tee. */
export const accessTo = (kind: 0 | 1 | 2, local: number): number => firstAccess - (local * 3 + kind);

const localIn = (entry: number): number => Math.floor((firstAccess - entry) / 3);
const kindIn = (entry: number): number => (firstAccess - entry) % 3;

/**
 * The positions from which and up to which each local is live; from -1 on if nothing ever asks for it. Positions are
 * those of accesses and blocks, counted from 1 on: nothing happens at the bytes between them.
 */
interface Intervals {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The last position. */
  readonly last: number;
}

/** The blocks that are open at an instruction. */
interface Blocks {
  readonly open: (kind: "loop" | "branch", position: number) => void;
  /** Closes the innermost block; gives the locals that live up to the end of it. */
  readonly close: () => readonly number[];
  /** The innermost conditional block: what is written there is known as long as it is open. */
  readonly branch: () => number;
  readonly isOpen: (branch: number) => boolean;
  /**
   * Notes that a local, live from some position on, is used here. A loop into which it comes needs it in the next turn.
   */
  readonly use: (local: number, from: number) => void;
}

const openBlocks = (): Blocks => {
  const loops: { readonly start: number; readonly live: number[] }[] = [];
  const branches = [0];
  const isOpen = [true];
  const kinds: ("loop" | "branch")[] = [];
  return {
    open: (kind, start) => {
      kinds.push(kind);
      if (kind === "loop") loops.push({ start, live: [] });
      else branches.push(isOpen.push(true) - 1);
    },
    close: () => {
      if (kinds.pop() === "loop") return loops.pop()?.live ?? [];
      isOpen[branches.pop() ?? 0] = false;
      return [];
    },
    branch: () => branches.at(-1) ?? 0,
    isOpen: (branch) => isOpen[branch] === true,
    use: (local, from) => loops.find(({ start }) => start > from)?.live.push(local),
  };
};

/**
 * Finds where locals are live. A body of a loop runs at least once, so what is written in it is known behind it; what
 * is read where no write is known to have been before lives from the beginning of the function, where it is zero.
 */
const intervalsOf = (instructions: Instructions, locals: number): Intervals => {
  const from = new Int32Array(locals).fill(-1);
  const to = new Int32Array(locals).fill(-1);
  const home = new Int32Array(locals).fill(-1);
  const blocks = openBlocks();
  const close = (position: number): void => {
    for (const local of blocks.close()) to[local] = position;
  };
  const access = (local: number, isRead: boolean, position: number): void => {
    const isKnown = blocks.isOpen(home[local] ?? -1);
    if (isRead && !isKnown) from[local] = 0;
    else if (from[local] === -1) from[local] = position;
    if (!isRead && !isKnown) home[local] = blocks.branch();
    to[local] = position;
    blocks.use(local, from[local] ?? 0);
  };
  let position = 0;
  for (const piece of instructions)
    for (const entry of piece) {
      if (entry >= 0) continue;
      position += 1;
      if (entry <= firstAccess) access(localIn(entry), kindIn(entry) === 0, position);
      else {
        if (entry === mark.end || entry === mark.else) close(position);
        if (entry !== mark.end) blocks.open(entry === mark.loop ? "loop" : "branch", position);
      }
    }
  return { from, to, last: position };
};

/** The numbers of the locals of one type: the number that was released last is used first. */
interface FreeNumbers {
  readonly take: () => number;
  readonly release: (number: number) => void;
  readonly count: () => number;
}

const openNumbers = (): FreeNumbers => {
  const free: number[] = [];
  let count = 0;
  return {
    take: () => free.pop() ?? count++,
    release: (number) => free.push(number),
    count: () => count,
  };
};

/** Locals as they are declared: the types of all, and the number for each that was asked for. */
interface Assignment {
  readonly types: readonly ValueType[];
  readonly numberOf: (local: number) => number;
}

/** Visits the locals that are at each position, in their order. */
const openPositions = (
  positionOf: Int32Array,
  last: number,
): ((position: number, visit: (local: number) => void) => void) => {
  const first = new Int32Array(last + 1).fill(-1);
  const next = new Int32Array(positionOf.length);
  for (let local = positionOf.length - 1; local >= 0; local--) {
    const position = positionOf[local] ?? -1;
    if (position < 0) continue;
    next[local] = first[position] ?? -1;
    first[position] = local;
  }
  return (position, visit) => {
    for (let local = first[position] ?? -1; local >= 0; local = next[local] ?? -1) visit(local);
  };
};

/** Gives locals of one type the same number where no two of them are live at once. */
const assign = (wanted: readonly ValueType[], { from, to, last }: Intervals): Assignment => {
  const numbers: Readonly<Record<ValueType, FreeNumbers>> = {
    i32: openNumbers(),
    f64: openNumbers(),
    v128: openNumbers(),
  };
  const typeOf = (local: number): ValueType => wanted[local] ?? "i32";
  const among = new Int32Array(wanted.length);
  const starting = openPositions(from, last);
  const ending = openPositions(to, last);
  const allocate = (local: number): void => {
    among[local] = numbers[typeOf(local)].take();
  };
  const release = (local: number): void => numbers[typeOf(local)].release(among[local] ?? 0);
  for (let position = 0; position <= last; position++) {
    starting(position, allocate);
    ending(position, release);
  }
  const types = (["i32", "f64", "v128"] as const).flatMap((type) =>
    new Array<ValueType>(numbers[type].count()).fill(type),
  );
  const firstOf = { i32: 0, f64: numbers.i32.count(), v128: numbers.i32.count() + numbers.f64.count() };
  return { types, numberOf: (local) => firstOf[typeOf(local)] + (among[local] ?? 0) };
};

/** What an entry becomes has at most so many bytes: an access, or the start of a block. */
const mostBytes = 6;

/** Writes a number; gives the position behind it. */
const putUnsigned = (bytes: Uint8Array, position: number, value: number): number => {
  let [end, rest] = [position, value];
  for (; rest >= 128; rest >>>= 7) bytes[end++] = (rest & 127) | 128;
  bytes[end] = rest;
  return end + 1;
};

/** Writes the start or the end of a block. */
const putMark = (bytes: Uint8Array, position: number, entry: number): number => {
  if (entry === mark.end || entry === mark.else) {
    bytes[position] = entry === mark.end ? 0x0b : 0x05;
    return position + 1;
  }
  bytes[position] = entry === mark.loop ? 0x03 : 0x04;
  bytes[position + 1] = 0x40;
  return position + 2;
};

/** A function's body in bytes, and the types of its locals behind the parameters. */
export interface AllocatedBody {
  readonly bytes: Uint8Array;
  readonly locals: readonly ValueType[];
}

/**
 * Instructions as bytes. Locals below `parameters` are parameters, of which those are kept that are listed; the others
 * have the `types` that they were asked for with.
 */
export const withLocals = (
  instructions: Instructions,
  parameters: number,
  kept: readonly number[],
  types: readonly ValueType[],
): AllocatedBody => {
  const wanted = [...new Array<ValueType>(parameters).fill("i32"), ...types];
  const intervals = intervalsOf(instructions, wanted.length);
  for (const list of [intervals.from, intervals.to]) list.fill(-1, 0, parameters);
  const { types: locals, numberOf } = assign(wanted, intervals);
  const keptAs = new Map(kept.map((parameter, number) => [parameter, number]));
  const allocatedTo = (local: number): number => {
    if (local >= parameters) return kept.length + numberOf(local);
    const parameter = keptAs.get(local);
    if (parameter === undefined) throw new Error(`locals: parameter ${local} is used, but not kept`);
    return parameter;
  };
  const entries = instructions.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(entries * mostBytes);
  let end = 0;
  for (const piece of instructions)
    for (const entry of piece) {
      if (entry >= 0) bytes[end++] = entry;
      else if (entry > firstAccess) end = putMark(bytes, end, entry);
      else {
        bytes[end++] = accessCodes[kindIn(entry)] ?? 0;
        end = putUnsigned(bytes, end, allocatedTo(localIn(entry)));
      }
    }
  return { bytes: bytes.slice(0, end), locals };
};
