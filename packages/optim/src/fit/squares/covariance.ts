import {
  cast,
  concatenate,
  div,
  DomainError,
  expandDims,
  eye,
  logicalNot,
  matmul,
  type Matrix,
  mul,
  qr,
  triangularSolve,
  type Vector,
  where,
  zeros,
} from "@gradfold/core";
import { tracer } from "@gradfold/core/transform";
import { pressed } from "../bounds.ts";
import { finite } from "../covariance.ts";
import type { Squares } from "./problem.ts";
import { inUnits, isDetermined, undetermined } from "./rank.ts";
import { asMatrix } from "../sizes.ts";

/* How sure a point is that makes squares of residuals least. */

/** The triangular factor of the Jacobian at a point, at least as high as wide, the columns of numbers that press against a bound being their own units. */
const factorAt = ({ residuals, loss, bounds }: Squares, x: Vector) => {
  const found = residuals.at(x);
  const weighed = loss.weigh(found, residuals.jacobian(x, found));
  const [rows, n] = weighed.jacobian.shape;
  const missing = zeros([Math.max(n - rows, 0), n], { dtype: x.dtype });
  const whole = asMatrix(concatenate([weighed.jacobian, missing], 0));
  if (bounds === null) return { rows, root: qr(whole).r, held: undefined };
  const held = pressed(x, matmul(weighed.residuals, weighed.jacobian), bounds);
  const free = where(held, 0, whole);
  const units = mul(eye(n, { dtype: x.dtype }), expandDims(cast(held, x.dtype), 0));
  return { rows, root: asMatrix(qr(asMatrix(concatenate([free, units], 0))).r), held };
};

/** The numbers that are not determined at a point whose values are known, in a sentence; nothing where all are. */
export const undeterminedAt = (squares: Squares, point: unknown, x: Vector): string => {
  const { rows, root } = factorAt(squares, x);
  const words = undetermined(point, rows, root);
  return words === "" ? "" : `At the point ${words}.`;
};

/**
 * A root M of the inverse of Jᵀ J = (M Mᵀ)⁻¹, [n, n]: the inverse of the Jacobian's triangular factor, from columns of length 1, so that
 * units do not matter. Rows of numbers that press against a bound are 0.
 */
export const inverseRoot = (name: string, squares: Squares, point: unknown, x: Vector): Matrix => {
  const { rows, root, held } = factorAt(squares, x);
  const { unit, lengths } = inUnits(root);
  const n = x.shape[0];
  const inverse = triangularSolve(unit, eye(n, { dtype: unit.dtype }), { lower: false });
  const scaled = div(inverse, expandDims(lengths, 1));
  const right = finite(where(isDetermined(rows, unit), scaled, NaN), () => {
    const words = tracer(root) === undefined ? undetermined(point, rows, root) : "some numbers are not determined";
    return new DomainError(
      `${name}: there is no covariance: ${words}. Leave one of them out, or add residuals that tell them apart.`,
    );
  });
  return asMatrix(held === undefined ? right : where(expandDims(logicalNot(held), 1), right, 0));
};
