const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole number as a superscript: −12 is "⁻¹²". */
const superscript = (exponent: number): string =>
  (exponent < 0 ? "⁻" : "") +
  Array.from(String(Math.abs(exponent)), (digit) => SUPERSCRIPT.charAt(Number(digit))).join("");

/** A decimal with the minus sign of typography, as wide as the plus, and without a negative zero. */
export const signed = (decimal: string): string =>
  /^-0(\.0*)?$/.test(decimal) ? decimal.slice(1) : decimal.replace("-", "−");

/** The value as a mantissa of at most a number of digits and a power of ten: 25000 is "2.5×10⁴", 1000 is "10³". */
export const scientific = (value: number, digits: number): string => {
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
  const short = signed(mantissa.replace(/\.?0+$/, ""));
  const power = `10${superscript(Number(exponent))}`;
  return short === "1" ? power : short === "−1" ? `−${power}` : `${short}×${power}`;
};

/** A number, or null where one is missing. */
export type Value = number | null;

/** In words, a value that no picture shows; undefined for a finite number. */
export const inWords = (value: Value): string | undefined => {
  if (value === null) return "missing";
  if (Number.isNaN(value)) return "not a number";
  return value === Infinity ? "infinite" : value === -Infinity ? "minus infinite" : undefined;
};

/** How many of the values are what, in words: "1 infinite, 2 missing". Finite numbers do not count. */
export const tally = (values: readonly Value[]): string => {
  const counts = values.reduce((counts, value) => {
    const words = inWords(value);
    return words === undefined ? counts : counts.set(words, (counts.get(words) ?? 0) + 1);
  }, new Map<string, number>());
  return Array.from(counts, ([words, count]) => `${count} ${words}`).join(", ");
};

/**
 * The value to be read, always with the same number of digits, so that a readout does not jump about: 2 is "2.000". A power of
 * ten when it is far from one, words when it is not finite, a dash when it is missing.
 */
export const steadyText = (value: Value, digits = 4): string => {
  if (value === null) return "–";
  const plain = value.toPrecision(digits);
  const far = plain.includes("e") || (value !== 0 && Math.abs(value) < 1e-3);
  return inWords(value) ?? (far ? scientific(value, digits) : signed(plain));
};

/** The value to be read, with at most a number of digits: 2 is "2". */
export const numberText = (value: number, digits = 5): string =>
  steadyText(value, digits).replace(/^(−?\d+(?:\.\d*[1-9])?)\.?0*$/, "$1");
