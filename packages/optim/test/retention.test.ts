import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { steps, trajectory } from "../src/index.ts";

type Run = ReturnType<typeof begun>;

const begun = () => trajectory.fold((n: number) => [n * 0.9, { loss: n }], 3, steps(3));

test("a run that grew keeps no older one alive", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const grow = (run: Run): readonly [Run, WeakRef<Run>] => [trajectory.extend(run, steps(2)), new WeakRef(run)];
  const [run, old] = grow(begun());
  // A reference that was just made is held until the next turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(old.deref()).toBeUndefined();
  expect(run.length).toBe(6);
});
