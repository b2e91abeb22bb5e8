/* A program whose sizes are in its types, with calls that the compiler has to refuse. */

export const sizesModule = `
import { add, array, matmul, mean, ones, slice, square, squeeze, stack, sub, sum, take } from "@gradfold/core";
import type { NDArray, Scalar, Vector } from "@gradfold/core";
import { grad, valueAndGrad, vmap } from "@gradfold/autodiff";
import { adam, schedule, testFunction, trainState, trainStep } from "@gradfold/optim";

const x = stack([ones([100]), ones([100])], 1);
export const y: NDArray<[100]> = matmul(x, array([3, 2]));
export const rows: NDArray<[2]> = sum(x, 0);
export const row: NDArray<[2]> = slice(x, [0]);
const loss = (a: Vector<2>): Scalar => mean(square(sub(matmul(x, a), y)));
export const slope: Vector<2> = grad(loss)(array([1, 2]));
export const each: NDArray<[5, 2]> = vmap(grad(loss))(ones([5, 2]));
export const rate = schedule.cosineDecay({ init: 1, decaySteps: 10 });
export const optimizer = adam(rate);
export const step = trainStep(valueAndGrad(loss), optimizer);
export const state = step(trainState(array([1, 2]), optimizer))[0];
export const value: Scalar = testFunction.rosenbrock(array([0, 1]));
export const downhill: Vector<2> = grad(testFunction.rosenbrock)(array([0, 1]));
export const dropped = squeeze(ones([1, 3]), 0);
export const taken: NDArray<[2]> = take(x, 0);

// @ts-expect-error the sizes the wrong way round
matmul(array([3, 2]), x);
// @ts-expect-error two sizes that do not broadcast
add(ones([2]), ones([3]));
// @ts-expect-error an axis that is not there
sum(x, 2);
// @ts-expect-error a parameter of another size
grad(loss)(ones([3]));
`;

/** The same where a CommonJS project requires the packages. */
export const requiredModule = `
import gradfold = require("gradfold");
const { array, grad, ones, testFunction } = gradfold;
const slope: gradfold.Vector<2> = grad(testFunction.rosenbrock)(array([0, 1]));
// @ts-expect-error two sizes that do not broadcast
gradfold.add(ones([2]), ones([3]));
export = slope;
`;

/** A CommonJS module that requires every entry. */
export const requiredEntries = (entries: readonly string[]): string =>
  [
    ...entries.map((entry, i) => `import m${i} = require("${entry}");`),
    `export = [${entries.map((_, i) => `m${i}`).join(", ")}].length;`,
    "",
  ].join("\n");
