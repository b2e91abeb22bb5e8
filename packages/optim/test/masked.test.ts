import { array, item, mul, type NDArray, square, sum, toNested, tree } from "@gradfold/core";
import { describe, expect, test } from "vitest";
import { type Extra, freeze, masked, type Mask, partition, type Transform, transform } from "../src/index.ts";

const [a, b, c] = [array(1), array([2, 3]), array([[4], [5]])];

/** Parameters of many forms, with the paths of their leaves. */
const forms: readonly (readonly [name: string, params: unknown, paths: readonly string[]])[] = [
  ["one array", a, [""]],
  ["a list", [a, b, c], ["[0]", "[1]", "[2]"]],
  ["a record", { w: a, b, toString: c }, ["b", "toString", "w"]],
  ["a record of one", { w: a }, ["w"]],
  ["records in records", { layer: { w: a, b }, c }, ["c", "layer.b", "layer.w"]],
  ["lists in records", { layers: [b, { w: a }] }, ["layers[0]", "layers[1].w"]],
  ["lists in lists", [[a], [b, c]], ["[0][0]", "[1][0]", "[1][1]"]],
  ["a tree with null in it", { w: a, none: null, rest: [null, b] }, ["rest[1]", "w"]],
];

/** A tree with its elements as nested lists, to compare. */
const plain = (t: unknown): unknown => tree.mapTo((x) => toNested(x), t);

const expectSame = (found: unknown, wanted: unknown): void => expect(plain(found)).toEqual(plain(wanted));

/** Every choice among some paths. */
const choicesOf = (paths: readonly string[]): readonly ReadonlySet<string>[] =>
  Array.from({ length: 2 ** paths.length }, (_, bits) => new Set(paths.filter((_, i) => ((bits >> i) & 1) === 1)));

/** A mask as a function and as a tree. */
const masksOf = (params: unknown, chosen: ReadonlySet<string>): readonly Mask[] => [
  (path) => chosen.has(path),
  tree.mapTo((_, path) => chosen.has(path), params) as Mask,
];

/** A transform that leaves the updates alone and tells what it was given. */
const spying = (): { readonly spy: Transform<null>; readonly seen: Extra<unknown>[] } => {
  const seen: Extra<unknown>[] = [];
  return {
    seen,
    spy: {
      init: () => null,
      update: (updates, state, _, extra = {}) => {
        seen.push(extra as Extra<unknown>);
        return [updates, state];
      },
    },
  };
};

describe.each(forms)("of %s a mask", (_, params, paths) => {
  const gradient = tree.map<unknown>((x) => mul(x, 100), params);

  test("sees each leaf with its path", () => {
    const seen: [string, NDArray][] = [];
    masked(transform.scale(2), (path, leaf) => seen.push([path, leaf]) > 0).init(params);
    expect(seen.map(([path]) => path).toSorted()).toEqual(paths);
    const flat = tree.flatten(params);
    for (const [path, leaf] of seen) expect(leaf).toBe(flat.leaves[flat.paths.indexOf(path)]);
  });

  test("decides leaf by leaf what is transformed, as a function and as a tree", () => {
    for (const chosen of choicesOf(paths))
      for (const mask of masksOf(params, chosen)) {
        const { init, update } = masked(transform.trace({ decay: 0.5 }), mask);
        const [first, state] = update(gradient, init(params), params);
        const [second, last] = update(gradient, state, params);
        expectSame(first, gradient);
        expectSame(
          second,
          tree.mapTo((g, path) => (chosen.has(path) ? mul(g, 1.5) : g), gradient),
        );
        expectSame(last, { trace: tree.mapTo((g, path) => (chosen.has(path) ? mul(g, 1.5) : null), gradient) });
      }
  });

  test("freezes what it chooses, and nothing else", () => {
    for (const chosen of choicesOf(paths))
      for (const mask of masksOf(params, chosen)) {
        const { init, update } = freeze(mask);
        const [updates] = update(gradient, init(params), params);
        expectSame(
          updates,
          tree.mapTo((g, path) => (chosen.has(path) ? mul(g, 0) : g), gradient),
        );
      }
  });

  test("gives the transform the loss as a function of the chosen parameters", () => {
    const lossAndGrad = (at: unknown) => {
      const total = tree.leaves(at).reduce((n, x) => n + item(sum(square(x))), 0);
      return [array(total), tree.map((x) => mul(2, x), at)] as const;
    };
    for (const chosen of choicesOf(paths)) {
      const { spy, seen } = spying();
      masked(spy, (path) => chosen.has(path)).update(gradient, null, params, { lossAndGrad, value: array(7) });
      const moved = tree.mapTo((x, path) => (chosen.has(path) ? mul(3, x) : null), params);
      const [value, slope] = seen[0]?.lossAndGrad?.(moved) ?? [];
      const [wanted] = lossAndGrad(tree.mapTo((x, path) => (chosen.has(path) ? mul(3, x) : x), params));
      expectSame(value, wanted);
      expectSame(
        slope,
        tree.mapTo((x, path) => (chosen.has(path) ? mul(6, x) : null), params),
      );
      expectSame(seen[0]?.value, array(7));
    }
  });

  test("passes on what else the transform may need", () => {
    const { spy, seen } = spying();
    const { update } = masked(spy, () => true);
    update(gradient, null, params, { value: array(7) });
    update(gradient, null, params);
    expectSame(seen, [{ value: array(7) }, {}]);
  });
});

describe("A tree of booleans of another structure is refused, with the path:", () => {
  const { w, list } = { w: { w: a, b }, list: { list: [a, b], c } };
  const differs = (at: string) => `the mask has another structure than the parameters at ${at}.`;
  const needed = (at: string) => `the mask must be true or false at ${at}`;

  test.each<readonly [params: unknown, mask: unknown, message: string]>([
    [w, { w: true }, differs("the root")],
    [w, { w: true, b: true, c: true }, differs("the root")],
    [w, { w: true, c: true }, differs("the root")],
    [w, [true, true], differs("the root")],
    [w, { w: true, b: 1 }, needed("b")],
    [w, { w: null, b: true }, needed("w")],
    [w, { w: [true], b: true }, needed("w")],
    [a, { w: true }, needed("the root")],
    [a, [], needed("the root")],
    [{ layer: { w: a } }, { layer: { w: 1 } }, needed("layer.w")],
    [{ layer: { w: a } }, { layer: {} }, differs("layer")],
    [{ layer: { w: a } }, { layer: true }, differs("layer")],
    [{ layer: { w: a } }, { layer: null }, differs("layer")],
    [{ layer: { w: a } }, { layer: undefined }, differs("layer")],
    [{ layer: { w: a } }, { layer: { w: true, b: true } }, differs("layer")],
    [{ layer: { toString: a } }, { layer: { w: true } }, differs("layer")],
    [{ layer: { 0: a } }, { layer: [true] }, differs("layer")],
    [{ layer: { 0: a } }, { layer: "w" }, differs("layer")],
    [{ layer: { inner: { w: a } } }, { layer: { inner: [] } }, differs("layer.inner")],
    [list, { list: true, c: true }, differs("list")],
    [list, { list: null, c: true }, differs("list")],
    [list, { list: "tf", c: true }, differs("list")],
    [list, { list: [true], c: true }, differs("list")],
    [list, { list: [true, true, true], c: true }, differs("list")],
    [list, { list: { 0: true, 1: true }, c: true }, differs("list")],
    [list, { list: [true, 0], c: true }, needed("list[1]")],
    [[a, [b]], [true, [{}]], needed("[1][0]")],
    [[a, [b]], [true, []], differs("[1]")],
  ])("of %o, %o: %s", (params, mask, message) => {
    expect(() => masked(transform.scale(1), mask as Mask).init(params)).toThrow(`masked: ${message}`);
    expect(() => freeze(mask as Mask).init(params)).toThrow(`freeze: ${message}`);
  });
});

test("Errors bear the name of the function that was called", () => {
  const mask = { w: 1 } as unknown as Mask;
  const whole = { w: array(1, { dtype: "int32" }), b };
  expect(() => freeze({ w: true, b: true }).init(whole)).toThrow("freeze: parameters must be floats: w is int32.");
  expect(() => freeze(7 as unknown as Mask)).toThrow("freeze: the mask must be a function");
  expect(() => masked(transform.scale(1), 7 as unknown as Mask)).toThrow("masked: the mask must be a function");
  expect(() => masked(transform.scale(1), mask).update({ w: a }, null, { w: a })).toThrow("masked: the mask must be");
  expect(() => masked(transform.scale(1), () => 1 as never).init(a)).toThrow(
    "masked: the mask must give true or false, not 1, as at the root.",
  );
  expect(() => masked(transform.scale(1), () => 1 as never).init({ w: a })).toThrow("as at w.");
});

describe("A partition", () => {
  const params = { w: a, layers: [b, c] };
  const labels: Readonly<Record<string, "slow" | "fast">> = { w: "fast", "layers[0]": "slow", "layers[1]": "fast" };
  const { init, update } = partition(
    { slow: transform.trace({ decay: 0.5 }), fast: transform.scale(10) },
    (path) => labels[path] ?? "slow",
  );

  test("gives each parameter to the transform of its label alone", () => {
    const [, state] = update(params, init(params), params);
    const [updates, last] = update(params, state, params);
    expectSame(updates, { w: mul(a, 10), layers: [mul(b, 1.5), mul(c, 10)] });
    expectSame(last, { slow: { trace: { w: null, layers: [mul(b, 1.5), null] } }, fast: null });
  });

  test("shows the label function each leaf", () => {
    const seen = new Map<string, unknown>();
    partition({ one: transform.scale(1) }, (path, leaf) => {
      seen.set(path, toNested(leaf));
      return "one";
    }).init(params);
    expect(seen).toEqual(
      new Map<string, unknown>([
        ["w", 1],
        ["layers[0]", [2, 3]],
        ["layers[1]", [[4], [5]]],
      ]),
    );
  });

  test.each(["three", "toString", "constructor", "__proto__"])(
    "refuses the label %s, which it does not have",
    (label) => {
      const of = partition({ one: transform.scale(1) }, (path) => (path === "w" ? label : "one") as "one");
      expect(() => of.init(params)).toThrow(`partition: w has the label "${label}", which is none of one.`);
      expect(() => partition({ one: transform.scale(1) }, () => label as "one").init(a)).toThrow(
        "partition: the root has",
      );
    },
  );

  test("refuses a label that is no text, a transform that nobody labels, and what is no function or transform", () => {
    const [grow, shrink] = [transform.scale(10), transform.scale(0.1)];
    const label = (found: unknown) => partition({ one: grow }, () => found as "one");
    expect(() => label(7).init(a)).toThrow("partition: the root has the label 7, which is none of one.");
    expect(() => partition({ one: grow, two: shrink, three: shrink }, () => "one").init(a)).toThrow(
      'partition: no parameter has the label "two".',
    );
    expect(() => partition({ one: grow }, "one" as never)).toThrow(/^partition: .*function/);
    expect(() => partition({ one: 7 as never }, () => "one")).toThrow(/^partition: /);
    expect(() => partition(7 as never, () => "one")).toThrow(/^partition: transforms by name are needed/);
    expect(() => label("one").update(a, {} as never, a)).toThrow('partition: the state has no part "one".');
  });
});
