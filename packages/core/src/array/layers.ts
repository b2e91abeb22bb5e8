/* Parts of an array, and which of them meet. */

/** What a slice takes of one axis: `size` places from `start` on, `step` apart; a pick drops the axis. */
export interface Taken {
  readonly start: number;
  readonly step: number;
  readonly size: number;
  readonly dropped: boolean;
}

/** The first and the last place along an axis that a part comes to; the last is before the first where it is empty. */
export interface Reach {
  readonly low: number;
  readonly high: number;
}

/** A part of an array: how far it reaches along each axis. */
export type Box = readonly Reach[];

/** How far a slice reaches along each axis; one with steps counts as all that lies between. */
export const boxOf = (takes: readonly Taken[]): Box =>
  takes.map(({ start, step, size }) => {
    const last = start + step * (size - 1);
    return size === 0 ? { low: start, high: start - 1 } : { low: Math.min(start, last), high: Math.max(start, last) };
  });

/** The places along one axis where some box starts or has ended, each with its number in ascending order. */
const cutsAlong = (boxes: readonly Box[], axis: number): ReadonlyMap<number, number> => {
  const places = new Set(boxes.flatMap((box) => box.slice(axis, axis + 1).flatMap(({ low, high }) => [low, high + 1])));
  return new Map([...places].toSorted((a, b) => a - b).map((place, i) => [place, i]));
};

/** The cells of the grid of all cuts that a box fills, by number. */
const cellsOf = (box: Box, cuts: readonly ReadonlyMap<number, number>[]): readonly number[] =>
  cuts.reduce<readonly number[]>(
    (cells, numbers, axis) => {
      const { low, high } = box[axis] ?? { low: 0, high: -1 };
      const [from = 0, to = 0] = [numbers.get(low), numbers.get(high + 1)];
      return cells.flatMap((cell) => Array.from({ length: to - from }, (_, i) => cell * numbers.size + from + i));
    },
    [0],
  );

/**
 * Parts of an array in layers: each part is in the lowest layer above all earlier parts that meet it. So the parts of
 * one layer are apart, and those that meet lie over one another in order.
 *
 * Parts are compared by the cells of the grid that their bounds cut, so that parts which are apart take time in
 * proportion to their number, not to the number of pairs.
 */
export const inLayers = <A>(parts: readonly A[], boxOf: (part: A) => Box): readonly (readonly A[])[] => {
  if (parts.length < 2) return [parts];
  const boxes = parts.map(boxOf);
  const [first = []] = boxes;
  const cuts = first.map((_, axis) => cutsAlong(boxes, axis));
  const heights = new Map<number, number>();
  const layers: A[][] = [];
  boxes.forEach((box, i) => {
    const cells = cellsOf(box, cuts);
    const layer = cells.reduce((most, cell) => Math.max(most, heights.get(cell) ?? 0), 0);
    for (const cell of cells) heights.set(cell, layer + 1);
    (layers[layer] ??= []).push(...parts.slice(i, i + 1));
  });
  return layers;
};
