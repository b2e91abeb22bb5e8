/* Memory handed out in stretches: segregated fit in two levels (Masmano, Ripoll, Crespo and Real, 2004). */

/** A stretch of memory. */
export interface Stretch {
  readonly address: number;
  readonly bytes: number;
}

/** Hands out memory; what is given back is used again. */
export interface Allocator {
  readonly take: (bytes: number) => Stretch;
  readonly giveBack: (stretch: Stretch) => void;
  /** The address behind all that was ever taken. */
  readonly end: () => number;
  /** How many free stretches and classes of them have been looked at so far. */
  readonly steps: () => number;
}

/** Stretches start at multiples of this. Vectors may be written beyond the end of a buffer, by less than this. */
const room = 32;

/** As many size classes are a group, which holds the sizes from one power of two to the next. */
const classesInGroup = 16;

/** So many stretches of the class of a wanted size are looked at: they may be a little too small. */
const mostTried = 8;

/** Sizes of one class differ by less than a part in 16; small ones have a class each. */
const classOf = (bytes: number): number => {
  const units = bytes / room;
  const power = Math.max(0, Math.floor(Math.log2(units / classesInGroup)));
  return power * classesInGroup + Math.floor(units / 2 ** power);
};

const groupOf = (sizeClass: number): number => Math.floor(sizeClass / classesInGroup);

/** The free stretches, by size. */
interface FreeList {
  readonly add: (stretch: Stretch) => void;
  readonly remove: (stretch: Stretch) => void;
  /** A stretch of at least so many bytes, and hardly more than the smallest such. */
  readonly find: (bytes: number) => Stretch | undefined;
  readonly steps: () => number;
}

const openFreeList = (): FreeList => {
  const classes: (Set<Stretch> | undefined)[] = [];
  /** How many stretches each group has. */
  const groups: number[] = [];
  let steps = 0;
  const membersOf = (sizeClass: number): Set<Stretch> => {
    const members = classes[sizeClass] ?? new Set();
    classes[sizeClass] = members;
    return members;
  };
  const count = (sizeClass: number, more: number): void => {
    const group = groupOf(sizeClass);
    groups[group] = (groups[group] ?? 0) + more;
  };
  const tried = (sizeClass: number, bytes: number): Stretch | undefined => {
    let best: Stretch | undefined;
    let left = mostTried;
    for (const stretch of classes[sizeClass] ?? []) {
      steps += 1;
      if (left-- === 0) return best;
      if (stretch.bytes === bytes) return stretch;
      if (stretch.bytes > bytes && stretch.bytes < (best?.bytes ?? Infinity)) best = stretch;
    }
    return best;
  };
  /** Any stretch of the first class that has one; all of them are large enough. */
  const firstFrom = (sizeClass: number): Stretch | undefined => {
    for (let at = sizeClass; at < classes.length; at++) {
      steps += 1;
      if ((groups[groupOf(at)] ?? 0) === 0) at = (groupOf(at) + 1) * classesInGroup - 1;
      else for (const stretch of classes[at] ?? []) return stretch;
    }
    return undefined;
  };
  return {
    add: (stretch) => {
      const sizeClass = classOf(stretch.bytes);
      membersOf(sizeClass).add(stretch);
      count(sizeClass, 1);
    },
    remove: (stretch) => {
      const sizeClass = classOf(stretch.bytes);
      membersOf(sizeClass).delete(stretch);
      count(sizeClass, -1);
    },
    find: (bytes) => tried(classOf(bytes), bytes) ?? firstFrom(classOf(bytes) + 1),
    steps: () => steps,
  };
};

export const openAllocator = (): Allocator => {
  const free = openFreeList();
  const starts = new Map<number, Stretch>();
  const ends = new Map<number, Stretch>();
  let end = 0;
  const add = (stretch: Stretch): void => {
    free.add(stretch);
    starts.set(stretch.address, stretch);
    ends.set(stretch.address + stretch.bytes, stretch);
  };
  const remove = (stretch: Stretch): void => {
    free.remove(stretch);
    starts.delete(stretch.address);
    ends.delete(stretch.address + stretch.bytes);
  };
  return {
    take: (wanted) => {
      const bytes = Math.ceil(wanted / room) * room + room;
      const found = free.find(bytes);
      if (found === undefined) {
        end += bytes;
        return { address: end - bytes, bytes };
      }
      remove(found);
      if (found.bytes > bytes) add({ address: found.address + bytes, bytes: found.bytes - bytes });
      return { address: found.address, bytes };
    },
    giveBack: ({ address, bytes }) => {
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
export const roomAtEnd = 1024;
