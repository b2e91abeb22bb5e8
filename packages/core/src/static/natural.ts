/*
 * Arithmetic of sizes that are literals, digit by digit as on paper, so that its cost grows with the digits and not with
 * the numbers. Of a size that is not known, or that is written with an exponent, nothing is claimed: `number`.
 */

/** As many elements as the place says: a digit and what is borrowed for it. */
type Units = [
  [],
  [0],
  [0, 0],
  [0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0],
];
type Ten = [0, ...Units[9]];
type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";

/** The digits as lists of elements, the last digit first; `null` where something else is written. */
type Digits<Text extends string, Out extends unknown[] = []> = Text extends `${infer D}${infer Rest}`
  ? D extends Digit
    ? Digits<Rest, [Units[D & keyof Units], ...Out]>
    : null
  : Out;

/** The digits of a difference, the last one first; `null` where it is negative. */
type Minus<A, B, Borrow extends unknown[] = [], Out extends string = ""> = A extends [
  infer a extends unknown[],
  ...infer AR,
]
  ? B extends [infer b extends unknown[], ...infer BR]
    ? Take<a, [...b, ...Borrow], AR, BR, Out>
    : Take<a, Borrow, AR, [], Out>
  : Borrow extends []
    ? B extends []
      ? Out
      : null
    : null;

type Take<A extends unknown[], B extends unknown[], AR, BR, Out extends string> = A extends [...B, ...infer R]
  ? Minus<AR, BR, [], `${R["length"] & number}${Out}`>
  : [...Ten, ...A] extends [...B, ...infer R]
    ? Minus<AR, BR, [0], `${R["length"] & number}${Out}`>
    : null;

/** A number without the zeros in front. */
type Parsed<Text extends string> = Text extends `0${infer Rest}`
  ? Rest extends ""
    ? 0
    : Parsed<Rest>
  : Text extends `${infer N extends number}`
    ? N
    : number;

/** a - b for whole numbers from 0 on; `null` where it is negative, `number` where it is not known. */
export type Difference<A extends number, B extends number> = number extends A | B
  ? number
  : Digits<`${A}`> extends infer DA extends unknown[]
    ? Digits<`${B}`> extends infer DB extends unknown[]
      ? Minus<DA, DB> extends infer Text
        ? Text extends string
          ? Parsed<Text>
          : null
        : never
      : number
    : number;

/** The lesser of two. */
export type Lesser<A extends number, B extends number> =
  Difference<A, B> extends infer D ? (D extends null ? A : number extends D ? number : B) : never;

/** ⌈a / b⌉; where it is more than 500, `number`. */
export type Steps<A extends number, B extends number, Count extends unknown[] = []> = number extends A | B
  ? number
  : B extends 0
    ? number
    : B extends 1
      ? A
      : A extends 0
        ? Count["length"]
        : Count["length"] extends 500
          ? number
          : Difference<A, B> extends infer D
            ? D extends number
              ? Steps<D, B, [...Count, 0]>
              : [...Count, 0]["length"] & number
            : never;

/** The digits of a sum, the last one first. */
type Plus<A, B, Carry extends unknown[] = [], Out extends string = ""> = A extends [
  infer a extends unknown[],
  ...infer AR,
]
  ? B extends [infer b extends unknown[], ...infer BR]
    ? Put<[...a, ...b, ...Carry], AR, BR, Out>
    : Put<[...a, ...Carry], AR, [], Out>
  : B extends [infer b extends unknown[], ...infer BR]
    ? Put<[...b, ...Carry], [], BR, Out>
    : Carry extends []
      ? Out
      : `1${Out}`;

type Put<Total extends unknown[], AR, BR, Out extends string> = Total extends [...Ten, ...infer R]
  ? Plus<AR, BR, [0], `${R["length"] & number}${Out}`>
  : Plus<AR, BR, [], `${Total["length"] & number}${Out}`>;

/** a + b for whole numbers from 0 on; of others `number`. */
export type Sum<A extends number, B extends number> = number extends A | B
  ? number
  : Digits<`${A}`> extends infer DA extends unknown[]
    ? Digits<`${B}`> extends infer DB extends unknown[]
      ? Parsed<Plus<DA, DB>>
      : number
    : number;

/** A number as often as there are elements. */
type Fold<A extends number, Count extends unknown[]> = Count extends [unknown, ...infer R] ? Sum<A, Fold<A, R>> : 0;

/** Digit after digit of the second factor. */
type Horner<A extends number, Text extends string, Out extends number = 0> = Text extends `${infer D}${infer R}`
  ? D extends Digit
    ? Horner<A, R, Sum<Parsed<`${Out}0`>, Fold<A, Units[D & keyof Units]>>>
    : number
  : Out;

/** a b for whole numbers from 0 on; of others `number`. */
export type Product<A extends number, B extends number> = number extends A | B ? number : Horner<A, `${B}`>;

/** The product of all sizes. */
export type ProductOf<S extends readonly number[], Out extends number = 1> = number extends Out
  ? number
  : S extends readonly [infer H extends number, ...infer R extends readonly number[]]
    ? ProductOf<R, Product<H, Out>>
    : S extends readonly []
      ? Out
      : number;
