import { expect, test } from "vitest";
import { numberText, scientific, steadyText } from "../src/number.ts";

test.each([
  [0, "0"],
  [-0, "0"],
  [2, "2"],
  [-0.75, "−0.75"],
  [0.1 + 0.2, "0.3"],
  [12345.6, "12346"],
  [100, "100"],
  [123456, "1.2346×10⁵"],
  [1e6, "10⁶"],
  [-1e-12, "−10⁻¹²"],
  [NaN, "not a number"],
  [Infinity, "infinite"],
  [-Infinity, "minus infinite"],
])("%d reads %s", (value, text) => expect(numberText(value)).toBe(text));

test("a readout keeps its width", () => {
  expect([2, 2.5, 2.505, -0.5].map((value) => steadyText(value))).toEqual(["2.000", "2.500", "2.505", "−0.5000"]);
});

test("a mantissa that rounds up to ten carries", () => expect(scientific(9.99e9, 2)).toBe("10¹⁰"));
