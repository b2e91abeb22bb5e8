import { type Packet, packetPoints } from "./access.ts";

/* The columns of a column reduction in chunks: the accumulators of one chunk stay in registers. */

/** Chunks of equally many columns, side by side. */
export interface Chunks {
  /** The first column. */
  readonly first: number;
  readonly count: number;
  /** Columns of each chunk. */
  readonly columns: number;
}

/** The fewest chunks of at most `most` packets, of about equal width; only the last may end within a packet. */
export const chunksFor = (columns: number, most: number): readonly Chunks[] => {
  const packets = Math.ceil(columns / packetPoints);
  const count = Math.ceil(packets / most);
  const narrow = Math.floor(packets / count);
  const wide = packets - narrow * count;
  const [start, side] = [wide * (narrow + 1) * packetPoints, narrow * packetPoints];
  const partial = columns % packetPoints;
  const rest = partial === 0 ? 0 : 1;
  const last = columns - partial - side + packetPoints;
  return [
    { first: 0, count: wide, columns: side + packetPoints },
    { first: start, count: count - wide - rest, columns: side },
    { first: last, count: rest, columns: columns - last },
  ].filter((chunks) => chunks.count > 0);
};

/** The packets of neighbouring columns. */
export const packetsFor = (columns: number): readonly Packet[] =>
  Array.from({ length: Math.ceil(columns / packetPoints) }, (_, u) => ({
    at: u * packetPoints,
    count: Math.min(packetPoints, columns - u * packetPoints),
  }));
