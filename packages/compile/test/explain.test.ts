import {
  add,
  array,
  less,
  broadcastTo,
  matmul,
  mean,
  mul,
  type NDArray,
  ShapeError,
  sort,
  square,
  stack,
  sub,
  sum,
  tanh,
  toNested,
  TraceError,
} from "@gradfold/core";
import { checkpoint, grad, scan, valueAndGrad, whileLoop } from "@gradfold/autodiff";
import { afterEach, describe, expect, test, vi } from "vitest";
import { explain, jit } from "../src/index.ts";
import { passes } from "../src/front/passes.ts";
import { noise } from "./bits.ts";

/** Without the lines on how long the code is, and how much others compiled. */
const told = (text: string): string => text.split("\n").slice(0, -2).join("\n");

describe("An explanation", () => {
  test("tells which arguments are read in place", () => {
    const step = (w: NDArray, x: NDArray) => sub(w, mul(0.1, grad((a: NDArray) => mean(square(matmul(x, a))))(w)));
    expect(explain(step)(noise(1, [40]), noise(2, [30, 40]))).toMatch(
      /^arguments read in place: a donated by the last call's %\d+, b cached$/m,
    );
    expect(explain((x: NDArray) => sum(x))(noise(1, [40]))).not.toContain("read in place");
  });

  test("of a step of gradient descent shows one loop that reads the data once", () => {
    const [x, y] = [noise(1, [100, 2]), noise(2, [100])];
    const lossOf = valueAndGrad((a: NDArray) => mean(square(sub(matmul(x, a), y))));
    const step = (a: NDArray) => {
      const [loss, gradient] = lossOf(a);
      return [loss, sub(a, mul(0.1, gradient))];
    };
    expect(told(explain(step)(noise(3, [2])))).toMatchInlineSnapshot(`
      "traced
        program (a: float32[2]; b: float32[100, 2], c: float32[100], e: float32[100])
          g: float32[100] = matmul b a
          h: float32[100] = sub g c
          i: float32[100] = square h
          j: float32[] = sum{axes=[0]} i
          k: float32[] = div j 100
          l: float32[100] = mul e h
          m: float32[2] = matmul l b
          n: float32[2] = mul 0.10000000149011612 m
          o: float32[2] = sub a n
          return k, o
      simplified
        program (a: float32[2]; b: float32[100, 2], c: float32[100], e: float32[100])
          g: float32[100] = matmul b a
          h: float32[100] = sub g c
          i: float32[100] = square h
          j: float32[] = sum{axes=[0]} i
          k: float32[] = div j 100
          l: float32[100] = mul e h
          m: float32[2] = matmul l b
          n: float32[2] = mul 0.10000000149011612 m
          o: float32[2] = sub a n
          return k, o
      inlined: nothing
      lowered
        graph (a: float32[2]; b: float32[100, 2], c: float32[100], d = 100, e: float32[100], f = 0.10000000149011612)
          %6: float32[100] = move{offset=0 strides=[2]} b
          %7: float32[100] = move{offset=0 strides=[0]} a
          %8: float32[100] = map{mul} %6 %7
          %9: float32[100] = move{offset=1 strides=[2]} b
          %10: float32[100] = move{offset=1 strides=[0]} a
          %11: float32[100] = map{mul} %9 %10
          %12: float32[100] = map{add} %8 %11
          %13: float32[100] = map{sub} %12 c
          %14: float32[100] = map{mul} %13
          %15: float32[] = rowReduction{add along [100]} %14
          %16: float32[] = map{div} %15 d
          %17: float32[100] = map{mul} e %13
          %18: float32[2] = assembled
          %19: float32[100] = move{offset=0 strides=[1]} %17
          %20: float32[100] = move{offset=0 strides=[2]} b
          %21: float32[100] = map{mul} %19 %20
          %22: float32[] = rowReduction{add along [100]} %21 into %18[0]
          %23: float32[100] = move{offset=0 strides=[1]} %17
          %24: float32[100] = move{offset=1 strides=[2]} b
          %25: float32[100] = map{mul} %23 %24
          %26: float32[] = rowReduction{add along [100]} %25 into %18[1]
          %27: float32[2] = map{mul} f %18
          %28: float32[2] = map{sub} a %27
          return %16, %28
      scheduled
        loop [100]: 8 operations, add along [100] in 8 lanes; reads b 800, a 8, c 400, e 4; writes %15 4, %18 8
        loop [2]: 2 operations; reads a 8, f 4, %18 8; writes %28 8
        loop []: 1 operation; reads %15 4, d 4; writes %16 4
      bytes moved: 1264
      memory: 2752 bytes: inputs 8, constants 1212, results 12, temporaries and padding 1520
      arguments read in place: a donated by the last call's %28"
    `);
  });

  test("of routines, arrays put together and products of tiles", () => {
    const f = (a: NDArray, b: NDArray) => [stack([sort(a, 0), mul(a, 2)]), matmul(a, b)];
    expect(told(explain(f)(noise(1, [9, 6]), noise(2, [6, 5])))).toMatchInlineSnapshot(`
      "traced
        program (a: float32[9, 6], b: float32[6, 5])
          d: int32[9, 6] = argsort{axis=0} a
          e: float32[6, 9] = transpose{permutation=[1,0]} a
          f: int32[6, 9] = transpose{permutation=[1,0]} d
          g: float32[6, 9] = take{axis=1 stacked=true} e f
          h: float32[9, 6] = transpose{permutation=[1,0]} g
          i: float32[9, 6] = mul a 2
          j: float32[1, 9, 6] = reshape{shape=[1,9,6]} h
          k: float32[1, 9, 6] = reshape{shape=[1,9,6]} i
          l: float32[2, 9, 6] = concatenate{axis=0} j k
          m: float32[9, 5] = matmul a b
          return l, m
      simplified
        program (a: float32[9, 6], b: float32[6, 5])
          d: int32[9, 6] = argsort{axis=0} a
          e: float32[6, 9] = transpose{permutation=[1,0]} a
          f: int32[6, 9] = transpose{permutation=[1,0]} d
          g: float32[6, 9] = take{axis=1 stacked=true} e f
          h: float32[9, 6] = transpose{permutation=[1,0]} g
          i: float32[9, 6] = mul a 2
          j: float32[1, 9, 6] = reshape{shape=[1,9,6]} h
          k: float32[1, 9, 6] = reshape{shape=[1,9,6]} i
          l: float32[2, 9, 6] = concatenate{axis=0} j k
          m: float32[9, 5] = matmul a b
          return l, m
      inlined: nothing
      lowered
        graph (a: float32[9, 6], b: float32[6, 5]; c = 2)
          %3: int32[9, 6] = routine{argsort} a
          %4: float32[6, 9] = move{offset=0 strides=[1, 6]} a
          %5: int32[6, 9] = move{offset=0 strides=[1, 6]} %3
          %6: float32[6, 9] = routine{take} %4 %5
          %7: float32[9, 6] = move{offset=0 strides=[1, 9]} %6
          %8: float32[9, 6] = map{mul} a c
          %9: float32[1, 9, 6] = move{offset=0 strides=[54, 6, 1]} %7
          %10: float32[1, 9, 6] = move{offset=0 strides=[54, 6, 1]} %8
          %11: float32[2, 9, 6] = insert %9 %10
          %12: float32[9, 6] = move{offset=0 strides=[6, 1]} a
          %13: float32[6, 5] = move{offset=0 strides=[5, 1]} b
          %14: float32[9, 5] = gemm %12 %13
          return %11, %14
      scheduled
        routine argsort; reads a 216; writes %3 432
        loop [6, 9]: 0 operations; reads a 216, %3 432; writes %4 216, %5 432
        routine take; reads %4 216, %5 432; writes %6 216
        loop [9, 6]: 1 operation; reads %6 216, a 216, c 4; writes %11 432
        gemm [9, 6] @ [6, 5]; reads a 216, b 120; writes %14 180
      bytes moved: 4192
      memory: 161664 bytes: inputs 336, constants 4, results 612, temporaries and padding 160712"
    `);
  });

  test("of loops shows what is inside", () => {
    const f = (a: NDArray, rows: NDArray) => {
      const [last, sums] = scan((c: NDArray, row: NDArray) => [tanh(add(c, row)), sum(c)] as const, a, rows);
      const grown = whileLoop(
        (c: NDArray) => less(sum(c), 9),
        (c: NDArray) => mul(c, 2),
        last,
      );
      return [grown, sums];
    };
    expect(told(explain(f)(noise(3, [2]), noise(4, [7, 2])))).toMatchInlineSnapshot(`
      "traced
        program (a: float32[2], b: float32[7, 2])
          c: float32[2], d: float32[7] = scan{length=7} a b
            program (a: float32[2], b: float32[2])
              c: float32[2] = add a b
              d: float32[2] = tanh c
              e: float32[] = sum{axes=[0]} a
              return d, e
          e: float32[2] = whileLoop c
            program (a: float32[2])
              c: float32[] = sum{axes=[0]} a
              d: bool[] = less c 9
              return d
            program (a: float32[2])
              c: float32[2] = mul a 2
              return c
          return e, d
      simplified
        program (a: float32[2], b: float32[7, 2])
          c: float32[2], d: float32[7] = scan{length=7} a b
            program (a: float32[2], b: float32[2])
              c: float32[2] = add a b
              d: float32[2] = tanh c
              e: float32[] = sum{axes=[0]} a
              return d, e
          e: float32[2] = whileLoop c
            program (a: float32[2])
              c: float32[] = sum{axes=[0]} a
              d: bool[] = less c 9
              return d
            program (a: float32[2])
              c: float32[2] = mul a 2
              return c
          return e, d
      inlined: nothing
      lowered
        graph (a: float32[2], b: float32[7, 2])
          %2 = scan{length=7} a b
            graph (a: float32[2], b: float32[2])
              %2: float32[2] = map{add} a b
              %3: float32[2] = map{19 operations} %2
              %4: float32[] = rowReduction{add along [2]} a
              return %3, %4
          %3: float32[2] = result{0} %2
          %4: float32[7] = result{1} %2
          %5 = while %3
            graph (a: float32[2]; b = 9)
              %2: float32[] = rowReduction{add along [2]} a
              %3: bool[] = map{less truth} %2 b
              return %3
            graph (a: float32[2]; b = 2)
              %2: float32[2] = map{mul} a b
              return %2
          %6: float32[2] = result{0} %5
          return %6, %4
      scheduled
        scan of 7 steps
          body
            loop [2]: 2 operations, add along [2] in 8 lanes; reads a 8, b 8; writes %3 8, %4 4
        while
          condition
            loop [2]: 0 operations, add along [2] in 8 lanes; reads a 8; writes %2 4
            loop []: 1 operation; reads %2 4, b 4; writes %3 4
          body
            loop [2]: 1 operation; reads a 8, b 4; writes %2 8
      bytes moved: 240
      memory: 1760 bytes: inputs 64, constants 8, results 36, temporaries and padding 1652"
    `);
  });

  test("shows the program after each pass, in their order", () => {
    const f = (x: NDArray) => checkpoint((y: NDArray) => tanh(mul(y, 2)))(x);
    const text = explain(f)(noise(1, [3]));
    const wanted: readonly string[] = ["traced", "simplified", "inlined", "lowered", "scheduled", "memory", "code"];
    const headings = text.split("\n").map((line) => /^[a-z]+/.exec(line)?.[0] ?? "");
    expect(headings.filter((heading) => wanted.includes(heading))).toEqual(wanted);
    expect(wanted.length).toBe(passes.length);
    expect(text).toMatch(
      /^inlined\n  program \(a: float32\[3\]\)\n    c: float32\[3\] = mul a 2\n    d: float32\[3\] = tanh c$/m,
    );
  });

  test("counts the bytes of the executables that are remembered, of which there is a bound", () => {
    const compiled = jit((x: NDArray) => mul(x, 3));
    const remembered = (): readonly number[] => {
      const text = explain((x: NDArray) => add(x, 1))(array(1));
      return (/remembered: (\d+) of at most (\d+) bytes/.exec(text) ?? []).slice(1).map(Number);
    };
    const counts: number[] = [];
    const [, most = 0] = remembered();
    for (let n = 1; n <= 600; n++) {
      compiled(noise(1, [n]));
      if (n % 100 === 0) counts.push(remembered()[0] ?? NaN);
    }
    expect(counts.every((bytes) => bytes <= most)).toBe(true);
    expect(counts.at(-1)).toBeGreaterThan(0.9 * most);
  });

  test("is the same for a jitted function, and refuses what is being transformed", () => {
    const f = (x: NDArray) => sum(mul(x, x));
    expect(explain(jit(f))(noise(1, [4]))).toBe(explain(f)(noise(1, [4])));
    const inside = (x: NDArray) => {
      explain(f)(x);
      return f(x);
    };
    expect(() => grad(inside)(noise(1, [4]))).toThrow(TraceError);
  });

  describe("compiles nothing", () => {
    afterEach(() => vi.unstubAllGlobals());

    test("so it needs no WebAssembly", () => {
      vi.stubGlobal("WebAssembly", undefined);
      expect(explain((x: NDArray) => mul(x, 2))(noise(1, [4]))).toContain("loop [4]: 1 operation; reads a 16, b 4");
    });
  });
});

test("A program that needs more memory than WebAssembly reaches says how much", () => {
  const f = (x: NDArray) => mul(broadcastTo(x, [30000, 20000]), 2);
  const x = noise(1, [20000], "float64");
  expect(() => jit(f)(x)).toThrow(ShapeError);
  expect(() => jit(f)(x)).toThrow(/jit: the program needs 48\d{8} bytes of memory, more than the 4294967296 that/);
  expect(explain(f)(x)).toMatch(/memory: 48\d{8} bytes/);
});

test("A tree that changes its structure between calls is compiled anew, and what is no array is refused", () => {
  const f = jit((tree: { readonly a: NDArray; readonly b?: NDArray }) =>
    tree.b === undefined ? mul(tree.a, 2) : add(tree.a, tree.b),
  );
  const a = array([1, 2]);
  for (let i = 0; i < 2; i++) {
    expect(toNested(f({ a }))).toEqual([2, 4]);
    expect(toNested(f({ a, b: array([10, 20]) }))).toEqual([11, 22]);
  }
  expect(() => jit(() => new Map())()).toThrow("Map");
});
