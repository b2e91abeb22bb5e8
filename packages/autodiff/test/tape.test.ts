import { add, array, cast, type DType, ones, mul, type NDArray, toNested, zeros } from "@gradfold/core";
import { atNewLevel, bind, type Primitive, tracer } from "@gradfold/core/transform";
import { describe, expect, test } from "vitest";
import { call, type Compound } from "../src/compound.ts";
import { openTape, type Tape } from "../src/tape.ts";

/** Runs a function with a tape that is closed afterwards. */
const withTape = <R>(f: (tape: Tape) => R): R =>
  atNewLevel((level) => {
    const tape = openTape(level);
    try {
      return f(tape);
    } finally {
      tape.close();
    }
  });

const numbers = (xs: readonly (NDArray | null)[]): readonly unknown[] => xs.map((x) => x && toNested(x));

const isFollowed = (x: NDArray): boolean => tracer(x) !== undefined;

/** A sum of its operands in a dtype that tells which shares it was asked for; the cotangent of operand i is that times 10ⁱ. */
const summing = (dtype: DType = "float64") => {
  const asked: number[] = [];
  const primitive: Primitive = {
    name: "summing",
    parameters: {},
    type: () => ({ dtype, shape: [] }),
    evaluate: (inputs) =>
      cast(
        inputs.reduce((a, b) => add(a, b)),
        dtype,
      ),
    loops: { kind: "evaluate" },
    jvp: () => null,
    vjp: (operand, cotangent, inputs, output) => {
      expect([...inputs, output].some(isFollowed)).toBe(false);
      asked.push(operand);
      return mul(cotangent, 10 ** operand);
    },
    batch: ([x = zeros([])]) => x,
  };
  return { asked, of: (...inputs: readonly NDArray[]) => bind(primitive, inputs) };
};

/** A compound with a result of 1 for each dtype; it notes what it is given, and its cotangents are 1, 2, 3 …. */
const noting = (...dtypes: readonly DType[]) => {
  const seen: { wanted: readonly boolean[]; cotangents: readonly unknown[] }[] = [];
  const outputs = dtypes.map((dtype) => ones([], { dtype }));
  const compound: Compound = {
    name: "noting",
    control: { kind: "function", f: () => outputs },
    types: () => outputs,
    evaluate: () => outputs,
    jvp: () => ({ outputs, tangents: [] }),
    vjp: (inputs, wanted) => {
      expect(inputs.some(isFollowed)).toBe(false);
      return {
        outputs,
        pullBack: (cotangents) => {
          seen.push({ wanted, cotangents: numbers(cotangents) });
          return inputs.map((_, i) => array(i + 1));
        },
      };
    },
    batch: () => ({ outputs, mapped: [] }),
  };
  return { compound, seen, of: (...inputs: readonly NDArray[]) => call(compound, inputs) };
};

const [one, two, three] = [array(1), array(2), array(3)];

describe("A tape gives the watched values", () => {
  test("the cotangents of the results that they are, added up", () => {
    const pulled = withTape((tape) => {
      const [x, y, z] = [one, two, three].map(tape.watch);
      return x && y && z ? tape.pullBack([z, x, one, z], [array(5), array(7), array(100), array(6)]) : [];
    });
    expect(numbers(pulled)).toEqual([7, null, 11]);
  });

  test("null where they have no share, and a null or missing cotangent is none", () => {
    const pulled = withTape((tape) => {
      const [x, y] = [tape.watch(one), tape.watch(two)];
      return tape.pullBack([x, summing().of(x), y], [null, null]);
    });
    expect(pulled).toEqual([null, null]);
  });

  test("no share of what is not followed, whatever its shape", () => {
    const pulled = withTape((tape) => {
      const x = tape.watch(one);
      return tape.pullBack([zeros([2]), x, zeros([3])], [ones([2]), two, ones([3])]);
    });
    expect(numbers(pulled)).toEqual([2]);
  });

  test("nothing where nothing is watched", () => {
    expect(withTape((tape) => tape.pullBack([summing().of(one)], [one]))).toEqual([]);
  });

  test("their shares through every operation that they went through", () => {
    const pulled = withTape((tape) => {
      const [x, y] = [tape.watch(one), tape.watch(two)];
      const a = summing().of(x, y, x);
      const b = summing().of(y, a);
      return tape.pullBack([b, a], [one, two]);
    });
    // b: y 1, a 10; a: 10 + 2 = 12: x 12 + 1200, y 120.
    expect(numbers(pulled)).toEqual([1212, 121]);
  });
});

describe("An operation is asked", () => {
  test("for the shares of the followed operands only", () => {
    const [first, second] = [summing(), summing()];
    withTape((tape) => {
      const x = tape.watch(one);
      tape.pullBack([second.of(two, first.of(x, three), x)], [one]);
    });
    expect([first.asked, second.asked]).toEqual([[0], [1, 2]]);
  });

  test("for nothing where its result has no cotangent, nor by another walk back", () => {
    const [used, unused] = [summing(), summing()];
    withTape((tape) => {
      const x = tape.watch(one);
      const y = used.of(x);
      unused.of(y);
      tape.pullBack([y], [one]);
      expect([used.asked, unused.asked]).toEqual([[0], []]);
      expect(numbers(tape.pullBack([y], [two]))).toEqual([2]);
    });
    expect([used.asked, unused.asked]).toEqual([[0, 0], []]);
  });
});

describe("What is followed", () => {
  test("is a float that comes from a watched value", () => {
    withTape((tape) => {
      const x = tape.watch(one);
      expect([x, summing().of(x), summing("float32").of(two, x)].map(isFollowed)).toEqual([true, true, true]);
      expect([summing("int32").of(x), summing("bool").of(x), summing().of(two)].map(isFollowed)).toEqual([
        false,
        false,
        false,
      ]);
      const outputs = noting("int32", "float64", "bool", "float32").of(x);
      expect(outputs.map(isFollowed)).toEqual([false, true, false, true]);
      expect(outputs.map(({ dtype }) => dtype)).toEqual(["int32", "float64", "bool", "float32"]);
    });
  });

  test("has its value behind it; what is not, stands for itself", () => {
    withTape((outer) =>
      withTape((inner) => {
        const x = outer.watch(one);
        const y = inner.watch(x);
        expect(inner.unwatch(y)).toBe(x);
        expect(outer.unwatch(x)).toBe(one);
        expect(inner.unwatch(x)).toBe(x);
        expect(outer.unwatch(y)).toBe(y);
        expect(inner.unwatch(two)).toBe(two);
        expect(toNested(y)).toBe(1);
      }),
    );
  });

  test("by a tape further out is recorded there", () => {
    const pulled = withTape((outer) => {
      const x = outer.watch(two);
      const cotangents = withTape((inner) => {
        const y = inner.watch(x);
        return inner.pullBack([mul(y, mul(y, y))], [one]);
      });
      expect(numbers(cotangents)).toEqual([12]);
      return outer.pullBack([cotangents[0] ?? one], [one]);
    });
    expect(numbers(pulled)).toEqual([12]);
  });

  test("is watched before anything is recorded", () => {
    withTape((tape) => {
      const x = tape.watch(one);
      summing("int32").of(x);
      tape.watch(two);
      summing().of(x);
      expect(() => tape.watch(three)).toThrow("tape: values are watched before anything is recorded");
    });
  });
});

describe("A compound", () => {
  test("knows which of its operands are followed, and has null for each result without a cotangent", () => {
    const { seen, of } = noting("int32", "float64", "bool", "float64", "float32");
    const pulled = withTape((tape) => {
      const [x, y] = [tape.watch(one), tape.watch(two)];
      const [, , , fourth = one, fifth = one] = of(three, y, x, y);
      return tape.pullBack([fifth, fourth], [array(5), array(4)]);
    });
    expect(seen).toEqual([{ wanted: [false, true, true, true], cotangents: [null, null, null, 4, 5] }]);
    expect(numbers(pulled)).toEqual([3, 2 + 4]);
  });

  test("is asked once the cotangents of all its results are there", () => {
    const { seen, of } = noting("float64", "int32", "float64");
    const after = summing();
    const pulled = withTape((tape) => {
      const x = tape.watch(one);
      const before = summing().of(x, x);
      const [first = one, , third = one] = of(before);
      return tape.pullBack([after.of(third, after.of(first, third))], [one]);
    });
    expect(seen).toEqual([{ wanted: [true], cotangents: [10, null, 101] }]);
    expect(numbers(pulled)).toEqual([11]);
  });

  test("is asked for nothing where no result has a cotangent", () => {
    const [used, unused] = [noting("float64", "float64"), noting("float64", "float64")];
    withTape((tape) => {
      const x = tape.watch(one);
      const [y = one] = used.of(x);
      unused.of(y);
      tape.pullBack([y, x], [one, one]);
    });
    expect(used.seen).toEqual([{ wanted: [true], cotangents: [1, null] }]);
    expect(unused.seen).toEqual([]);
  });

  test("without a float leaves nothing on the tape", () => {
    withTape((tape) => {
      noting("int32", "bool").of(tape.watch(one));
      expect(() => tape.watch(two)).not.toThrow();
    });
  });

  test("refuses a result that this tape follows, be it one of several", () => {
    withTape((tape) => {
      const x = tape.watch(one);
      const closing = { ...noting().compound, vjp: () => ({ outputs: [one, x], pullBack: () => [] }) };
      expect(() => call(closing, [x])).toThrow("noting: the function closes over a value that is being transformed");
    });
  });
});

test("A closed tape refuses its values, by the name of what meets them, and its integers are free", () => {
  const [x, y, n] = withTape((tape) => {
    const watched = tape.watch(one);
    return [watched, summing().of(watched), summing("int32").of(watched)];
  });
  for (const kept of [x, y]) {
    expect(() => summing().of(kept)).toThrow("summing: a value of a transform is used after that transform ended.");
    expect(() => noting("float64").of(kept)).toThrow("noting: a value of a transform is used after");
    expect(() => toNested(kept)).toThrow("toNested: a value of a transform is used after that transform ended.");
  }
  expect(toNested(n)).toBe(1);
});
