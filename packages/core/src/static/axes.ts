import type { NDArray, Operand } from "../array/array.ts";
import type { Axes, Shape } from "../array/shape.ts";
import type { ShapeOf } from "./broadcast.ts";
import type { ShapeText, Unless } from "./text.ts";

type AxisNames<Ax> = Ax extends readonly number[] ? `${Ax[number]}` : Ax extends number ? `${Ax}` : never;

/** Every way to name an axis of S: "0", "1", … and "-1", "-2", … */
type Names<S extends Shape, I extends unknown[] = []> = S extends readonly [unknown, ...infer R extends Shape]
  ? `${I["length"]}` | `-${S["length"]}` | Names<R, [...I, 0]>
  : never;

type ReduceEach<
  S extends Shape,
  Ax extends string,
  K extends boolean,
  I extends unknown[] = [],
  Out extends Shape = [],
> = S extends readonly [infer H extends number, ...infer R extends Shape]
  ? [(`${I["length"]}` | `-${S["length"]}`) & Ax] extends [never]
    ? ReduceEach<R, Ax, K, [...I, 0], [...Out, H]>
    : ReduceEach<R, Ax, K, [...I, 0], K extends true ? [...Out, 1] : Out>
  : Out;

/** The shape after reducing the axes Ax, all of them when undefined. */
export type Reduced<S extends Shape, Ax, K extends boolean> = boolean extends K
  ? Shape
  : [Ax] extends [undefined]
    ? K extends true
      ? { -readonly [I in keyof S]: 1 }
      : []
    : number extends S["length"]
      ? Shape
      : `${number}` extends AxisNames<Ax>
        ? K extends true
          ? { -readonly [I in keyof S]: number }
          : Shape
        : ReduceEach<S, AxisNames<Ax>, K>;

export type AxisClash<Name extends string, S extends Shape, Ax> = [Ax] extends [undefined]
  ? never
  : number extends S["length"]
    ? never
    : `${number}` extends AxisNames<Ax>
      ? never
      : AxisComplaint<Name, S, Exclude<AxisNames<Ax>, Names<S>>>;

/** The shape without axes of size 1: those named, or all of them, where the sizes say which. */
export type Squeezed<S extends Shape, Ax> = [Ax] extends [undefined]
  ? number extends S["length"] | S[number]
    ? Shape
    : WithoutOnes<S>
  : Reduced<S, Ax, false>;

type WithoutOnes<S extends Shape, Out extends Shape = []> = S extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? WithoutOnes<R, H extends 1 ? Out : [...Out, H]>
  : Out;

/** What is said of the axes among Ax whose size is known not to be 1. */
type NotOne<S extends Shape, Ax extends string, Rest extends Shape, I extends unknown[] = []> = Rest extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? | ([(`${I["length"]}` | `-${Rest["length"]}`) & Ax] extends [never]
        ? never
        : number extends H
          ? never
          : H extends 1
            ? never
            : `squeeze: axis ${I["length"]} of ${ShapeText<S>} has size ${H}, not 1`)
    | NotOne<S, Ax, R, [...I, 0]>
  : never;

export type SqueezeClash<S extends Shape, Ax> = [AxisClash<"squeeze", S, Ax>] extends [never]
  ? [Ax] extends [undefined]
    ? never
    : number extends S["length"]
      ? never
      : `${number}` extends AxisNames<Ax>
        ? never
        : NotOne<S, AxisNames<Ax>, S>
  : AxisClash<"squeeze", S, Ax>;

type AxisComplaint<Name extends string, S extends Shape, Bad extends string> = [Bad] extends [never]
  ? never
  : `${Name}: axis ${Bad} is out of range for ${ShapeText<S>}`;

/** Options but `keepDims` change no shape. */
export interface Reduction<Name extends string, Options = object> {
  /**
   * Over some axes, all of them by default. They are gone from the result, or of size 1 with `keepDims`.
   *
   * @param axes - one axis or several; negative ones count from the end
   */
  <X extends Operand, const Ax extends Axes | undefined = undefined, K extends boolean = false>(
    x: X,
    // Of a number or a list, whichever it is, only the number is inferred.
    axes?: Unless<AxisClash<Name, ShapeOf<X>, Ax>, Ax> | (number extends Ax ? Axes : never),
    options?: {
      /** Whether the reduced axes stay, with size 1; false by default. */
      readonly keepDims?: K;
    } & Readonly<Partial<Options>>,
  ): NDArray<Reduced<ShapeOf<X>, Ax, K>>;
}

/** What is said where the axis of two and more is left out; of an unknown shape it is said at run time. */
export type AxisMissing<Call extends string, S extends Shape, Ax> = [Ax] extends [undefined]
  ? number extends S["length"]
    ? never
    : S extends readonly [] | readonly [unknown]
      ? never
      : Call extends `${infer Name}(${string}`
        ? `${Name}: ${ShapeText<S>} has ${S["length"]} axes. Name one: ${Call}`
        : never
  : never;

export interface Along<Name extends string> {
  /** Along one axis, the last by default; the shape stays. */
  <S extends Shape, const Ax extends number = -1>(x: NDArray<S>, axis?: Unless<AxisClash<Name, S, Ax>, Ax>): NDArray<S>;
}

/** The shape with the axis Ax replaced by others. */
export type Replace<
  S extends Shape,
  Ax extends string,
  By extends Shape,
  I extends unknown[] = [],
> = S extends readonly [infer H extends number, ...infer R extends Shape]
  ? [(`${I["length"]}` | `-${S["length"]}`) & Ax] extends [never]
    ? [H, ...Replace<R, Ax, By, [...I, 0]>]
    : [...By, ...R]
  : [];

/** The size of the axis Ax, where it is known. */
export type SizeAt<S extends Shape, Ax extends string, I extends unknown[] = []> = S extends readonly [
  infer H extends number,
  ...infer R extends Shape,
]
  ? [(`${I["length"]}` | `-${S["length"]}`) & Ax] extends [never]
    ? SizeAt<R, Ax, [...I, 0]>
    : H
  : number;

/** The shape with a new axis of size N at Ax. Of the axes that count from the end, only the last one is followed. */
export type Insert<S extends Shape, Ax, N extends number> = Ax extends 0
  ? [N, ...S]
  : Ax extends -1
    ? [...S, N]
    : number extends S["length"]
      ? Shape
      : Ax extends number
        ? number extends Ax
          ? Shape
          : `${Ax}` extends `-${string}`
            ? Shape
            : InsertAt<S, Ax, N>
        : never;

type InsertAt<S extends Shape, Ax extends number, N extends number, I extends unknown[] = []> = I["length"] extends Ax
  ? [N, ...S]
  : S extends readonly [infer H extends number, ...infer R extends Shape]
    ? [H, ...InsertAt<R, Ax, N, [...I, 0]>]
    : Shape;
