import { scan, valueAndGrad } from "@gradfold/autodiff";
import { array, item, mul, type NDArray, ones, option, pipe, random, square, sum, zeros } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { adam, batches, recording, steps, trainState, trainStep, trajectory } from "../src/index.ts";
import { inner } from "../src/trajectory/trajectory.ts";

interface State {
  readonly w: { readonly a: NDArray<[]>; readonly list: readonly NDArray<[]>[] };
  readonly n: NDArray<[]>;
}

const start = (): State => ({ w: { a: array(1), list: [array(2), array(3)] }, n: array(0) });

type Metrics = Readonly<Record<"loss" | "twice", NDArray<[]>>>;

const step = ({ w: { a, list }, n }: State): [State, Metrics] => [
  { w: { a: mul(a, 0.5), list: list.map((x) => mul(x, 0.5)) }, n },
  { loss: a, twice: mul(a, 2) },
];

const ways = { "step by step": {}, "in loops": { scan }, "with few states": { budget: 3000 } };

const folded = (options: trajectory.FoldOptions) => trajectory.fold(step, start(), steps(9), options);

/** The objects that can be reached by names and indices, arrays aside; what a run makes when it is asked is inherited. */
const reached = (root: unknown, found = new Set<object>()): ReadonlySet<object> => {
  if (typeof root !== "object" || root === null || found.has(root) || "dtype" in root) return found;
  found.add(root);
  for (const key of [...Object.keys(root), "metrics", "keyframes", "outcome", "final", "state"])
    if (key in root) reached(Reflect.get(root, key), found);
  return found;
};

const unfrozen = (root: unknown): readonly object[] => [...reached(root)].filter((node) => !Object.isFrozen(node));

describe.each(Object.entries(ways))("a run %s", (_, options) => {
  const run = folded(options);
  const made: Readonly<Record<string, trajectory.Trajectory<unknown, Metrics>>> = {
    "a run": run,
    "a run that went on": trajectory.extend(run, steps(5)),
    "a fork": trajectory.fork(run, 3, step, steps(4)),
    "a slice": trajectory.slice(run, 2, 6),
    "a map": trajectory.map(run, ({ w }) => ({ ...w, list: [...w.list] })),
    "a run without steps": trajectory.fold(step, start(), steps(0), options),
    "a run that stopped early": trajectory.fold(step, start(), steps(9), {
      ...options,
      until: trajectory.earlyStopping({ patience: 2, minDelta: 0.3 }),
    }),
  };

  test.each(Object.entries(made))("is frozen through and through: %s", (_, one) => {
    expect(reached(one).size).toBeGreaterThan(4);
    expect(unfrozen(one)).toEqual([]);
    for (const state of one.states(0)) expect(unfrozen(state)).toEqual([]);
    for (const [state] of one[inner].recomputed(0)) expect(unfrozen(state)).toEqual([]);
    expect(pipe(trajectory.replayFrom(one, 0), option.map(Object.isFrozen))).toEqual(option.some(true));
    expect(Object.isFrozen(trajectory.evaluate(one, () => 0))).toBe(true);
  });
  test.each(Object.entries(made))("makes its metrics once, as lists: %s", (_, one) => {
    expect(one.metrics).toBe(one.metrics);
    expect(Object.keys(one.metrics)).not.toEqual([]);
    for (const column of Object.values<readonly number[]>(one.metrics)) {
      expect(Array.isArray(column)).toBe(true);
      expect(Object.isFrozen(column)).toBe(true);
    }
  });
  test("keeps its numbers, whoever writes to what it shows", () => {
    const before = JSON.stringify(run.metrics);
    expect(() => Object.assign(run.metrics.loss, { 0: 77 })).toThrow(TypeError);
    for (const writes of ["sort", "reverse", "pop", "fill"])
      expect(() => Reflect.apply(Reflect.get(run.metrics.loss, writes) as () => void, run.metrics.loss, [])).toThrow(
        TypeError,
      );
    expect(() => Object.assign(run.metrics, { loss: [] })).toThrow(TypeError);
    for (const { columns } of [run[inner].rows(0, 9), run[inner].rows(2, 3)])
      for (const c of Object.values(columns)) c.fill(77);
    recording.of(run).metrics["loss"]?.fill(77);
    expect(JSON.stringify(run.metrics)).toBe(before);
    expect(run[inner].rows(0, 1).columns["loss"]).toEqual(Float64Array.of(1));
    expect(trajectory.verify(run)).toEqual({ kind: "verified" });
  });
  test("has metrics that JSON keeps", () => {
    expect(JSON.parse(JSON.stringify(run.metrics))).toEqual({ ...run.metrics });
  });
});

describe("a run's columns", () => {
  test("are made of each row once, however often they are read", () => {
    const run = trajectory.fold((n: number) => [n + 1, { loss: n, other: -n }], 0, steps(100));
    let rows = 0;
    const rowsOf = (a: number, b: number) => ((rows += b - a), run[inner].rows(a, b));
    const counted = Object.create(run, { [inner]: { value: { ...run[inner], rows: rowsOf } } }) as typeof run;
    const slice = trajectory.slice(counted, 0, 61);
    let total = 0;
    for (let k = 0; k < 60; k++) total += (slice.metrics.loss[k] ?? NaN) + (slice.metrics.other[k] ?? NaN);
    expect([total, rows]).toEqual([0, 60]);
    expect(trajectory.map(run, String).metrics).toBe(run.metrics);
  });
  test("lose in JSON only what JSON has no number for", () => {
    const run = trajectory.fold((n: number) => [n + 1, { loss: [0.1, NaN, Infinity][n] ?? 0 }], 0, steps(3));
    expect(JSON.parse(JSON.stringify(run.metrics))).toEqual({ loss: [0.1, null, null] });
    expect(run.metrics.loss).toEqual([0.1, NaN, Infinity]);
  });
});

describe("what users hand over", () => {
  test("stays theirs: the first state is copied, its arrays are not", () => {
    const mine = { w: [array(1)], deep: { list: [1, 2] } };
    const run = trajectory.fold((s: typeof mine) => [s, {}], mine, steps(2));
    mine.w.push(array(2));
    mine.deep.list[0] = 77;
    expect(option.map(({ w, deep }: typeof mine) => [w.length, deep.list])(trajectory.at(run, 0))).toEqual(
      option.some([1, [1, 2]]),
    );
    expect(trajectory.at(run, 2)).toEqual(trajectory.at(run, 0));
    expect(run.final.w[0]).toBe(mine.w[0]);
  });
  test("is shared where it is frozen throughout, and copied where only its outside is", () => {
    const [inner, outer] = [Object.freeze([1, NaN]), Object.freeze({ list: [1] })];
    const run = trajectory.fold(
      (s: { a: readonly number[]; b: { list: readonly number[] } }) => [s, {}],
      { a: inner, b: outer },
      steps(1),
    );
    expect(run.final.a).toBe(inner);
    expect(run.final.b).not.toBe(outer);
    expect(Object.isFrozen(outer.list)).toBe(false);
  });
  test("does not reach a run through its inputs", () => {
    const data = { x: ones([4, 1]), tags: [1] };
    const inputs = steps(2, { ...data, tags: data.tags });
    const rows = batches(random.key(1), { x: data.x, more: { y: ones([4]) } }, { size: 2 });
    data.tags.push(2);
    expect(inputs.at(1).tags).toEqual([1]);
    expect(inputs.at(0)).toBe(inputs.at(1));
    expect([unfrozen(inputs), unfrozen(inputs.at(0)), unfrozen(rows), unfrozen(rows.at(1))]).toEqual([[], [], [], []]);
  });
  test("is not frozen by what a function of a state finds among it, nor by a recording of their own", () => {
    const table = [{ name: ["a"] }, { name: ["b"] }];
    const run = trajectory.fold((n: number) => [n, { loss: n }], 1, steps(2));
    const mapped = trajectory.map(run, (n) => table[n] ?? { name: [] });
    expect(unfrozen(mapped)).toEqual([]);
    expect(mapped.final).toEqual({ name: ["b"] });
    const state = { n: 1 };
    const made = { ...recording.of(run), final: state, keyframes: [{ step: 0, state }] };
    const back = trajectory.reopen(made, (s: { n: number }) => [s, { loss: 1 }], steps(2));
    expect(back).toMatchObject({ _tag: "Right", right: { final: { n: 1 } } });
    expect([Object.isFrozen(table[1]), Object.isFrozen(table[1]?.name), Object.isFrozen(state)]).toEqual([
      false,
      false,
      false,
    ]);
  });
  test("is refused when it contains itself", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => steps(1, cycle)).toThrow("steps: the tree has more than 1000 levels. Break its cycle.");
    expect(() => trajectory.fold((s: unknown) => [s, {}], cycle, steps(1))).toThrow(/^trajectory\.fold: the state/);
    const run = trajectory.fold((n: number) => [n, {}], 1, steps(1));
    expect(() => trajectory.map(run, () => cycle).final).toThrow(
      /^trajectory\.map: the tree has more than 1000 levels/,
    );
  });
  test("a step that writes to its state is refused by the language", () => {
    const run = () =>
      trajectory.fold(
        (s: { n: number }) => {
          s.n += 1;
          return [s, {}];
        },
        { n: 0 },
        steps(3),
      );
    expect(run).toThrow(TypeError);
  });
  test("a recording that was reopened may be written to", () => {
    const rule = (n: number): [number, { loss: number }] => [n * 2, { loss: n }];
    const made = recording.of(trajectory.fold(rule, 1, steps(3)));
    const back = trajectory.reopen(made, rule, steps(3));
    made.metrics["loss"]?.fill(77);
    expect(back).toMatchObject({ _tag: "Right", right: { metrics: { loss: [1, 2, 4] } } });
  });
});

describe("dtypes of a training run", () => {
  const f32 = { dtype: "float32" } as const;
  const params = { w: ones([2], f32), b: zeros([], f32) };
  const loss = (p: typeof params) => sum(square(mul(p.w, p.b)));
  const wide = (p: typeof params) =>
    [array(1), { w: array([1, 2]), b: array(3) }] as unknown as [NDArray<[]>, typeof p];

  test.each(Object.entries(ways))("stay those of the parameters, %s", (_, options) => {
    const optimizer = adam(array(0.1));
    for (const lossAndGrad of [valueAndGrad(loss), wide]) {
      const run = trajectory.fold(trainStep(lossAndGrad, optimizer), trainState(params, optimizer), steps(3), options);
      for (const { params: p, optimizer: state } of run.states(0)) {
        expect([p.w.dtype, p.b.dtype]).toEqual(["float32", "float32"]);
        expect([state[0].mu.w.dtype, state[0].nu.b.dtype]).toEqual(["float32", "float32"]);
      }
    }
  });
  test("a gradient is taken in the parameters' dtype, to the bit", () => {
    const optimizer = adam(0.1);
    const [next] = trainStep(wide, optimizer)(trainState(params, optimizer));
    const narrow = trainStep(
      () => [array(1), { w: array([1, 2], f32), b: array(3, f32) }] as unknown as [NDArray<[]>, typeof params],
      optimizer,
    );
    const [same] = narrow(trainState(params, optimizer));
    expect(item(next.params.b)).toBe(item(same.params.b));
  });
});
