import { describe, expect, test } from "vitest";
import {
  add,
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
  type GradfoldError,
  item,
  linspace,
  matmul,
  mean,
  type NDArray,
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
  TraceError,
  transpose,
  TreeError,
  zeros,
} from "../src/index.ts";

/** A wrong program, which does not compile: the checks at run time are for those whose sizes are not known before. */
const dynamic = (x: unknown) => x as never;
const integers = (list: readonly number[]): NDArray => array(list, { dtype: "int32" });

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
  [ShapeError, "squeeze: axis 0 of [2, 1] has size 2, not 1", () => squeeze(ones([2, 1]), 0)],
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
  [ShapeError, "array: lists of different lengths at depth 1: 2 is not 1", () => array([[1], [1, 2]])],
  [ShapeError, "array: lists of different lengths at depth 1: 1 is not a number", () => array([1, [2]])],
  [ShapeError, "array: lists of different depth: a number among lists", () => array([[1], 2])],
  [ShapeError, "array: 2 elements do not fill the shape [3]", () => array([1, 2], { shape: [3] })],
  [DTypeError, "array: an element must be a number or a boolean, not string", () => array(dynamic(["1"]))],
  [DTypeError, "array: an element must be a number or a boolean, not undefined", () => array(dynamic([1, undefined]))],
  [DTypeError, "array: an element must be a number or a boolean, not null", () => array(dynamic(null))],
  [DTypeError, "array: 1.5 is no int32. Use float64, or round it first.", () => array([1.5], { dtype: "int32" })],
  [DTypeError, "array: NaN is no int32. Use float64, or round it first.", () => array([NaN], { dtype: "int32" })],
  [
    DTypeError,
    "array: no such dtype: float16. Use float64, float32, int32 or bool.",
    () => array([1], { dtype: dynamic("float16") }),
  ],
  [
    DTypeError,
    "cast: no such dtype: int8. Use float64, float32, int32 or bool.",
    () => cast(ones([1]), dynamic("int8")),
  ],
  [DomainError, "zeros: a size must be a whole number from 0 on: [2, -1] holds -1.", () => zeros([2, -1])],
  [DomainError, "zeros: a size must be a whole number from 0 on: [1.5] holds 1.5.", () => zeros([1.5])],
  [DomainError, "zeros: a shape is a list of sizes, not 3.", () => zeros(dynamic(3))],
  [DomainError, "eye: a size must be a whole number from 0 on: [-1, -1] holds -1.", () => eye(-1)],
  [DomainError, "arange: a size must be a whole number from 0 on: [1.5] holds 1.5.", () => arange(1.5)],
  [DomainError, "linspace: a size must be a whole number from 0 on: [-1] holds -1.", () => linspace(0, 1, -1)],
  [ShapeError, "item: one element is needed, but the shape is [2]", () => item(ones([2]))],
  [ShapeError, "item: one element is needed, but the shape is [0]", () => item(ones([0]))],
  [ShapeError, "expectShape: the shape is [2], not [3]", () => expectShape(ones([2]), [3])],
  [ShapeError, "expectShape: the shape is [2, 1], not [2]", () => expectShape(ones([2, 1]), [2])],
  [
    DTypeError,
    "add: an operand must be an array or a number, not a JavaScript array. Wrap it: array(…).",
    () => add(dynamic([1, 2]), 1),
  ],
  [
    DTypeError,
    "add: an operand must be an array or a number, not an object. Wrap it: array(…).",
    () => add(1, dynamic(new Float64Array(2))),
  ],
  [DTypeError, "add: an operand must be an array or a number, not a string.", () => add(dynamic("1"), 1)],
  [DTypeError, "exp: an operand must be an array or a number, not null.", () => exp(dynamic(null))],
  [DTypeError, "exp: an operand must be an array or a number, not undefined.", () => exp(dynamic(undefined))],
  [DTypeError, "exp: an operand must be an array or a number, not an object.", () => exp(dynamic({}))],
  [DTypeError, "exp: an operand must be an array or a number, not a boolean.", () => exp(dynamic(true))],
  [
    DTypeError,
    "matmul: an operand must be an array or a number, not a JavaScript array. Wrap it: array(…).",
    () => matmul(dynamic([1]), dynamic([1])),
  ],
  [
    DTypeError,
    "sum: an operand must be an array or a number, not a JavaScript array. Wrap it: array(…).",
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
