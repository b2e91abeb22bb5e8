import { array, attempt, either, type NDArray } from "@gradfold/core";
import { isNDArray } from "@gradfold/core/library";

/* Values of every kind that someone may hand over by mistake. */

class Point {
  readonly x = 1;
}

const circle: { self?: unknown } = {};
circle.self = circle;
const ring: unknown[] = [];
ring.push(ring);
/** A list with a hole in the middle. */
export const holed = (first: unknown, last: unknown): readonly unknown[] => {
  const list: unknown[] = [first];
  list[2] = last;
  return list;
};

/** An object of keys that objects have of their own, or that look like paths. */
export const oddKeys = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    ["__proto__", "constructor", "", "toString", "hasOwnProperty", "a.b", "a,b"].map((key, i) => [key, i] as const),
  );

const deep = (levels: number): unknown => {
  let node: unknown = 1;
  for (let i = 0; i < levels; i++) node = [node];
  return node;
};

export const odd: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  one: 1,
  "minus one": -1,
  half: 0.5,
  NaN: NaN,
  infinity: Infinity,
  "2^53": 2 ** 53,
  "no text": "",
  text: "w",
  "long text": "long ".repeat(2000),
  bigint: 1n,
  symbol: Symbol("odd"),
  "an empty object": {},
  "an object": { a: 1, b: "w" },
  "an object without prototype": Object.assign(Object.create(null) as object, { a: 1 }),
  "an object of odd keys": oddKeys(),
  "an object that contains itself": circle,
  "what cloning leaves of an array": { shape: [2], dtype: "float64" },
  "an empty list": [],
  "a list": [1, 2],
  "a list with a hole": holed(1, 3),
  "a list of text": ["a", "b"],
  "a list that contains itself": ring,
  "a deep list": deep(5000),
  "a function": () => 1,
  "a function of nothing": () => undefined,
  "an async function": async () => Promise.resolve(1),
  "an instance": new Point(),
  "a Promise": Promise.resolve(1),
  "a Map": new Map([["a", 1]]),
  "a Set": new Set([1]),
  "a Date": new Date(0),
  "a regular expression": /w/,
  "an Error": new Error("mine"),
  "a typed array": new Float32Array([1, 2]),
  "a buffer": new ArrayBuffer(8),
  "a scalar": array(1),
  "a vector": array([1, 2]),
  "a matrix": array([[1, 2, 3]]),
  "a float32": array(1, { dtype: "float32" }),
  integers: array([1, 2], { dtype: "int32" }),
  truths: array([true, false]),
  "an empty vector": array([] as number[]),
};

/** Whether something may be true for ever, as what decides on a loop, or comes to no end, as its carry. */
export const isEndless = (x: unknown): boolean => x === true || typeof x === "number" || isNDArray(x);

/** The arguments of a call, and of the call of what that gives, if it gives a function. */
export type Calls = (x: NDArray) => readonly (readonly unknown[])[];

type Loose = (...args: readonly unknown[]) => unknown;

/** The words of a typed error, or of an engine's own; undefined where there is none. */
export const refusalOf = (run: () => unknown): string | undefined => {
  try {
    const result = attempt(run);
    return either.isLeft(result) ? result.left.message : undefined;
  } catch (e) {
    return `not typed: ${String(e)}`;
  }
};

/** Calls something, and what it gives. */
export const callAll = (f: unknown, calls: readonly (readonly unknown[])[]): unknown =>
  calls.reduce((made, args) => {
    // A pair of a result and a function, as vjp gives, is called by its second.
    const called: unknown = Array.isArray(made) ? made[1] : made;
    return (called as Loose)(...args);
  }, f);

/** An argument with something odd in its place: in all of it, in a function's result, or in that of one of its rules. */
const variants = (argument: unknown, value: unknown): readonly (readonly [string, unknown])[] => {
  const gives = (): unknown => value;
  const whole = ["", value] as const;
  if (typeof argument === "function") return [whole, ["as a result ", gives]];
  if (typeof argument !== "object" || argument === null || isNDArray(argument)) return [whole];
  const parts = Object.entries(argument as Readonly<Record<string, unknown>>).flatMap(([key, part]) => {
    const changed = (other: unknown): unknown =>
      Array.isArray(argument) ? argument.with(Number(key), other) : { ...argument, [key]: other };
    return [
      [`as ${key} `, changed(value)] as const,
      ...(typeof part === "function" ? [[`as a result of ${key} `, changed(gives)] as const] : []),
    ];
  });
  return [whole, ...parts];
};

/** All calls with one thing odd, each with words for it. */
export const oddCalls = (
  calls: ReturnType<Calls>,
  skips: (place: string, value: unknown) => boolean = () => false,
): readonly (readonly [string, ReturnType<Calls>])[] =>
  calls.flatMap((args, c) =>
    args.flatMap((argument, a) =>
      Object.entries(odd).flatMap(([words, value]) =>
        variants(argument, value).flatMap(([how, changed]) => {
          const place = `${c}.${a}`;
          if (skips(place, value)) return [];
          return [[`${words} ${how}at ${place}`, calls.with(c, args.with(a, changed))] as const];
        }),
      ),
    ),
  );
