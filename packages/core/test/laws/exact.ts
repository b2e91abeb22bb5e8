/*
 * e^x, log x and tanh x to about 200 bits, in whole numbers: what the library's functions are held to. A value is
 * m 2^e with a whole m; fixed point means e = -bits.
 */

export interface Real {
  readonly m: bigint;
  readonly e: number;
}

const bits = 240;
const one = 1n << BigInt(bits);

const words = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
const real = (x: number): Real => {
  words.setFloat64(0, x);
  const word = words.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & ((1n << 52n) - 1n);
  const m = exponent === 0 ? fraction : fraction | (1n << 52n);
  return { m: word >> 63n === 1n ? -m : m, e: Math.max(exponent, 1) - 1075 };
};

const shift = (m: bigint, by: number): bigint => (by >= 0 ? m << BigInt(by) : m >> BigInt(-by));

const fixed = ({ m, e }: Real): bigint => shift(m, e + bits);
const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(bits);

const lengthOf = (m: bigint): number => (m < 0n ? -m : m).toString(2).length;

/** log 2 = 2 artanh(1/3). */
const ln2 = (() => {
  let sum = 0n;
  for (let k = 0n, power = (2n * one) / 3n; power > 0n; k++, power /= 9n) sum += power / (2n * k + 1n);
  return sum;
})();

/** e^r of a small fixed-point number: Taylor's series of r / 256, squared eight times. */
const expSmall = (r: bigint): bigint => {
  const x = r >> 8n;
  let sum = one;
  for (let k = 1n, term = one; term !== 0n && k < 60n; k++) {
    term = times(term, x) / k;
    sum += term;
    if (term === -1n) break;
  }
  for (let i = 0; i < 8; i++) sum = times(sum, sum);
  return sum;
};

/** e^x of a fixed-point number. */
const expFixed = (x: bigint): Real => {
  const k = x / ln2;
  return { m: expSmall(x - k * ln2), e: Number(k) - bits };
};

export const exp = (x: number): Real => expFixed(fixed(real(x)));

/** With y near log m and m e^-y = 1 + d, log m = y + d - d^2/2 + d^3/3 to four times the digits of y. */
export const log = (x: number): Real => {
  const { m, e } = real(x);
  const k = e + lengthOf(m) - 1;
  const mantissa = shift(m, bits - lengthOf(m) + 1);
  const y = fixed(real(Math.log(Number(mantissa >> BigInt(bits - 52)) / 2 ** 52)));
  const power = expFixed(-y);
  const d = times(mantissa, shift(power.m, power.e + bits)) - one;
  const [d2, d3] = [times(d, d), times(times(d, d), d)];
  return { m: y + d - d2 / 2n + d3 / 3n + BigInt(k) * ln2, e: -bits };
};

export const tanh = (x: number): Real => {
  // Below 2^-40 the series x - x^3/3 is exact to 160 bits, whatever the size of x.
  if (Math.abs(x) < 2 ** -40) {
    const { m, e } = real(x);
    const wide = m << 200n;
    const square = m * m;
    return { m: wide - shift(wide * square, 2 * e) / 3n, e: e - 200 };
  }
  if (Math.abs(x) > 100) return { m: x < 0 ? -one : one, e: -bits };
  const power = expFixed(2n * fixed(real(x)));
  const p = shift(power.m, power.e + bits);
  return { m: ((p - one) << BigInt(bits)) / (p + one), e: -bits };
};

/** How many units in the last place a result is away from the exact value, in a format of so many digits. */
export const ulps = (got: number, exact: Real, digits: number, smallest: number): number => {
  const { m, e } = real(got);
  const low = Math.min(e, exact.e);
  const difference = shift(m, e - low) - shift(exact.m, exact.e - low);
  const unit = Math.max(exact.e + lengthOf(exact.m) - digits, smallest);
  // Kept to 64 bits of precision before it becomes a double.
  const excess = Math.max(lengthOf(difference) - 64, 0);
  return Math.abs(Number(difference >> BigInt(excess))) * 2 ** (low + excess - unit);
};
