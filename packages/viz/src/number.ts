const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole number as a superscript: −12 is "⁻¹²". */
const superscript = (exponent: number): string =>
  (exponent < 0 ? "⁻" : "") +
  Array.from(String(Math.abs(exponent)), (digit) => SUPERSCRIPT.charAt(Number(digit))).join("");

/** A decimal with the minus sign of typography, as wide as the plus, and without a negative zero. */
export const signed = (decimal: string): string =>
  /^-0(\.0*)?$/.test(decimal) ? decimal.slice(1) : decimal.replace("-", "−");

/** The value as a mantissa of at most so many digits and a power of ten: 25000 is "2.5×10⁴", 1000 is "10³". */
export const scientific = (value: number, digits: number): string => {
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
  const short = signed(String(Number(mantissa)));
  const power = `10${superscript(Number(exponent))}`;
  return short === "1" ? power : short === "−1" ? `−${power}` : `${short}×${power}`;
};

const inWords = (value: number): string =>
  Number.isNaN(value) ? "not a number" : value > 0 ? "infinite" : "minus infinite";

/**
 * The value to be read, always with so many digits, so that a readout does not jump about: 2 is "2.000". A power of
 * ten when it is far from one, words when it is not finite.
 */
export const steadyText = (value: number, digits = 4): string => {
  if (!Number.isFinite(value)) return inWords(value);
  const plain = value.toPrecision(digits);
  const far = plain.includes("e") || (value !== 0 && Math.abs(value) < 1e-3);
  return far ? scientific(value, digits) : signed(plain);
};

/** The value to be read, with at most so many digits: 2 is "2". */
export const numberText = (value: number, digits = 5): string =>
  steadyText(value, digits).replace(/^(−?\d+(?:\.\d*[1-9])?)\.?0*$/, "$1");
