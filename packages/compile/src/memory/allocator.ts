/* An allocator of spans: segregated fit in two levels (Masmano, Ripoll, Crespo and Real, 2004). */

/** A contiguous range of memory. */
export interface Span {
  readonly address: number;
  readonly bytes: number;
}

/** Allocates memory by best fit; released spans are used again. */
export interface Allocator {
  readonly allocate: (bytes: number) => Span;
  readonly release: (span: Span) => void;
  /** The address behind all spans that were ever allocated. */
  readonly end: () => number;
  /** How many free spans and classes of them have been looked at so far. */
  readonly steps: () => number;
}

/** Spans start at multiples of this. Vectors may be written beyond the end of a buffer, by less than this. */
const padding = 32;

/** The size classes of a group, which holds the sizes from one power of two to the next. */
const classesInGroup = 16;

/** The most spans of the class of a wanted size that are looked at: they may be a little too small. */
const mostTried = 8;

/** Sizes of one class differ by less than a part in 16; small ones have a class each. */
const classOf = (bytes: number): number => {
  const units = bytes / padding;
  const power = Math.max(0, Math.floor(Math.log2(units / classesInGroup)));
  return power * classesInGroup + Math.floor(units / 2 ** power);
};

const groupOf = (sizeClass: number): number => Math.floor(sizeClass / classesInGroup);

/** The free spans, by size. */
interface FreeList {
  readonly add: (span: Span) => void;
  readonly remove: (span: Span) => void;
  /** A span of at least this many bytes, and hardly more than the smallest such. */
  readonly find: (bytes: number) => Span | undefined;
  readonly steps: () => number;
}

interface FreeState {
  readonly classes: (Set<Span> | undefined)[];
  /** The number of spans of each group. */
  readonly groups: number[];
  /** The spans and classes that have been looked at. */
  steps: number;
}

const membersOf = ({ classes }: FreeState, sizeClass: number): Set<Span> => {
  const members = classes[sizeClass] ?? new Set();
  classes[sizeClass] = members;
  return members;
};

const count = ({ groups }: FreeState, sizeClass: number, more: number): void => {
  const group = groupOf(sizeClass);
  groups[group] = (groups[group] ?? 0) + more;
};

/** The smallest span that is large enough, among the first ones of a class. */
const tried = (state: FreeState, sizeClass: number, bytes: number): Span | undefined => {
  let best: Span | undefined;
  let left = mostTried;
  for (const span of state.classes[sizeClass] ?? []) {
    state.steps += 1;
    if (left-- === 0) return best;
    if (span.bytes === bytes) return span;
    if (span.bytes > bytes && span.bytes < (best?.bytes ?? Infinity)) best = span;
  }
  return best;
};

/** Any span of the first class that has one, from a class on; all spans of these classes are large enough. */
const firstFrom = (state: FreeState, sizeClass: number): Span | undefined => {
  for (let at = sizeClass; at < state.classes.length; at++) {
    state.steps += 1;
    if ((state.groups[groupOf(at)] ?? 0) === 0) at = (groupOf(at) + 1) * classesInGroup - 1;
    else for (const span of state.classes[at] ?? []) return span;
  }
  return undefined;
};

const openFreeList = (): FreeList => {
  const state: FreeState = { classes: [], groups: [], steps: 0 };
  return {
    add: (span) => {
      const sizeClass = classOf(span.bytes);
      membersOf(state, sizeClass).add(span);
      count(state, sizeClass, 1);
    },
    remove: (span) => {
      const sizeClass = classOf(span.bytes);
      membersOf(state, sizeClass).delete(span);
      count(state, sizeClass, -1);
    },
    find: (bytes) => tried(state, classOf(bytes), bytes) ?? firstFrom(state, classOf(bytes) + 1),
    steps: () => state.steps,
  };
};

export const openAllocator = (): Allocator => {
  const free = openFreeList();
  const starts = new Map<number, Span>();
  const ends = new Map<number, Span>();
  let end = 0;
  const add = (span: Span): void => {
    free.add(span);
    starts.set(span.address, span);
    ends.set(span.address + span.bytes, span);
  };
  const remove = (span: Span): void => {
    free.remove(span);
    starts.delete(span.address);
    ends.delete(span.address + span.bytes);
  };
  return {
    allocate: (wanted) => {
      const bytes = Math.ceil(wanted / padding) * padding + padding;
      const found = free.find(bytes);
      if (found === undefined) {
        end += bytes;
        return { address: end - bytes, bytes };
      }
      remove(found);
      if (found.bytes > bytes) add({ address: found.address + bytes, bytes: found.bytes - bytes });
      return { address: found.address, bytes };
    },
    release: ({ address, bytes }) => {
      const before = ends.get(address);
      const behind = starts.get(address + bytes);
      if (before !== undefined) remove(before);
      if (behind !== undefined) remove(behind);
      const start = before?.address ?? address;
      add({ address: start, bytes: (behind === undefined ? address + bytes : behind.address + behind.bytes) - start });
    },
    end: () => end,
    steps: free.steps,
  };
};

/** Vectors may be read beyond the end of all buffers, by less than this. */
export const paddingAtEnd = 1024;
