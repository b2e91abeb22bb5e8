import { layoutOf, type NDArray, type View } from "../array/array.ts";
import { broadcastStrides, sameShape, type Shape, sizeOf } from "../array/shape.ts";
import { range } from "../scalar/code.ts";
import { allocate, type DType, type Store } from "../scalar/dtype.ts";
import { compilePrinted, printJavaScript } from "../scalar/javascript.ts";
import type { ScalarFunction } from "../scalar/lane.ts";

/**
 * Fills a buffer with a scalar function of operands that step through a common shape, each with strides of its own. For
 * one axis the shape is the buffer's length, and strides are only read where an operand moves by them.
 */
type Loops = (out: Store, operands: readonly View[], shape: Shape, strides: readonly (readonly number[])[]) => void;

/** Applies a scalar function to broadcast operands. */
export type Kernel = (shape: Shape, operands: readonly NDArray[], views: readonly View[]) => Store;

/**
 * The kernel of a scalar function for operands of given dtypes, which meet in the dtype `common`.
 *
 * It is printed and compiled at first use: a scalar function called through an object costs up to 450 ns per element,
 * straight-line code 1 to 20.
 */
export const kernelOf = (f: ScalarFunction, operands: readonly DType[], common: DType, out: DType): Kernel => {
  const flat: Loops[] = [];
  const nested: Loops[][] = [];
  const compile = (rank: number, motions: number): Loops => compileLoops(f, operands, common, rank, motions);
  return (shape, arrays, views) => {
    const data = allocate(out, sizeOf(shape));
    const motions = flatMotions(arrays, shape);
    if (motions === undefined) {
      const strides = views.map((x) => broadcastStrides(x.shape, x.stride, shape));
      const found = motionsAlong(strides, shape.length - 1);
      const known = (nested[shape.length] ??= []);
      (known[found] ??= compile(shape.length, found))(data, views, shape, strides);
    } else (flat[motions] ??= compile(1, motions))(data, views, shape, []);
    return data;
  };
};

/* How operands move along the innermost axis, as the digits of a number, the first operand's last. */

const still = 0;
const next = 1;
const byStride = 2;
const kinds = 3;

/** Where each operand lies in row-major order, or is one element for all places; undefined if there is another kind. */
const flatMotions = (arrays: readonly NDArray[], shape: Shape): number | undefined => {
  let motions = 0;
  for (let k = 0; k < arrays.length; k++) {
    const x = arrays[k];
    if (x === undefined || layoutOf(x) === "one") continue;
    if (layoutOf(x) !== "rows" || !sameShape(x.shape, shape)) return undefined;
    motions += next * kinds ** k;
  }
  return motions;
};

const motionsAlong = (strides: readonly (readonly number[])[], axis: number): number => {
  let motions = 0;
  for (let k = 0; k < strides.length; k++) {
    const stride = strides[k]?.[axis];
    motions += (stride === 0 ? still : stride === 1 ? next : byStride) * kinds ** k;
  }
  return motions;
};

/** Source that reads an operand. An integer beyond 2^24 is rounded on its way to float32, as by a cast. */
const printRead = (k: number, at: string, operand: DType | undefined, common: DType): string => {
  const element = `data${k}[${at}]`;
  return `const x${k} = ${common === "float32" && operand === "int32" ? `Math.fround(${element})` : element};`;
};

/** So many places are computed at each turn of the innermost loop: a turn by itself costs more than a sum does. */
const unrolled = 4;

/** Functions of more steps cost more than a turn. */
const fewSteps = 12;

const compileLoops = (
  f: ScalarFunction,
  operands: readonly DType[],
  common: DType,
  rank: number,
  motions: number,
): Loops => {
  const { statements, result } = printJavaScript(f, common === "int32");
  const last = rank - 1;
  const motionOf = (k: number): number => Math.floor(motions / kinds ** k) % kinds;
  const each = (line: (k: number) => string): string => operands.map((_, k) => line(k)).join(" ");
  const read = (k: number, at: string): string => printRead(k, at, operands[k], common);
  const readMoving = (k: number, i: string): string => {
    if (motionOf(k) === still) return "";
    return read(k, motionOf(k) === next ? `at${k} + ${i}` : `at${k} + (${i}) * step${k}_${last}`);
  };
  const place = (i: string): string => `{ ${each((k) => readMoving(k, i))} ${statements} out[o + ${i}] = ${result}; }`;
  const places = range(unrolled).map((q) => place(`i + ${q}`));
  const turns =
    f.instructions.length > fewSteps ? "" : `for (; i <= n - ${unrolled}; i += ${unrolled}) { ${places.join(" ")} }`;
  const row = `
    ${each((k) => (motionOf(k) === still ? read(k, `at${k}`) : ""))}
    let i = 0;
    ${turns}
    for (; i < n; i++) ${place("i")}
    o += n;`;
  // After the loop of an axis an operand stands at that loop's end; the step of the axis around starts from its beginning.
  const body = range(last).reduceRight((inner, axis) => {
    const step = (k: number): string =>
      axis === last - 1
        ? `at${k} += step${k}_${axis};`
        : `at${k} += step${k}_${axis} - n${axis + 1} * step${k}_${axis + 1};`;
    return `for (let i${axis} = 0; i${axis} < n${axis}; i${axis}++) { ${inner} ${each(step)} }`;
  }, row);
  const isRead = (k: number, axis: number): boolean => axis < last || motionOf(k) === byStride;
  const steps = (k: number): string =>
    range(rank)
      .map((axis) => (isRead(k, axis) ? `const step${k}_${axis} = strides[${k}][${axis}];` : ""))
      .join(" ");
  return compilePrinted<Loops>(
    `(out, operands, shape, strides) => {
      let o = 0;
      const n = ${rank === 1 ? "out.length" : `shape[${last}]`};
      ${range(last)
        .map((axis) => `const n${axis} = shape[${axis}];`)
        .join(" ")}
      ${each((k) => `const data${k} = operands[${k}].data; let at${k} = operands[${k}].offset; ${steps(k)}`)}
      ${body}
    }`,
  );
};
