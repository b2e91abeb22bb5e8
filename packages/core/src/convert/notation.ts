import type { DType } from "../scalar/dtype.ts";

/** How one element of an array is written; all elements are equally long. */
export type Notation = (value: number) => string;

/** Digits behind the point, at most. */
const precision = 8;

/** A number rounded by its exact value, ties to even: JavaScript's own rounding takes ties up. */
const rounded = (write: (digits: number) => string, digits: number): string => {
  const exact = write(100);
  const end = (exact.indexOf(".") + 1 || exact.length) + digits;
  const power = exact.includes("e") ? exact.indexOf("e") : exact.length;
  const isTie = /^50*$/.test(exact.slice(end, power));
  const isEven = /[02468]\.?$/.test(exact.slice(0, end));
  return isTie && isEven ? exact.slice(0, end) + exact.slice(power) : write(digits);
};

/** The fewest digits that stand for x alone among the numbers of its dtype, as d.ddde±x. */
const shortest = (x: number, dtype: DType): string => {
  if (dtype !== "float32") return x.toExponential();
  for (let digits = 0; digits < 8; digits++) {
    const text = rounded((n) => x.toExponential(n), digits);
    if (Math.fround(Number(text)) === x) return text;
    // Below a power of two floats are twice as dense: the decimal above may stand for it where the nearest one does not.
    const [mantissa = "", power] = text.split("e");
    const above = Number(`${Math.abs(Number(mantissa.replace(".", ""))) + 1}e${Number(power) - digits}`);
    if (Math.fround(above) === Math.abs(x)) return (Math.sign(x) * above).toExponential(digits);
  }
  return x.toExponential(8);
};

/** JavaScript writes -0 without its sign. */
const signOf = (x: number): string => (Object.is(x, -0) ? "-" : "");

/** Digits behind the point, without zeros at the end. */
const behindPoint = (text: string): string => (text.split("e")[0]?.split(".")[1] ?? "").replace(/0+$/, "");

/** What stands before and behind the point. */
const positional = (x: number, dtype: DType): readonly [whole: string, fraction: string] => {
  const short = shortest(x, dtype);
  const digits = Math.max(0, behindPoint(short).length - Number(short.split("e")[1]));
  const text = digits <= precision ? Number(short).toFixed(digits) : rounded((n) => x.toFixed(n), precision);
  return [signOf(x) + (text.split(".")[0] ?? ""), behindPoint(text)];
};

/** What stands before and behind the e. */
const scientific = (x: number, dtype: DType, digits: number): readonly [mantissa: string, power: string] => {
  const short = shortest(x, dtype);
  const fits = behindPoint(short).length === digits;
  const [mantissa = "", power = ""] = (fits ? short : rounded((n) => x.toExponential(n), digits)).split("e");
  return [signOf(x) + mantissa + (digits === 0 ? "." : ""), power];
};

/** The digits behind the point that a number needs before its power of ten. */
const digitsOf = (x: number, dtype: DType): string => {
  const digits = behindPoint(shortest(x, dtype));
  return digits.length <= precision ? digits : behindPoint(scientific(x, dtype, precision)[0]);
};

const longest = (texts: readonly string[]): number => texts.reduce((n, text) => Math.max(n, text.length), 0);

/** Whether numbers differ too much, or are too large or small, to be written without powers of ten. */
const needsPowers = (sizes: readonly number[], dtype: DType): boolean => {
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  if (dtype === "float32")
    return largest >= 1e6 || smallest < Math.fround(1e-4) || Math.fround(largest / smallest) > 1000;
  return largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000;
};

/** Finite numbers with their points below each other. */
const aligned = (finite: readonly number[], dtype: DType): Notation => {
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const isWhole = sizes.every((x) => Number.isInteger(x) && x < 1e8);
  if (isWhole) return (x) => (Object.is(x, -0) ? "-0" : String(x));
  if (needsPowers(sizes, dtype)) {
    const behind = longest(finite.map((x) => digitsOf(x, dtype)));
    const digits = Math.max(2, longest(finite.map((x) => scientific(x, dtype, behind)[1])) - 1);
    return (x) => {
      const [mantissa, power] = scientific(x, dtype, behind);
      return `${mantissa}e${power.charAt(0)}${power.slice(1).padStart(digits, "0")}`;
    };
  }
  const behind = longest(finite.map((x) => positional(x, dtype)[1]));
  return (x) => {
    const [whole, fraction] = positional(x, dtype);
    return `${whole}.${fraction.padEnd(behind)}`;
  };
};

/**
 * One notation for all elements that are shown, chosen as NumPy chooses it: up to 8 digits behind the point, no more than
 * tell the numbers apart, and powers of ten where the largest is 1000 times the smallest or more than 1e8. Two things are
 * JavaScript's: the words (NaN, Infinity, true, false), and whole numbers below 1e8, which stand without a point.
 */
export const notationOf = (values: readonly number[], dtype: DType): Notation => {
  const finite = values.filter(Number.isFinite);
  const write: Notation =
    dtype === "bool" ? (x) => (x === 0 ? "false" : " true") : dtype === "int32" ? String : aligned(finite, dtype);
  const text: Notation = (x) => (Number.isFinite(x) ? write(x) : String(x));
  const width = longest(values.map(text));
  return (x) => text(x).padStart(width);
};
