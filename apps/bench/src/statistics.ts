export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? NaN) + high) / 2;
};

/** How far values lie from their median at most, relative to it. */
export const spread = (values: readonly number[]): number => {
  const middle = median(values);
  return Math.max(...values.map((value) => Math.abs(value - middle))) / middle;
};

/** The largest |a - b| / (1 + |b|); infinite where lengths differ or something is not a number. */
export const distance = (a: readonly number[], b: readonly number[]): number => {
  if (a.length !== b.length) return Infinity;
  const distances = b.map((value, i) => Math.abs((a[i] ?? NaN) - value) / (1 + Math.abs(value)));
  return distances.some(Number.isNaN) ? Infinity : Math.max(0, ...distances);
};

const units = [
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"],
] as const;

/** Three digits of a number, without an exponent. */
const three = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3));

/** Seconds in words: `1.23 ms`. */
export const timeText = (seconds: number): string => {
  const [unit, name] = units.find(([unit]) => seconds >= unit * 0.9995) ?? ([1e-9, "ns"] as const);
  return `${three(seconds / unit)} ${name}`;
};

/** A ratio in words: `0.42×`. */
export const ratioText = (ratio: number): string => `${ratio < 10 ? ratio.toFixed(2) : three(ratio)}×`;

/** Bytes in words: `12.3 MiB`. */
export const bytesText = (bytes: number): string => `${three(bytes / 2 ** 20)} MiB`;
