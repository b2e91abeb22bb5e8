import fc from "fast-check";
import type { NDArray } from "../../src/array/array.ts";
import { type DType, isFloat } from "../../src/scalar/dtype.ts";
import { type Domain, operationOf } from "../../src/operations/family/operation.ts";
import * as activation from "../../src/operations/activation.ts";
import * as add from "../../src/operations/add.ts";
import * as along from "../../src/operations/along.ts";
import * as arithmetic from "../../src/operations/arithmetic.ts";
import { argmax, argmin } from "../../src/operations/argmax.ts";
import { checker, eachElement } from "../../src/operations/checked.ts";
import { cholesky } from "../../src/operations/cholesky.ts";
import { type CotangentSum, settled, withPart } from "../../src/operations/cotangent.ts";
import { clip } from "../../src/operations/clip.ts";
import * as compare from "../../src/operations/compare.ts";
import * as contract from "../../src/operations/contract.ts";
import { cumsum } from "../../src/operations/cumulative.ts";
import * as elementary from "../../src/operations/elementary.ts";
import { max, min } from "../../src/operations/extreme.ts";
import * as error from "../../src/operations/error.ts";
import * as extremum from "../../src/operations/extremum.ts";
import * as hyperbolic from "../../src/operations/hyperbolic.ts";
import { concatenate } from "../../src/operations/join.ts";
import { lstsq } from "../../src/operations/lstsq.ts";
import { pinv } from "../../src/operations/pinv.ts";
import { prod } from "../../src/operations/prod.ts";
import { qr, qrTriangle } from "../../src/operations/qr.ts";
import { reshape, swapLast, transpose } from "../../src/operations/reshape.ts";
import { zeros } from "../../src/convert/make.ts";
import { set } from "../../src/operations/set.ts";
import * as logic from "../../src/operations/logic.ts";
import * as power from "../../src/operations/power.ts";
import * as rounding from "../../src/operations/rounding.ts";
import { searchSorted } from "../../src/operations/search.ts";
import { slice } from "../../src/operations/slice.ts";
import { argsort } from "../../src/operations/sort.ts";
import { solve } from "../../src/operations/solve.ts";
import { broadcastTo, cast, sum } from "../../src/operations/spread.ts";
import { svd } from "../../src/operations/svd.ts";
import { take } from "../../src/operations/take.ts";
import { triangularSolve } from "../../src/operations/triangular.ts";
import * as trigonometric from "../../src/operations/trigonometric.ts";
import { where } from "../../src/operations/where.ts";
import type { Primitive } from "../../src/array/primitive.ts";
import { whole } from "../../src/operations/ranges.ts";
import { endsOf, frozen, type Shape, sizeOf } from "../../src/array/shape.ts";
import { captured } from "./capture.ts";
import { laidOut, layouts, mapElements, shapes } from "./layout.ts";
import { noise } from "./noise.ts";

/** One record and operands for it. */
export interface Sample {
  readonly primitive: Primitive;
  readonly inputs: readonly NDArray[];
}

export interface Entry {
  readonly name: string;
  /** The result is correctly rounded, so that float32 is float64 rounded. */
  readonly exact: boolean;
  /** The result is as precise as the operands; a cast to float32 is a stair. */
  readonly smooth: boolean;
  /** Other values would not do: the operands are matrices far from singular. */
  readonly fixed?: boolean;
  readonly samples: (dtypes: fc.Arbitrary<DType>) => fc.Arbitrary<Sample>;
}

/** An array of a shape, however it lies, with elements in a range. */
const arrays = (shape: Shape, dtype: DType, [low, high]: Domain[number] = [-3, 3]): fc.Arbitrary<NDArray> =>
  fc
    .tuple(layouts(shape.length), fc.integer())
    .map(([layout, seed]) => laidOut(dtype, shape, layout, noise(seed, low, high)));

const manyArrays = (list: readonly Shape[], dtypes: readonly DType[], domain: Domain): fc.Arbitrary<NDArray[]> =>
  fc.tuple(...list.map((shape, i) => arrays(shape, dtypes[i] ?? "float64", domain[i])));

/** Shapes that broadcast to a common one: leading axes missing, others of size 1. */
const broadcastable = (count: number): fc.Arbitrary<readonly Shape[]> =>
  shapes().chain((shape) =>
    fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
        .map(([drop, ones]) => frozen(shape.slice(drop).map((n, i) => (ones[i] === true ? 1 : n)))),
      { minLength: count, maxLength: count },
    ),
  );

/** Whether float32 has no shorter function of its own, so that its results are those of float64, rounded. */
const hasOneMeaning = ({ loops }: Primitive): boolean =>
  loops.kind === "map" && loops.scalar("float32") === loops.scalar("float64");

/** The operations that do not depend on parameters: those that are noted. */
const elementwise: readonly Entry[] = [
  activation,
  add,
  along,
  arithmetic,
  compare,
  elementary,
  error,
  extremum,
  hyperbolic,
  logic,
  power,
  rounding,
  trigonometric,
]
  .flatMap((module): readonly unknown[] => Object.values(module))
  .flatMap((f) => operationOf(f) ?? [])
  .map(({ primitive, domain }) => {
    // A comparison has no domain: it may be tested anywhere.
    const count = domain.length === 0 ? 2 : domain.length;
    return {
      name: primitive.name,
      exact: hasOneMeaning(primitive),
      smooth: true,
      samples: (dtypes) =>
        fc
          .tuple(broadcastable(count), fc.array(dtypes, { minLength: count, maxLength: count }))
          .chain(([list, types]) => manyArrays(list, types, domain))
          .map((inputs) => ({ primitive, inputs })),
    };
  });

/** Shapes of operands, and a call that binds the record on them. */
interface Call {
  readonly shapes: readonly Shape[];
  readonly apply: (...xs: NDArray[]) => unknown;
  /** Indices beside the operands, all of this array. */
  readonly indices?: NDArray;
}

const parametrised = (name: string, calls: fc.Arbitrary<Call>): Entry => ({
  name,
  exact: !["sum", "prod", "cumsum", "matmul", "put"].includes(name),
  smooth: true,
  samples: (dtypes) =>
    fc.tuple(calls, dtypes).chain(([{ shapes, apply, indices }, dtype]) =>
      manyArrays(
        shapes,
        shapes.map(() => dtype),
        [],
      ).map((floats) => {
        const inputs = indices === undefined ? floats : [...floats, indices];
        return { primitive: captured(name, apply, inputs), inputs };
      }),
    ),
});

const axesOf = (shape: Shape): fc.Arbitrary<number[]> =>
  fc.subarray(
    shape.map((_, i) => i),
    { minLength: 1 },
  );

type Reducing = (x: NDArray, axes: number[]) => unknown;

const reductions = (reduce: Reducing, of: fc.Arbitrary<Shape> = shapes(1)): fc.Arbitrary<Call> =>
  of.chain((shape) => axesOf(shape).map((axes): Call => ({ shapes: [shape], apply: (x) => reduce(x, axes) })));

/** What is greatest or least among elements, of which there are some. */
const extremes = (reduce: Reducing): fc.Arbitrary<Call> =>
  reductions(
    reduce,
    shapes(1).filter((shape) => sizeOf(shape) > 0),
  );

const prods = reductions(
  prod,
  shapes(1).filter((shape) => sizeOf(shape) <= 15),
);

const broadcasts = fc
  .tuple(broadcastable(1), shapes())
  .chain(([[from = []], lead]) =>
    fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: from.length, maxLength: from.length }).map((wider) => {
      const shape = [...lead, ...from.map((n, i) => (n === 1 ? (wider[i] ?? 1) : n))];
      return { from, to: shape };
    }),
  )
  .filter(({ from, to }) => from.length !== to.length || from.some((n, i) => n !== to[i]))
  .map(({ from, to }): Call => ({ shapes: [from], apply: (x) => broadcastTo(x, to) }));

const reshapes = fc
  .constantFrom<readonly [Shape, Shape]>(
    [[], [1, 1]],
    [[6], [2, 3]],
    [
      [2, 3],
      [3, -1],
    ],
    [
      [0, 3],
      [2, 0],
    ],
    [[1, 5, 1], [5]],
    [
      [2, 3, 5],
      [5, 6],
    ],
    [[1], []],
  )
  .map(([from, to]): Call => ({ shapes: [from], apply: (x) => reshape(x, to) }));

const transposes = shapes(2)
  .chain((shape) => {
    const axes = shape.map((_, i) => i);
    return fc.shuffledSubarray(axes, { minLength: axes.length }).map((order) => ({ shape, order }));
  })
  .filter(({ order }) => order.some((axis, i) => axis !== i))
  .map(({ shape, order }): Call => ({ shapes: [shape], apply: (x) => transpose(x, order) }));

const bounds = fc.option(fc.integer({ min: -7, max: 7 }));

const ranges = (n: number) =>
  fc.oneof(
    fc.constant(null),
    fc.tuple(bounds, bounds, fc.constantFrom(1, 2, 3, -1, -2)),
    ...(n > 0 ? [fc.integer({ min: -n, max: n - 1 })] : []),
  );

const slices = shapes(1).chain((shape) =>
  fc.tuple(...shape.map(ranges)).map((list): Call => ({ shapes: [shape], apply: (x) => slice(x, list) })),
);

/** The adjoint of a call: its record's answer to a cotangent, by operand 0. */
const adjoint = (name: string, { shapes, apply, indices }: Call, seed: number): Call => {
  const inputs = shapes.map((shape) => laidOut("float64", shape, { order: [], steps: [], before: 0 }, noise(seed)));
  const all = indices === undefined ? inputs : [...inputs, indices];
  const forward = captured(name, apply, all);
  const { shape } = forward.type(all);
  const [x] = all;
  if (x === undefined) throw new Error("an operand is needed");
  return {
    shapes: [shape],
    apply: (cotangent) => forward.vjp(0, cotangent, all, x),
    ...(indices === undefined ? {} : { indices }),
  };
};

/** A shape, an axis of it, and sizes for arrays along that axis. */
const sections = fc
  .tuple(shapes(1), fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 1, maxLength: 3 }))
  .chain(([shape, sizes]) => fc.nat(shape.length - 1).map((axis) => ({ shape, sizes, axis })));

const concatenations = sections.map(({ shape, sizes, axis }): Call => ({
  shapes: sizes.map((n) => frozen(shape.with(axis, n))),
  apply: (...xs) => concatenate(xs, axis),
}));

/** Consecutive parts along an axis, the last first, and zeros before them. */
const placements = sections.map(({ shape, sizes, axis }): Call => {
  const ends = endsOf([2, ...sizes]);
  const all = frozen(shape.with(axis, ends.at(-1) ?? 0));
  const takesOf = (n: number, start: number) =>
    all.map((size, at) => (at === axis ? { ...whole(n), start } : whole(size)));
  const parts = sizes.map((n, i) => ({ n, takes: takesOf(n, ends[i] ?? 0) })).toReversed();
  return {
    shapes: parts.map(({ n }) => frozen(shape.with(axis, n))),
    apply: (...xs) =>
      settled(xs.reduce<CotangentSum>((sum, x, i) => withPart(sum, x, parts[i]?.takes ?? [], all), null)),
  };
});

const takes = shapes(1)
  .chain((shape) => fc.nat(shape.length - 1).map((axis) => ({ shape, axis })))
  .chain(({ shape, axis }) =>
    fc.tuple((shape[axis] ?? 0) > 0 ? shapes() : fc.constant([0]), fc.integer()).chain(([of, seed]) => {
      const n = shape[axis] ?? 0;
      const next = noise(seed, -n, n);
      return layouts(of.length).map((layout): Call => {
        const indices = laidOut("int32", of, layout, () => Math.floor(next()));
        return { shapes: [shape], indices, apply: (x, at) => take(x, at, axis) };
      });
    }),
  );

/** Every combination of ranks, stacks that broadcast, and sizes on both sides of each rule. */
const products = fc
  .tuple(
    fc.record({ m: fc.constantFrom(0, 1, 2, 5), k: fc.constantFrom(0, 1, 3, 9), n: fc.constantFrom(0, 1, 2, 5) }),
    fc.constantFrom<readonly [Shape, Shape]>([[], []], [[2], []], [[], [3]], [[2], [2]], [[1], [3]], [[2, 1], [3]]),
    fc.constantFrom("dot", "rows", "columns", "matrices"),
  )
  .map(([{ m, k, n }, [left, right], kind]): Call => {
    const a = kind === "dot" || kind === "columns" ? [k] : [...left, m, k];
    const b = kind === "dot" || kind === "rows" ? [k] : [...right, k, n];
    return {
      shapes: [frozen(a), frozen(b)],
      apply: (x, y) => contract.matmul(x, y),
    };
  });

const cumsums = shapes(1).chain((shape) =>
  fc.nat(shape.length - 1).map((axis): Call => ({ shapes: [shape], apply: (x) => cumsum(x, axis) })),
);

const argsorts = shapes(1).chain((shape) =>
  fc.nat(shape.length - 1).map((axis): Call => ({ shapes: [shape], apply: (x) => argsort(x, axis) })),
);

const searches = fc.tuple(fc.nat(9), shapes(0), fc.constantFrom("left", "right")).map(([n, shape, side]): Call => ({
  shapes: [frozen([n]), shape],
  apply: (list, values) => searchSorted(list as NDArray<[number]>, values, { side }),
}));

/** A part of an array replaced: its shape is that of the slice. */
const sets = shapes(1).chain((shape) =>
  fc.tuple(...shape.map(ranges)).map((list): Call => {
    const part = slice(zeros(shape), list).shape;
    return { shapes: [shape, part], apply: (x, y) => set(x, list, y) };
  }),
);

/** Matrices, stacked, with so much more on the diagonal that they are far from singular; more and more by a step. */
const dominant = (shape: Shape, dtype: DType, step = 0): fc.Arbitrary<NDArray> =>
  arrays(shape, dtype, [-0.5, 0.5]).map((x) => {
    const [m, n] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    return mapElements(x, (value, i) => value + (Math.floor((i % (m * n)) / n) === i % n ? 4 + step * (i % n) : 0));
  });

/** Records of square matrices, alone or with right-hand sides; stacks and sizes of 0 occur. */
const ofMatrices = (name: string, sides: boolean, ...calls: readonly ((...xs: NDArray[]) => unknown)[]): Entry => ({
  name,
  exact: true,
  smooth: true,
  fixed: true,
  samples: (dtypes) =>
    fc
      .record({
        lead: fc.constantFrom<Shape>([], [2], [2, 1], [0]),
        n: fc.constantFrom(0, 1, 2, 3, 5),
        m: fc.constantFrom(0, 1, 2, 3),
        turn: fc.boolean(),
        dtype: dtypes.filter(isFloat),
        apply: fc.constantFrom(...calls),
      })
      .chain(({ lead, n, m, turn, dtype, apply }) =>
        fc
          .tuple(
            dominant([...lead, n, n], dtype).map((a) => (turn ? swapLast(a) : a)),
            ...(sides ? [arrays([...lead, n, m], dtype)] : []),
          )
          .map((inputs) => ({ primitive: captured(name, apply, inputs), inputs })),
      ),
});

/** Records of matrices of full rank, at least as high as wide or of any form; stacks and sizes of 0 occur. */
const ofRectangles = (
  name: string,
  call: (a: NDArray, ...others: NDArray[]) => unknown,
  { isHigh = false, sides = false, shares = false, step = 0 },
): Entry => ({
  name,
  exact: true,
  smooth: true,
  fixed: true,
  samples: (dtypes) =>
    fc
      .record({
        lead: fc.constantFrom<Shape>([], [2], [2, 1], [0]),
        m: fc.constantFrom(0, 1, 2, 3, 6),
        n: fc.constantFrom(0, 1, 2, 3, 5),
        w: fc.constantFrom(0, 1, 2),
        dtype: dtypes.filter(isFloat),
      })
      .filter(({ m, n }) => !isHigh || m >= n)
      .chain(({ lead, m, n, w, dtype }) =>
        fc
          .tuple(
            dominant([...lead, m, n], dtype, step),
            ...(sides ? [arrays([...lead, m, w], dtype)] : []),
            ...(shares ? [arrays(lead, dtype, [1e-4, 1e-3])] : []),
          )
          .map((inputs) => ({
            primitive: captured(name, (a, ...others) => call(a ?? zeros([0, 0]), ...others), inputs),
            inputs,
          })),
      ),
});

/** Casts between floats; those to integers and truths have no derivative, and tests of their own. */
const casts: Entry = {
  name: "cast",
  exact: false,
  smooth: false,
  samples: (dtypes) =>
    fc.tuple(shapes(), dtypes).chain(([shape, dtype]) =>
      arrays(shape, dtype).map((x) => {
        const to = dtype === "float64" ? "float32" : "float64";
        return { primitive: captured("cast", (v) => cast(v, to), [x]), inputs: [x] };
      }),
    ),
};

/** Choices by truths, which are no numbers to be moved a little. */
const choices: Entry = {
  name: "where",
  exact: true,
  smooth: true,
  samples: (dtypes) =>
    fc.tuple(broadcastable(3), dtypes, dtypes).chain(([list, a, b]) =>
      manyArrays(list, ["bool", a, b], []).map((inputs) => ({
        primitive: captured("where", (c, x, y) => where(c ?? 0, x ?? 0, y ?? 0), inputs),
        inputs,
      })),
    ),
};

/** Bounds of which either may lie above the other, and within the numbers that they bound. */
const clips: Entry = {
  name: "clip",
  exact: true,
  smooth: true,
  samples: (dtypes) =>
    fc.tuple(broadcastable(3), dtypes, dtypes, dtypes).chain(([list, ...types]) =>
      manyArrays(list, types, []).map((inputs) => ({
        primitive: captured("clip", (x, min, max) => clip(x ?? 0, { min: min ?? 0, max: max ?? 0 }), inputs),
        inputs,
      })),
    ),
};

/** Numbers that pass a check. */
const checks = shapes().map((shape): Call => ({ shapes: [shape], apply: (x) => belowFour(x, () => new Error(), 4) }));

const belowFour = checker(
  "test",
  1,
  eachElement((m, x, bound) => m.less(x, bound)),
);

/** Every record of the library, with operands to try it on. */
export const catalogue: readonly Entry[] = [
  ...elementwise,
  parametrised("sum", reductions(sum)),
  parametrised("prod", prods),
  parametrised("max", extremes(max)),
  parametrised("min", extremes(min)),
  parametrised("argmax", extremes(argmax)),
  parametrised("argmin", extremes(argmin)),
  parametrised("broadcastTo", broadcasts),
  parametrised("reshape", reshapes),
  parametrised("transpose", transposes),
  parametrised("slice", slices),
  parametrised(
    "place",
    fc.oneof(
      fc.tuple(slices, fc.integer()).map(([call, seed]) => adjoint("slice", call, seed)),
      placements,
    ),
  ),
  parametrised("concatenate", concatenations),
  parametrised("take", takes),
  parametrised(
    "put",
    fc.tuple(takes, fc.integer()).map(([call, seed]) => adjoint("take", call, seed)),
  ),
  parametrised("cumsum", cumsums),
  parametrised("argsort", argsorts),
  parametrised("searchSorted", searches),
  parametrised("set", sets),
  parametrised("checked", checks),
  parametrised("matmul", products),
  ofMatrices("cholesky", false, (x) => cholesky(x)),
  ofMatrices("solve", true, (a, b) => solve(a, b)),
  ofMatrices(
    "triangularSolve",
    true,
    (a, b) => triangularSolve(a, b),
    (a, b) => triangularSolve(a, b, { lower: false }),
  ),
  ofRectangles("qr", (a) => qr(a), { isHigh: true }),
  ofRectangles("qrTriangle", (a) => qrTriangle(a), { isHigh: true }),
  ofRectangles("svd", (a) => svd(a), { isHigh: true, step: 4 }),
  ofRectangles("pinv", (a) => pinv(a), { shares: true }),
  ofRectangles("lstsq", (a, b) => lstsq(a, b ?? zeros([0])), { sides: true, shares: true }),
  casts,
  choices,
  clips,
];
