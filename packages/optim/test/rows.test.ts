import { describe, expect, test } from "vitest";
import { steps, trajectory } from "../src/index.ts";
import { load, record, resume } from "../src/node/index.ts";
import { memoryDisk } from "./memory.ts";
import { right } from "./recorded.ts";

/** Three metrics of ten steps, all different. */
const run = trajectory.fold((n: number) => [n + 1, { loss: 1 / (n + 1), rate: -n, k: 100 + n }], 0, steps(10));

/** Metrics as lists, however they are kept. */
const plain = (metrics: Readonly<Record<string, Iterable<number>>>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, values]) => [name, Array.from(values)]));

describe.each([1, 3, 4, 100])("with %i steps to a record", (every) => {
  test.each([1, 2, 5, 9])("every metric of every step is there, appended in chunks of %i", (size) => {
    const { fs } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(run, 0, 2), { every, fs }));
    for (let k = 1; k < 10; k += size) {
      right(recorder.append(trajectory.slice(run, k, Math.min(k + size, 10) + 1)));
      const { metrics } = right(load("/f", { fs }));
      expect(plain(metrics)).toEqual(plain(trajectory.slice(run, 0, Math.min(k + size, 10) + 1).metrics));
    }
    right(recorder.close());
    const resumed = right(resume("/f", 0, { fs })).recorder;
    expect(plain(right(resumed.finish()).metrics)).toEqual(plain(run.metrics));
    expect(plain(right(load("/f", { fs })).metrics)).toEqual(plain(run.metrics));
  });

  test("a metric that a run lacks is NaN, and one that the file lacks is refused", () => {
    const { fs } = memoryDisk();
    const recorder = right(record("/f", trajectory.slice(run, 0, 2), { every, fs }));
    right(recorder.append(trajectory.fold((n: number) => [n + 1, { rate: 5, loss: 6 }], 1, steps(2))));
    const other = trajectory.fold((n: number) => [n + 1, { rate: 5, toString: 6, other: 7 }], 3, steps(1));
    expect(() => recorder.append(other)).toThrow("the metric toString is none of those that the file has");
    right(recorder.append(trajectory.slice(other, 0, 1)));
    expect(plain(right(recorder.finish()).metrics)).toEqual({ loss: [1, 6, 6], rate: [-0, 5, 5], k: [100, NaN, NaN] });
  });
});
