import { arange, random } from "@gradfold/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keeping } from "../src/batches/order.ts";
import { gatheringOf, sliceInputs } from "../src/gathering.ts";
import { batches, type Inputs } from "../src/index.ts";

const key = random.key(5);

describe("orders", () => {
  test("are made again only where that of longest ago was forgotten", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(8), { maxLength: 60 }), (most, asked) => {
        const made: number[] = [];
        const orderOf = keeping(most, (epoch) => {
          made.push(epoch);
          return { epoch };
        });
        let recent: readonly number[] = [];
        let wanted = 0;
        for (const epoch of asked) {
          if (!recent.includes(epoch)) wanted++;
          recent = [epoch, ...recent.filter((other) => other !== epoch)].slice(0, most);
          expect(orderOf(epoch).epoch).toBe(epoch);
        }
        expect(made).toHaveLength(wanted);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("are made once for all runs over the same inputs, in whatever order epochs come", () => {
    const inputs: Inputs<unknown> = batches(key, arange(50), { size: 8, epochs: 100 });
    const part: Inputs<unknown> = sliceInputs(inputs, 20, 700);
    const orders = new Map<number, unknown>();
    fc.assert(
      fc.property(fc.nat(99), fc.boolean(), (epoch, ofPart) => {
        const order = gatheringOf(ofPart ? part : inputs)?.orderOf(epoch);
        expect(orders.get(epoch) ?? order).toBe(order);
        orders.set(epoch, order);
      }),
      { seed: 8, numRuns: 400 },
    );
  });

  test("of long epochs are forgotten, but for two", () => {
    const size = 2 ** 22;
    const orderOf = gatheringOf(batches(key, arange(size), { size, steps: 9 }))?.orderOf;
    const [first, second, again, third, last] = [0, 1, 0, 2, 1].map((epoch) => orderOf?.(epoch));
    expect(first).toBeDefined();
    expect([again === first, third === first, last === second]).toEqual([true, false, false]);
  });
});
