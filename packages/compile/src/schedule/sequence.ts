/* Order maintenance: a list whose elements are compared in constant time, with insertion anywhere. */

interface Link<T> {
  readonly element: T;
  label: number;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
}

export interface Sequence<T> {
  /** Puts an element before another one, or first, or last. */
  readonly insert: (element: T, before: T | "first" | "last") => void;
  /** Moves an element to right behind another one. */
  readonly moveBehind: (element: T, other: T) => void;
  /** A number that is less than the labels of all elements behind. Insertions may change it. */
  readonly label: (element: T) => number;
  readonly all: () => readonly T[];
}

export const openSequence = <T>(): Sequence<T> => {
  const links = new Map<T, Link<T>>();
  let first: Link<T> | undefined;
  let last: Link<T> | undefined;

  const linkOf = (element: T): Link<T> => {
    const link = links.get(element);
    if (link === undefined) throw new Error("sequence: an element is not in it");
    return link;
  };
  const relabel = (): void => {
    let label = 0;
    for (let link = first; link !== undefined; link = link.next) link.label = label++;
  };
  const put = (link: Link<T>, previous: Link<T> | undefined, next: Link<T> | undefined): void => {
    const low = previous?.label ?? (next?.label ?? 0) - 2;
    const high = next?.label ?? low + 2;
    [link.previous, link.next, link.label] = [previous, next, (low + high) / 2];
    if (previous === undefined) first = link;
    else previous.next = link;
    if (next === undefined) last = link;
    else next.previous = link;
    // No number is left between the neighbours' labels.
    if (!(low < link.label && link.label < high)) relabel();
  };
  const takeOut = ({ previous, next }: Link<T>): void => {
    if (previous === undefined) first = next;
    else previous.next = next;
    if (next === undefined) last = previous;
    else next.previous = previous;
  };
  return {
    insert: (element, before) => {
      const next = before === "first" ? first : before === "last" ? undefined : linkOf(before);
      const link: Link<T> = { element, label: 0, previous: undefined, next: undefined };
      links.set(element, link);
      put(link, next === undefined ? last : next.previous, next);
    },
    moveBehind: (element, other) => {
      const [link, previous] = [linkOf(element), linkOf(other)];
      takeOut(link);
      put(link, previous, previous.next);
    },
    label: (element) => linkOf(element).label,
    all: () => {
      const elements: T[] = [];
      for (let link = first; link !== undefined; link = link.next) elements.push(link.element);
      return elements;
    },
  };
};
