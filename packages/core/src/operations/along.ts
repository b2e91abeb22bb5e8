import type { Binary } from "../static/broadcast.ts";
import { neg } from "./arithmetic.ts";
import { binary } from "./family/binary.ts";

/*
 * Products and quotients for derivatives of functions whose slope may be infinite. What does not move, moves nothing: a
 * tangent or cotangent of 0 stays 0, however steep a function is where something else was chosen. As maps of t both are
 * linear, and their own derivatives are those of a product and a quotient.
 */

const anywhere = [-3, 3] as const;

/** A product that is 0 where either side is. */
export const joint: Binary<"joint"> = binary({
  name: "joint",
  meaning: (L, a, b) => L.select(L.or(L.equal(a, 0), L.equal(b, 0)), 0, L.mul(a, b)),
  derivatives: [(c, _, b) => joint(c, b), (c, a) => joint(c, a)],
  domain: [anywhere, anywhere],
});

/** t times a slope. */
export const along: Binary<"along"> = binary({
  name: "along",
  meaning: (L, t, slope) => L.select(L.equal(t, 0), t, L.mul(t, slope)),
  derivatives: [(c, _, slope) => along(c, slope), (c, t) => joint(c, t)],
  domain: [anywhere, anywhere],
});

/** t divided by the inverse of a slope. */
export const over: Binary<"over"> = binary({
  name: "over",
  meaning: (L, t, divisor) => L.select(L.equal(t, 0), t, L.div(t, divisor)),
  derivatives: [(c, _, divisor) => over(c, divisor), (c, t, divisor) => neg(over(over(joint(c, t), divisor), divisor))],
  domain: [anywhere, [0.2, 4]],
});
