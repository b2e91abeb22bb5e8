import fc from "fast-check";
import { expect, test } from "vitest";
import { openSequence } from "../src/schedule/sequence.ts";

test("A sequence keeps the order of a list into which the same is put, and its labels grow", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => {
      const sequence = openSequence<string>();
      const list: string[] = [];
      places.forEach((place, i) => {
        const at = place % (list.length + 2);
        const element = `element ${i}`;
        const before = list[at];
        if (before === undefined) {
          sequence.insert(element, at === list.length ? "last" : "first");
          list.splice(at === list.length ? list.length : 0, 0, element);
          return;
        }
        sequence.insert(element, before);
        list.splice(at, 0, element);
      });
      expect(sequence.all()).toEqual(list);
      const labels = list.map(sequence.label);
      expect(labels).toEqual(labels.toSorted((a, b) => a - b));
      expect(new Set(labels).size).toBe(list.length);
    }),
  );
});

test("A sequence moves an element to right behind another one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 200 }),
      (n, moves) => {
        const sequence = openSequence<number>();
        const list = Array.from({ length: n }, (_, i) => i);
        for (const i of list) sequence.insert(i, "last");
        for (const [a, b] of moves) {
          const [element, other] = [a % n, b % n];
          if (element === other) continue;
          sequence.moveBehind(element, other);
          list.splice(list.indexOf(element), 1);
          list.splice(list.indexOf(other) + 1, 0, element);
        }
        expect(sequence.all()).toEqual(list);
        const labels = list.map(sequence.label);
        expect(labels).toEqual([...new Set(labels)].toSorted((x, y) => x - y));
      },
    ),
  );
});

test("A sequence takes as many elements as one likes at one place", () => {
  const sequence = openSequence<number>();
  sequence.insert(0, "last");
  for (let i = 1; i <= 200; i++) sequence.insert(i, 0);
  expect(sequence.all()).toEqual([...Array.from({ length: 200 }, (_, i) => i + 1), 0]);
});

test("A sequence refuses an element that is not in it", () => {
  const sequence = openSequence<string>();
  expect(() => sequence.insert("a", "b")).toThrow("not in it");
});
