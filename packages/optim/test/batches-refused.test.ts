import { arange, array, random } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { batches } from "../src/index.ts";

const key = random.key(5);

describe("batches", () => {
  const five = arange(5);
  const ones = (...numbers: number[]) => array(numbers);
  test.each<readonly [string, () => unknown]>([
    [
      "batches: rows are shuffled by a key, as random.key(seed) makes it, not by null. Only rows in their own order, by { shuffle: false }, need none.",
      () => batches(null, five, { size: 1 }),
    ],
    ["batches: a key is needed, as random.key(seed) makes it, not 3.", () => batches(3 as never, five, { size: 1 })],
    [
      "batches: the size must be a whole number from 1 to the number of rows, 5, not NaN.",
      () => batches(key, five, { size: NaN }),
    ],
    [
      "batches: the number of epochs must be a whole number from 0 on, not 0.5.",
      () => batches(key, five, { size: 1, epochs: 0.5 }),
    ],
    [
      "batches: the number of steps must be a whole number from 0 on, not -1.",
      () => batches(key, five, { size: 1, steps: -1 }),
    ],
    [
      "batches: the number of steps must be a whole number from 0 on, not 2.5.",
      () => batches(key, five, { size: 1, steps: 2.5 }),
    ],
    [
      "batches: steps and epochs both say how many batches there are. Leave one of them out.",
      () => batches(key, five, { size: 1, steps: 2, epochs: 1 }),
    ],
    [
      "batches: with steps there are no epochs, and so no dropLast: true. Leave one of them out.",
      () => batches(key, five, { size: 1, steps: 2, dropLast: true }),
    ],
    [
      "batches: with steps there are no epochs, and so no shuffle: false. Leave one of them out.",
      () => batches(key, five, { size: 1, steps: 2, shuffle: false }),
    ],
    [
      "batches: weights and balance both say how often rows come. Leave one of them out.",
      () => batches(key, five, { size: 1, weights: five, balance: five }),
    ],
    [
      "batches: with shuffle: false rows come in their own order, which weights would change. Leave one of them out.",
      () => batches(key, five, { size: 1, weights: five, shuffle: false }),
    ],
    [
      "batches: with shuffle: false rows come in their own order, which balance would change. Leave one of them out.",
      () => batches(null, five, { size: 1, balance: five, shuffle: false }),
    ],
    [
      "batches: there is no option shufle. Did you mean shuffle?",
      () => batches(key, five, { size: 1, shufle: true } as never),
    ],
    ["batches: shuffle is true or false, not 1.", () => batches(key, five, { size: 1, shuffle: 1 as never })],
    ["batches: 5 rows need as many weights, not [2].", () => batches(key, five, { size: 1, weights: ones(1, 2) })],
    [
      "batches: weights must be finite and not negative, but that of row 2 is -1.",
      () => batches(key, five, { size: 1, weights: ones(1, 2, -1, 0, 0) }),
    ],
    [
      "batches: weights must be finite and not negative, but that of row 1 is NaN.",
      () => batches(key, five, { size: 1, weights: ones(1, NaN, -1, 0, 0) }),
    ],
    [
      "batches: the sum of the weights must be finite and above 0, not 0.",
      () => batches(key, five, { size: 1, weights: ones(0, 0, 0, 0, 0) }),
    ],
    [
      "batches: the sum of the weights must be finite and above 0, not Infinity.",
      () => batches(key, five, { size: 1, weights: ones(1e308, 1e308, 0, 0, 0) }),
    ],
    [
      "batches: 5 rows need as many labels to balance by, not [4].",
      () => batches(key, five, { size: 1, balance: ones(1, 2, 1, 2) }),
    ],
    [
      "batches: labels to balance by must be whole numbers, but that of row 1 is NaN.",
      () => batches(key, five, { size: 1, balance: ones(1, NaN, 1, 2, 1) }),
    ],
    [
      "batches: labels to balance by must be whole numbers, but that of row 4 is 0.5.",
      () => batches(key, five, { size: 1, balance: ones(1, 0, 1, 2, 0.5) }),
    ],
    [
      "batches: 22517998136852480 batches, 5 in an epoch, are too many: 2^53 batches and 2^32 epochs have numbers.",
      () => batches(key, five, { size: 1, epochs: 2 ** 52 }),
    ],
    [
      "batches: 5000000000 batches, 1 in an epoch, are too many: 2^53 batches and 2^32 epochs have numbers.",
      () => batches(key, five, { size: 5, epochs: 5e9 }),
    ],
  ])("%s", (message, act) => {
    expect(act).toThrow(message);
  });
});
