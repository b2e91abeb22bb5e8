import { scan } from "@gradfold/compile";
import { array, mul, type NDArray } from "@gradfold/core";
import { recording, steps, trajectory } from "@gradfold/optim";
import fc from "fast-check";
import { expect, test } from "vitest";

const told = ["__proto__", "constructor", "toString", "hasOwnProperty", "then", "length", ""];

const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...told), fc.string({ maxLength: 6 })), {
  minLength: 1,
  maxLength: 4,
});

type Named = Readonly<Record<string, NDArray<[]>>>;

const named = (keys: readonly string[], value: (i: number) => NDArray<[]>): Named =>
  Object.fromEntries(keys.map((key, i) => [key, value(i)]));

test("Metrics and states may have any names in a compiled loop", () => {
  fc.assert(
    fc.property(names, names, (metrics, keys) => {
      const step = (s: Named): [Named, Named] => {
        const [first = array(0)] = keys.flatMap((key) => (Object.hasOwn(s, key) ? [s[key] ?? array(0)] : []));
        return [s, named(metrics, (i) => mul(first, i + 1))];
      };
      const start = named(keys, (i) => array(i + 5));
      const one = trajectory.fold(step, start, steps(3));
      const looped = trajectory.fold(step, start, steps(3), { scan });
      expect(Object.keys(looped.metrics).toSorted()).toEqual([...metrics].toSorted());
      expect(looped.metrics).toEqual(one.metrics);
      expect(Object.keys(looped.final).toSorted()).toEqual([...keys].toSorted());
      expect(trajectory.verify(looped, step, steps(3))).toEqual({ kind: "verified" });
      expect(Object.keys(recording.of(looped).metrics).toSorted()).toEqual([...metrics].toSorted());
    }),
    { seed: 2, numRuns: 15 },
  );
});
