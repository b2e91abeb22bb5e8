import { describe, expect, test } from "vitest";
import { callAll, odd, oddCalls, refusalOf } from "../../autodiff/test/odd.ts";
import * as core from "../src/index.ts";
import { array, eye, ones, random, toNdarray, tree } from "../src/index.ts";

/*
 * The law of the door: whatever is handed to a public function in any of its arguments, or given back by a function that
 * it calls, it returns, or throws a typed error that begins with its own name.
 */

const x = array([0.5, 0.25]);
const m = array([
  [2, 1],
  [1, 3],
]);
const truth = array([true, false]);
const places = array([1, 0], { dtype: "int32" });
const key = random.key(0);
const draw = { dtype: "float32" };

const ofOne =
  "abs acos asin atan ceil cos cosh erf exp expm1 floor gelu isFinite isNaN log log1p logSigmoid neg reciprocal relu " +
  "round rsqrt sigmoid sign silu sin sinh softplus sqrt square tan tanh logicalNot onesLike zerosLike toNested " +
  "toTypedArray toNdarray print";
const ofTwo =
  "add sub mul div pow maximum minimum atan2 remainder equal notEqual less lessEqual greater greaterEqual logicalAnd " +
  "logicalOr dot outer matmul allClose";
const alongAxes = "sum mean max min prod all any logSumExp";
const alongOne = "argmax argmin argsort sort cumsum softmax logSoftmax expandDims flip";
const ofMatrix = "cholesky inverse qr svd conditionNumber diagonal tril triu transpose";

const usagesOf = (names: string, args: readonly unknown[]) => names.split(" ").map((name) => [name, args] as const);

/** A call of every function. */
const usages: Readonly<Record<string, readonly unknown[]>> = {
  ...Object.fromEntries([
    ...usagesOf(ofOne, [x]),
    ...usagesOf(ofTwo, [x, x]),
    ...usagesOf(alongAxes, [m, [0], { keepDims: true }]),
    ...usagesOf(alongOne, [m, 1]),
    ...usagesOf(ofMatrix, [m]),
  ]),
  std: [m, [0], { ddof: 1, keepDims: true }],
  variance: [m, [0], { ddof: 1, keepDims: true }],
  norm: [m, [0], { ord: 1, keepDims: true }],
  arange: [0, 3, 1, { dtype: "int32" }],
  array: [[[1, 2]], { dtype: "float32" }],
  broadcastTo: [x, [3, 2]],
  cast: [x, "float32"],
  clip: [x, { min: 0, max: 1 }],
  concatenate: [[m, m], 0],
  diag: [x, 1],
  einsum: ["ij,j->i", m, x],
  elu: [x, 0.5],
  leakyRelu: [x, 0.5],
  expectShape: [x, [2]],
  eye: [2, { dtype: "float32" }],
  fromJSON: [{ dtype: "float64", shape: [1], data: [1] }],
  fromNdarray: [toNdarray(m)],
  full: [[2], 1, { dtype: "float32" }],
  item: [array(1)],
  linspace: [0, 1, 3, { dtype: "float32" }],
  meshgrid: [[x, x]],
  oneHot: [places, 2, { dtype: "float32" }],
  ones: [[2], { dtype: "float32" }],
  zeros: [[2], { dtype: "float32" }],
  pad: [
    m,
    [
      [1, 0],
      [0, 1],
    ],
  ],
  repeat: [m, 2, 0],
  reshape: [m, [4]],
  roll: [m, 1, 0],
  searchSorted: [x, x, { side: "left" }],
  set: [m, [[0, 1]], 7],
  slice: [m, [[0, 2, 1], 0]],
  solve: [m, x],
  triangularSolve: [m, x, { lower: true }],
  lstsq: [m, x, { rcond: 1e-6 }],
  pinv: [m, { rcond: 1e-6 }],
  split: [m, [1, 1], 0],
  squeeze: [ones([1, 2]), 0],
  stack: [[x, x], 0],
  take: [m, places, 0],
  takeAlongAxis: [m, array([[0, 0]], { dtype: "int32" }), 0],
  tile: [x, [2]],
  unstack: [m, 1],
  where: [truth, x, 0],
  "npy.decode": [core.npy.encode(x)],
  "npy.encode": [x],
  "npz.decode": [core.npz.encode({ x }), { maxBytes: 1e6 }],
  "npz.encode": [{ x }, { compress: true }],
  "safetensors.decode": [core.safetensors.encode({ x })],
  "safetensors.encode": [{ x }, { metadata: { by: "hand" } }],
  "tree.toNamed": [{ x }],
  "tree.fromNamed": [{ x }, { x }],
  "random.key": [1],
  "random.split": [key, 2],
  "random.foldIn": [key, 1],
  "random.wrap": [array([1, 2], { dtype: "int32" })],
  "random.keyData": [key],
  "random.uniform": [key, [2], { min: 0, max: 1, ...draw }],
  "random.normal": [key, [2], { mean: 0, standardDeviation: 1, ...draw }],
  "random.truncatedNormal": [key, [2], { min: -1, max: 1, ...draw }],
  "random.bernoulli": [key, [2], { p: 0.5 }],
  "random.bits": [key, [2]],
  "random.integers": [key, [2], { min: 0, max: 3 }],
  "random.permutation": [key, 3],
  "random.choice": [key, 3, [2], { replace: true, p: array([1, 2, 3]), axis: 0 }],
  "random.categorical": [key, x, { shape: [3] }],
  "random.exponential": [key, [2], draw],
  "random.gumbel": [key, [2], draw],
  "random.laplace": [key, [2], draw],
  "random.orthogonal": [key, 2, draw],
  "tree.allClose": [{ x }, { x }, { rtol: 1e-5, atol: 1e-8 }],
  "tree.flatten": [{ x }],
  "tree.fromJSON": [{ x: JSON.parse(JSON.stringify(x)) as unknown }, { x }],
  "tree.leaves": [{ x }],
  "tree.map": [(leaf: unknown) => leaf, { x }],
  "tree.mapTo": [(leaf: unknown) => leaf, { x }],
  "tree.ravel": [{ x }],
  "tree.stack": [[{ x }, { x }]],
  "tree.structure": [{ x }],
  "tree.unflatten": [tree.structure({ x }), [x]],
  "tree.zerosLike": [{ x }],
};

/** They call what they are given, or are fp-ts', or make errors. */
const others = /^(attempt|orThrow|pipe|numerics|either\..*|option\..*|\w+Error)$/;

const exported: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(core).flatMap(([name, value]): readonly (readonly [string, unknown])[] =>
    typeof value === "object"
      ? Object.entries(value).map(([inner, f]) => [`${name}.${inner}`, f] as const)
      : [[name, value]],
  ),
);

test("every function is called here", () =>
  expect(Object.keys(usages).toSorted()).toEqual(
    Object.keys(exported)
      .filter((name) => !others.test(name))
      .toSorted(),
  ));

test("the calls are right", () => {
  const wrong = Object.entries(usages).filter(([name, args]) => refusalOf(() => callAll(exported[name], [args])));
  expect(wrong.map(([name, args]) => [name, refusalOf(() => callAll(exported[name], [args]))])).toEqual([]);
  expect(eye(2).shape).toEqual([2, 2]);
});

describe.each(Object.entries(usages))("%s", (name, args) => {
  // What is no tree is told in one way, whichever function of trees is called.
  const isNamed = (words: string): boolean =>
    words.startsWith(`${name}: `) || (name.startsWith("tree.") && words.startsWith("tree: "));
  test("returns, or refuses what is odd by its own name", () => {
    const isDecoder = /decode|fromJSON/.test(name); // what it is given comes from outside, and its answer is an Either
    const faults: string[] = [];
    let refused = 0;
    for (const [words, changed] of oddCalls([args])) {
      const outcome = refusalOf(() => callAll(exported[name], changed));
      if (outcome !== undefined && !isNamed(outcome)) faults.push(`${words}: ${outcome}`);
      if (outcome !== undefined || isDecoder) refused += 1;
    }
    expect(faults).toEqual([]);
    expect(refused).toBeGreaterThan(Object.keys(odd).length / 4);
  });
});
