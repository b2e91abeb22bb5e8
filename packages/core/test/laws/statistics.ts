/** How far the share of numbers up to x is from their probability, at most, times the root of their number. */
export const kolmogorovSmirnov = (numbers: readonly number[], below: (x: number) => number): number => {
  const n = numbers.length;
  const distances = numbers.toSorted((a, b) => a - b).map((x, i) => Math.max((i + 1) / n - below(x), below(x) - i / n));
  return Math.max(...distances) * Math.sqrt(n);
};

/** The sum of squares by which counts differ from what is expected of them. */
export const chiSquare = (values: readonly number[], probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p, i) => {
    const expected = p * values.length;
    return sum + (values.filter((value) => value === i).length - expected) ** 2 / expected;
  }, 0);
