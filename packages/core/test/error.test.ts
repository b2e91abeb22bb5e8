import ndarray from "ndarray";
import { describe, expect, test } from "vitest";
import {
  add,
  allClose,
  arange,
  array,
  attempt,
  broadcastTo,
  cast,
  concatenate,
  DecodeError,
  DomainError,
  DTypeError,
  either,
  exp,
  expandDims,
  expectShape,
  eye,
  fromNdarray,
  full,
  type GradfoldError,
  item,
  linspace,
  matmul,
  mean,
  meshgrid,
  type NDArray,
  oneHot,
  ones,
  orThrow,
  reshape,
  ShapeError,
  slice,
  squeeze,
  stack,
  sum,
  take,
  toNested,
  toTypedArray,
  TraceError,
  transpose,
  TreeError,
  zeros,
  zerosLike,
} from "../src/index.ts";

/** A wrong program, which does not compile: the checks at run time are for those whose sizes are not known before. */
const dynamic = (x: unknown) => x as never;
const integers = (list: readonly number[]): NDArray => array(list, { dtype: "int32" });

const sparse: readonly number[] = Object.assign(new Array<number>(2), { 0: 2 });
const cyclic: never[] = [];
cyclic.push(dynamic(cyclic));

type Kind = new (message: string) => GradfoldError;

const wrong: readonly (readonly [Kind, string, () => unknown])[] = [
  [
    ShapeError,
    "matmul: inner sizes differ: [2] @ [100, 2] (2 is not 100). Did you mean to swap them?",
    () => matmul(array([3, 2]), dynamic(ones([100, 2]))),
  ],
  [
    ShapeError,
    "matmul: inner sizes differ: [2, 3] @ [4, 5] (3 is not 4)",
    () => matmul(ones([2, 3]), dynamic(ones([4, 5]))),
  ],
  [
    ShapeError,
    "matmul: inner sizes differ: [2, 3] @ [2, 2] (3 is not 2). Did you mean to swap them?",
    () => matmul(ones([2, 3]), dynamic(ones([2, 2]))),
  ],
  [ShapeError, "matmul: inner sizes differ: [3] @ [4] (3 is not 4)", () => matmul(ones([3]), dynamic(ones([4])))],
  [ShapeError, "matmul: the first argument is a scalar. Use mul", () => matmul(dynamic(array(1)), dynamic(ones([2])))],
  [ShapeError, "matmul: the second argument is a scalar. Use mul", () => matmul(ones([2]), dynamic(array(1)))],
  [
    ShapeError,
    "matmul: batch axes: cannot broadcast [2] with [3]: 2 is not 3",
    () => matmul(ones([2, 3, 4]), dynamic(ones([3, 4, 5]))),
  ],
  [ShapeError, "add: cannot broadcast [3] with [4]: 3 is not 4", () => add(ones([3]), dynamic(ones([4])))],
  [
    ShapeError,
    "add: cannot broadcast [3, 2] with [100, 4]: 2 is not 4",
    () => add(ones([3, 2]), dynamic(ones([100, 4]))),
  ],
  [ShapeError, "add: cannot broadcast [2, 0] with [2, 3]: 0 is not 3", () => add(ones([2, 0]), dynamic(ones([2, 3])))],
  [ShapeError, "broadcastTo: cannot broadcast [2] with [3]: 2 is not 3", () => broadcastTo(ones([2]), [3])],
  [ShapeError, "broadcastTo: [2, 3] does not broadcast to [3]", () => broadcastTo(ones([2, 3]), [3])],
  [ShapeError, "sum: axis 2 is out of range for [100, 2]", () => sum(ones([100, 2]), dynamic(2))],
  [ShapeError, "mean: axis -3 is out of range for [100, 2]", () => mean(ones([100, 2]), dynamic([0, -3]))],
  [ShapeError, "sum: axis 0 is out of range for []", () => sum(5, dynamic(0))],
  [ShapeError, "sum: axis 0.5 is out of range for [2]", () => sum(ones([2]), dynamic(0.5))],
  [ShapeError, "sum: an axis is given twice: [0, -2] of [100, 2]", () => sum(ones([100, 2]), [0, -2])],
  [
    ShapeError,
    "reshape: cannot make [4, 2] of [6]: it has 6 elements. One size may be -1, for what remains.",
    () => reshape(arange(6), [4, 2]),
  ],
  [
    ShapeError,
    "reshape: cannot make [4, -1] of [6]: it has 6 elements. One size may be -1, for what remains.",
    () => reshape(arange(6), [4, -1]),
  ],
  [
    ShapeError,
    "reshape: cannot make [-1, -1] of [6]: it has 6 elements. One size may be -1, for what remains.",
    () => reshape(arange(6), [-1, -1]),
  ],
  [
    ShapeError,
    "reshape: cannot make [0, -1] of [0]: it has 0 elements. One size may be -1, for what remains.",
    () => reshape(arange(0), [0, -1]),
  ],
  [
    ShapeError,
    "transpose: a permutation names every axis once: [0, 0] of [2, 3]",
    () => transpose(ones([2, 3]), [0, 0]),
  ],
  [ShapeError, "transpose: a permutation names every axis once: [0] of [2, 3]", () => transpose(ones([2, 3]), [0])],
  [ShapeError, "transpose: axis 2 is out of range for [2, 3]", () => transpose(ones([2, 3]), [0, 2])],
  [ShapeError, "squeeze: axis 0 of [2, 1] has size 2, not 1", () => squeeze(ones([2, 1]), dynamic(0))],
  [ShapeError, "slice: index 3 is out of range for axis 1 of [2, 3]", () => slice(ones([2, 3]), [null, 3])],
  [ShapeError, "slice: index -4 is out of range for axis 0 of [3]", () => slice(arange(3), [-4])],
  [ShapeError, "slice: 2 ranges for 1 axes of [3]", () => slice(arange(3), dynamic([null, null]))],
  [DomainError, "slice: a step must be a whole number other than 0, not 0", () => slice(arange(3), [[0, 1, 0]])],
  [DomainError, "slice: a bound must be a whole number, not 0.5", () => slice(arange(3), [[0.5]])],
  [ShapeError, "take: index 3 is out of range for axis 0 of [3]", () => take(arange(3), integers([0, 3]))],
  [ShapeError, "take: index -4 is out of range for axis 1 of [2, 3]", () => take(ones([2, 3]), integers([-4]), 1)],
  [ShapeError, "take: axis 1 is out of range for [3]", () => take(arange(3), integers([0]), dynamic(1))],
  [
    DTypeError,
    'take: indices must be int32, not float64. Use array(…, { dtype: "int32" }) or cast.',
    () => take(arange(3), array([1])),
  ],
  [ShapeError, "stack: shapes differ: [2] and [3]", () => stack(dynamic([ones([2]), ones([3])]))],
  [ShapeError, "stack: no arrays were given. At least one is needed.", () => stack([])],
  [
    ShapeError,
    "concatenate: shapes differ outside axis 0: [2, 3] and [2, 4]",
    () => concatenate([ones([2, 3]), ones([2, 4])]),
  ],
  [ShapeError, "concatenate: no arrays were given. At least one is needed.", () => concatenate([])],
  [ShapeError, "array: [1] has length 2, where the first list has 1. Nest evenly.", () => array([[1], [1, 2]])],
  [ShapeError, "array: [1][0] has length 1, where the first list has 2. Nest evenly.", () => array([[[1, 2]], [[1]]])],
  [ShapeError, "array: [1] is a list of 1 where the first element is none. Nest evenly.", () => array([1, [2]])],
  [ShapeError, "array: [1] is 2 where the first element is a list of 1. Nest evenly.", () => array([[1], 2])],
  [ShapeError, "array: 2 elements do not fill the shape [3]", () => array([1, 2], { shape: [3] })],
  [
    DTypeError,
    'array: an element must be a number or a boolean: [0] is the string "1". Use Number(…).',
    () => array(dynamic(["1"])),
  ],
  [
    DTypeError,
    "array: an element must be a number or a boolean: [0][1] is undefined.",
    () => array(dynamic([[1, undefined]])),
  ],
  [DTypeError, "array: an element must be a number or a boolean: [1] is undefined.", () => array(sparse)],
  [DTypeError, "array: an element must be a number or a boolean: it is null.", () => array(dynamic(null))],
  [DTypeError, "array: an element must be a number or a boolean: it is an object.", () => array(dynamic({}))],
  [
    DTypeError,
    "array: an element must be a number or a boolean: [1] is an array of shape [2]. Arrays are put together by stack or concatenate.",
    () => array(dynamic([1, ones([2])])),
  ],
  [
    DTypeError,
    "array: an element must be a number or a boolean: it is a Uint8Array. Use Int32Array.from(data) or Float64Array.from(data).",
    () => array(dynamic(new Uint8Array(2))),
  ],
  [
    DTypeError,
    "array: an element must be a number or a boolean: it is a BigInt64Array. Use Float64Array.from(data, Number).",
    () => array(dynamic(new BigInt64Array(2))),
  ],
  [ShapeError, "array: lists are nested in more than 64 levels. Does one contain itself?", () => array(cyclic)],
  [
    DTypeError,
    'array: options are an object such as { dtype: "float64" }, not the string "float32".',
    () => array([1], dynamic("float32")),
  ],
  [DTypeError, "array: 1.5 is no int32. Use float64, or round it first.", () => array([1.5], { dtype: "int32" })],
  [DTypeError, "array: NaN is no int32. Use float64, or round it first.", () => array([NaN], { dtype: "int32" })],
  [
    DTypeError,
    'array: a dtype is "float64", "float32", "int32" or "bool", not "float16".',
    () => array([1], { dtype: dynamic("float16") }),
  ],
  [
    DTypeError,
    'cast: a dtype is "float64", "float32", "int32" or "bool", not "int8".',
    () => cast(ones([1]), dynamic("int8")),
  ],
  [
    DTypeError,
    'cast: a dtype is "float64", "float32", "int32" or "bool", not of kind Object.',
    () => cast(ones([1]), dynamic(Object.create(null))),
  ],
  [DomainError, "zeros: a size must be a whole number from 0 on: [2, -1] holds -1.", () => zeros([2, -1])],
  [DomainError, "zeros: a size must be a whole number from 0 on: [1.5] holds 1.5.", () => zeros([1.5])],
  [DomainError, "zeros: a shape is a list of sizes, not null.", () => zeros(dynamic(null))],
  [DomainError, "eye: a size must be a whole number from 0 on: [-1, -1] holds -1.", () => eye(-1)],
  [DomainError, "arange: a size must be a whole number from 0 on: [1.5] holds 1.5.", () => arange(1.5)],
  [DomainError, "linspace: a size must be a whole number from 0 on: [-1] holds -1.", () => linspace(0, 1, -1)],
  [
    ShapeError,
    "zeros: a shape has at most 64 sizes, not 65. Give the sizes, not the data.",
    () => zeros(new Array<number>(65).fill(1)),
  ],
  [DomainError, "zeros: a size must be a whole number from 0 on: [NaN] holds NaN.", () => zeros([NaN])],
  [DomainError, "zeros: a size must be a whole number from 0 on: [2, undefined] holds undefined.", () => zeros(sparse)],
  [
    ShapeError,
    "zeros: the shape [4294967296, 4294967296] has more than 2^53 elements. Use smaller sizes.",
    () => zeros([2 ** 32, 2 ** 32]),
  ],
  [
    ShapeError,
    "eye: the shape [1000000000000, 1000000000000] has more than 2^53 elements. Use smaller sizes.",
    () => eye(1e12),
  ],
  [
    ShapeError,
    "eye: 1000000000000 elements of float64 need 8000000000000 bytes, more than there are. Use smaller sizes.",
    () => eye(1e6),
  ],
  [
    ShapeError,
    "arange: 1000000000000 elements of int32 need 4000000000000 bytes, more than there are. Use smaller sizes.",
    () => arange(1e12, { dtype: "int32" }),
  ],
  [
    ShapeError,
    "toTypedArray: 1000000000000 elements of float64 need 8000000000000 bytes, more than there are. Use smaller sizes.",
    () => toTypedArray(add(zeros([1e6, 1]), zeros([1, 1e6]))),
  ],
  [
    ShapeError,
    "toNested: [1000000, 1000000] is too large for lists. Use toTypedArray.",
    () => toNested(add(zeros([1e6, 1]), zeros([1, 1e6]))),
  ],
  [ShapeError, "toNested: [1000000000, 0] is too large for lists. Use toTypedArray.", () => toNested(zeros([1e9, 0]))],
  [
    DTypeError,
    'zeros: options are an object such as { dtype: "float64" }, not the string "float32".',
    () => zeros([1], dynamic("float32")),
  ],
  [DTypeError, 'full: the value must be a number, not the string "7".', () => full([1], dynamic("7"))],
  [DTypeError, "full: 0.5 is no int32. Use float64, or round it first.", () => full([1], 0.5, { dtype: "int32" })],
  [
    DTypeError,
    "linspace: 0.5 is no int32. Use float64, or round it first.",
    () => linspace(0, 1, 3, { dtype: "int32" }),
  ],
  [DomainError, "linspace: the distance must be finite: from 0 to Infinity.", () => linspace(0, Infinity, 3)],
  [DomainError, "linspace: the distance must be finite: from NaN to 1.", () => linspace(NaN, 1, 3)],
  [DomainError, "arange: no number of steps of 0 leads from 0 to 5.", () => arange(0, 5, 0)],
  [DomainError, "arange: no number of steps of 1 leads from 0 to Infinity.", () => arange(0, Infinity)],
  [DomainError, "arange: no number of steps of NaN leads from 0 to 5.", () => arange(0, 5, NaN)],
  [DTypeError, "zerosLike: an operand must be an array or a number, not an object.", () => zerosLike(dynamic({}))],
  [
    DTypeError,
    'oneHot: indices must be int32, not float64. Use array(…, { dtype: "int32" }) or cast.',
    () => oneHot(array([NaN]), 3),
  ],
  [DomainError, "oneHot: 3 is none of 3 classes, which are 0 to 2.", () => oneHot(integers([0, 3]), 3)],
  [DomainError, "oneHot: -1 is none of 3 classes, which are 0 to 2.", () => oneHot(integers([-1]), 3)],
  [
    DomainError,
    "oneHot: a size must be a whole number from 0 on: [1, 0.5] holds 0.5.",
    () => oneHot(integers([0]), 0.5),
  ],
  [ShapeError, "meshgrid: vectors are needed, not the shape [2, 1]", () => meshgrid([ones([2]), ones([2, 1])])],
  [
    DomainError,
    'meshgrid: the indexing is "xy" or "ij", not the string "yx".',
    () => meshgrid([], { indexing: dynamic("yx") }),
  ],
  [DTypeError, "fromNdarray: a scijs ndarray is needed, not a list of 1.", () => fromNdarray(dynamic([1]))],
  [
    DTypeError,
    'fromNdarray: an element must be a number: at [0, 1] is the string "x".',
    () => fromNdarray(dynamic(ndarray([1, "x"], [1, 2]))),
  ],
  [DomainError, "allClose: rtol must be a number from 0 on, not -1.", () => allClose(1, 1, { rtol: -1 })],
  [DomainError, "allClose: atol must be a number from 0 on, not NaN.", () => allClose(1, 1, { atol: NaN })],
  [DomainError, "expectShape: a shape is a list of sizes, not 2. Write [2].", () => expectShape(ones([2]), dynamic(2))],
  [ShapeError, "item: one element is needed, but the shape is [2]", () => item(ones([2]))],
  [ShapeError, "item: one element is needed, but the shape is [0]", () => item(ones([0]))],
  [ShapeError, "expectShape: the shape is [2], not [3]", () => expectShape(ones([2]), [3])],
  [ShapeError, "expectShape: the shape is [2, 1], not [2]", () => expectShape(ones([2, 1]), [2])],
  [
    DTypeError,
    "add: an operand must be an array or a number, not a list of 2. Wrap it: array(…).",
    () => add(dynamic([1, 2]), 1),
  ],
  [
    DTypeError,
    "add: an operand must be an array or a number, not a Float64Array. Wrap it: array(…).",
    () => add(1, dynamic(new Float64Array(2))),
  ],
  [DTypeError, 'add: an operand must be an array or a number, not the string "1".', () => add(dynamic("1"), 1)],
  [DTypeError, "exp: an operand must be an array or a number, not null.", () => exp(dynamic(null))],
  [
    DTypeError,
    "exp: an operand must be an array or a number, not undefined. Is an argument missing?",
    () => exp(dynamic(undefined)),
  ],
  [DTypeError, "exp: an operand must be an array or a number, not an object.", () => exp(dynamic({}))],
  [DTypeError, "exp: an operand must be an array or a number, not true. Wrap it: array(…).", () => exp(dynamic(true))],
  [
    DTypeError,
    "matmul: an operand must be an array or a number, not a list of 1. Wrap it: array(…).",
    () => matmul(dynamic([1]), dynamic([1])),
  ],
  [
    DTypeError,
    "sum: an operand must be an array or a number, not a list of 1. Wrap it: array(…).",
    () => sum(dynamic([1])),
  ],
];

describe("a wrong program is told what is wrong", () => {
  test.each(wrong.map(([kind, message, act]) => [message, kind, act] as const))("%s", (message, kind, act) => {
    const result = attempt(act);
    expect(result).toMatchObject({ _tag: "Left" });
    if (either.isRight(result)) return;
    expect(result.left).toBeInstanceOf(kind);
    expect(result.left.name).toBe(kind.name);
    expect(result.left.message).toBe(message);
  });

  test("in one grammar: the operation, what is wrong, the values that clash", () => {
    for (const [, message] of wrong) expect(message).toMatch(/^[a-zA-Z.]+: ([a-z0-9[-]|NaN ).*$/);
  });

  test("with the name of the function that was called", () => {
    for (const [, message, act] of wrong) {
      const [name = ""] = message.split(":");
      expect(String(act)).toContain(name);
    }
  });
});

describe("an axis out of range of a new shape", () => {
  test("is refused by expandDims and stack", () => {
    expect(() => expandDims(ones([2]), 3)).toThrow(ShapeError);
    expect(() => expandDims(ones([2]), -3)).toThrow("expandDims: axis -3 is out of range");
    expect(() => stack([ones([2])], dynamic(2))).toThrow("stack: axis 2 is out of range");
  });
});

describe("attempt", () => {
  test("gives the value of what succeeds", () => {
    expect(attempt(() => 5)).toEqual(either.right(5));
  });
  test("gives the error of what fails, whichever kind it has", () => {
    for (const error of [
      new ShapeError("a"),
      new DTypeError("b"),
      new TreeError("c"),
      new DomainError("d"),
      new TraceError("e"),
    ])
      expect(
        attempt(() => {
          throw error;
        }),
      ).toEqual(either.left(error));
  });
  test("lets other exceptions pass", () => {
    expect(() =>
      attempt(() => {
        throw new RangeError("not ours");
      }),
    ).toThrow(RangeError);
    expect(() =>
      attempt(() => {
        throw "a string";
      }),
    ).toThrow("a string");
  });
  test("is undone by orThrow", () => {
    expect(orThrow(attempt(() => toNested(array([1, 2]))))).toEqual([1, 2]);
    expect(() => orThrow(attempt(() => item(ones([2]))))).toThrow(ShapeError);
  });
});

describe("a DecodeError", () => {
  test("says what kind of failure it is, and where reading stopped", () => {
    const error = new DecodeError("truncated", "csv: the last row ends too soon", 17);
    expect([error.name, error.kind, error.offset]).toEqual(["DecodeError", "truncated", 17]);
    expect(new DecodeError("malformed", "csv: no header").offset).toBeUndefined();
  });
  test("is thrown by orThrow, and not caught by attempt: the program is not wrong", () => {
    const left = either.left(new DecodeError("unsupported", "csv: no numbers"));
    expect(() => orThrow(left)).toThrow(DecodeError);
    expect(() => attempt(() => orThrow(left))).toThrow("csv: no numbers");
  });
});
