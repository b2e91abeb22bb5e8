import { type NDArray, ones } from "@gradfold/core";
import { hessian, hvp, jacrev, jvp, valueAndGrad, vjp } from "@gradfold/autodiff";
import { expect, test } from "vitest";
import { apply, decode, functionOf, golden } from "../../autodiff/test/golden.ts";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

/* The programs that autodiff is checked on against PyTorch, compiled: the bits of eager code, values and derivatives. */

type Leaves = readonly NDArray[];

const isCompiled = (f: (...xs: Leaves) => unknown, xs: Leaves): void => expectSameBits(jit(f)(...xs), f(...xs));

test.each([...golden.cases, ...golden.kinks].map((each, i) => [`${each.op} (${i})`, each] as const))(
  "%s and its vjps",
  (_, { op, attrs, inputs }) => {
    const f = (...xs: Leaves) => {
      const [output, pullBack] = vjp((...ys: Leaves) => apply(op, ys, attrs), ...xs);
      return [output, pullBack(ones(output.shape))];
    };
    isCompiled(f, inputs.map(decode));
  },
);

test.each([...golden.hvps, ...golden.graphs].map((each) => [each.name, each] as const))(
  "%s, its gradient and its second derivatives",
  (_, each) => {
    const f = functionOf(each) as (...xs: Leaves) => NDArray<[]>;
    const xs = each.inputs.map(decode);
    const onList = (list: Leaves) => f(...list);
    isCompiled((...list: Leaves) => valueAndGrad(onList)(list), xs);
    isCompiled((...list: Leaves) => hvp(onList)(list, each.v.map(decode)), xs);
    if (each.hessian !== undefined) isCompiled((x) => hessian((y: NDArray) => f(y))(x), xs);
  },
);

test.each(golden.jvps.map((each) => [each.name, each] as const))("%s, its tangent and its Jacobian", (_, each) => {
  const f = functionOf(each);
  const [xs, ts] = [each.inputs.map(decode), each.tangents.map(decode)];
  expect(ts).toHaveLength(xs.length);
  isCompiled((...list: Leaves) => jvp((...ys: Leaves) => f(...ys), list as never, ts as never), xs);
  if (each.jacobian !== undefined) isCompiled((x) => jacrev((y: NDArray) => f(y))(x), xs);
});
