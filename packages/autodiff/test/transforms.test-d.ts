// The types of the transforms: trees and literal shapes carry through, and a batch size comes and goes.
import {
  add,
  array,
  exp,
  less,
  matmul,
  type Matrix,
  mean,
  mul,
  type NDArray,
  neg,
  ones,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  tanh,
  type Vector,
} from "@gradfold/core";
import {
  checkGradients,
  checkpoint,
  cond,
  customJvp,
  customVjp,
  debugNaN,
  evalShape,
  foriLoop,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  scan,
  valueAndGrad,
  vmap,
  whileLoop,
} from "../src/index.ts";
import { is } from "./is.ts";

interface Layer {
  readonly w: Matrix<3, 2>;
  readonly b: Vector<2>;
}
declare const layer: Layer;
declare const images: NDArray<[50, 3]>;
const predict = (p: Layer, x: Vector<3>) => tanh(add(matmul(x, p.w), p.b));
const loss = (p: Layer, x: Vector<3>) => sum(square(predict(p, x)));

// ── argnums
is<Vector<3>>()(grad(loss, { argnums: 1 })(layer, ones([3])));
is<readonly [Vector<3>, Layer]>()(grad(loss, { argnums: [1, 0] })(layer, ones([3])));
is<readonly [value: Scalar, gradient: Vector<3>]>()(valueAndGrad(loss, { argnums: 1 })(layer, ones([3])));
is<Layer>()(grad(loss)(layer, ones([3])));
is<NDArray<[2, 3]>>()(jacfwd(predict, { argnums: 1 })(layer, ones([3])));
is<NDArray<[2, 3]>>()(jacrev(predict, { argnums: 1 })(layer, ones([3])));
const [ofX, ofLayer] = jacrev(predict, { argnums: [1, 0] })(layer, ones([3]));
is<NDArray<[2, 3]>>()(ofX);
is<NDArray<[2, 3, 2]>>()(ofLayer.w);
is<NDArray<[3, 3]>>()(hessian(loss, { argnums: 1 })(layer, ones([3])));
const blocks = hessian(loss, { argnums: [0, 1] })(layer, ones([3]));
is<NDArray<[3, 2, 3]>>()(blocks[0].w[1]);
is<NDArray<[3, 2]>>()(blocks[1][0].b);
is<Vector<3>>()(hvp(loss, { argnums: 1 })(layer, ones([3]), ones([3])));
is<readonly [Vector<3>, Layer]>()(hvp(loss, { argnums: [1, 0] })(layer, [ones([3]), layer], ones([3])));
// @ts-expect-error the vector is like the argument that is differentiated
hvp(loss, { argnums: 1 })(layer, layer, ones([3]));

// ── Forward mode
is<readonly [output: Vector<2>, tangent: Vector<2>]>()(jvp(predict, [layer, ones([3])], [layer, ones([3])]));
// @ts-expect-error a tangent has the type of its primal
jvp(predict, [layer, ones([3])], [layer, ones([2])]);
const [out, along] = linearize(predict, layer, ones([3]));
is<Vector<2>>()(out);
is<Vector<2>>()(along(layer, ones([3])));

// ── Second derivatives and Jacobians: the shapes of the result and of the parameter, in this order
is<NDArray<[2, 3, 2]>>()(jacrev(predict)(layer, ones([3])).w);
is<NDArray<[2, 2]>>()(jacfwd(predict)(layer, ones([3])).b);
const both = jacfwd((x: Vector<3>) => ({ a: x, b: [sum(x), x] as const }))(ones([3]));
is<NDArray<[3, 3]>>()(both.a);
is<Vector<3>>()(both.b[0]);
const rosenbrock = (p: Vector<2>) => {
  const u = slice(p, [0]);
  const v = slice(p, [1]);
  return add(square(sub(1, u)), mul(100, square(sub(v, square(u)))));
};
is<NDArray<[2, 2]>>()(hessian(rosenbrock)(array([1, 1])));
const H = hessian((p: { a: Vector<2>; b: Vector<3> }) => add(sum(square(p.a)), sum(square(p.b))))({
  a: ones([2]),
  b: ones([3]),
});
is<NDArray<[2, 3]>>()(H.a.b);
is<Layer>()(hvp(loss)(layer, layer, ones([3])));
// @ts-expect-error the vector is like the parameters
hvp(rosenbrock)(ones([2]), ones([3]));
// @ts-expect-error a vector has no Hessian
hessian(predict);

// ── vmap adds the batch size to arguments and results, and takes it from neither that is not mapped
is<NDArray<[50, 2]>>()(vmap(predict, { inAxes: [null, 0] })(layer, images));
is<NDArray<[50]>>()(vmap(loss, { inAxes: [null, 0] })(layer, images));
is<NDArray<[50]>>()(vmap(loss, { inAxes: [null, 0], chunk: 8 })(layer, images));
// @ts-expect-error a chunk is a number of rows
vmap(loss, { inAxes: [null, 0], chunk: "8" });
const each = vmap(grad(loss), { inAxes: [null, 0] })(layer, images);
is<NDArray<[50, 3, 2]>>()(each.w);
is<NDArray<[50, 2]>>()(each.b);
is<NDArray<[2, 50]>>()(vmap(predict, { inAxes: [null, 0], outAxes: 1 })(layer, images));
is<NDArray<[50, 2]>>()(vmap(predict, { inAxes: [{ w: null, b: null }, 1] })(layer, ones([3, 50])));
is<NDArray<[4, 2]>>()(
  vmap(predict, { inAxes: [{ w: 0, b: null }, null] })({ w: ones([4, 3, 2]), b: ones([2]) }, ones([3])),
);
is<NDArray<[5]>>()(vmap((v: Vector<3>) => sum(v))(ones([5, 3])));
is<NDArray<[7]>>()(vmap((v: Scalar) => exp(v))(ones([7])));
is<NDArray<[6, number]>>()(vmap(vmap((v: Vector<3>) => sum(v)))(ones([6, 5, 3]))); // of nested sizes the outer one is known
// @ts-expect-error each has three elements, not two
vmap(loss, { inAxes: [null, 0] })(layer, ones([50, 2]));

// ── Control flow keeps the carry's type
const [carry, ys] = scan((c: Layer, x: Vector<3>) => [c, predict(c, x)] as const, layer, images);
is<Layer>()(carry);
is<NDArray<[50, 2]>>()(ys);
is<NDArray<[50, 2]>>()(
  scan((c: Layer, x: Vector<3>) => [c, predict(c, x)] as const, layer, images, { reverse: true })[1],
);
// @ts-expect-error a direction is true or false
scan((c: Layer, x: Vector<3>) => [c, predict(c, x)] as const, layer, images, { reverse: 1 });
is<Layer>()(foriLoop(0, 3, (_, c) => c, layer));
is<Vector<2>>()(
  whileLoop(
    (c) => less(sum(c), 10),
    (c) => mul(2, c),
    ones([2]),
    { maxSteps: 5 },
  ),
);
is<Vector<2>>()(
  cond(
    less(1, 2),
    (x) => neg(x),
    (x) => x,
    ones([2]),
  ),
);
const itself = (x: Vector<2>) => x;
const total = (x: Vector<2>) => sum(x);
const isSmall = (x: Vector<2>) => less(x, 10);
const smallSum = (x: Vector<2>) => less(sum(x), 10);
// @ts-expect-error the turns are counted
whileLoop(smallSum, itself, ones([2]), { maxSteps: "5" });
// @ts-expect-error what decides is a scalar
cond(isSmall(ones([2])), itself, itself, ones([2]));
// @ts-expect-error both give the same
cond(true, itself, total, ones([2]));
// @ts-expect-error the carry keeps its type
foriLoop(0, 3, (_, x: Vector<2>) => total(x), ones([2]));
// @ts-expect-error the carry keeps its type
whileLoop(smallSum, total, ones([2]));
// @ts-expect-error what ends a loop is a scalar
whileLoop(isSmall, itself, ones([2]));

// ── Wrapped functions keep their types
is<(p: Layer, x: Vector<3>) => Vector<2>>()(checkpoint(predict));
is<(p: Layer, x: Vector<3>) => Vector<2>>()(debugNaN(predict));
const rule = customVjp((x: Vector<2>, y: Scalar) => mul(x, y), {
  forward: (x, y) => [mul(x, y), { x, y }],
  backward: ({ x, y }, t) => [mul(t, y), sum(mul(t, x))],
});
is<(x: Vector<2>, y: Scalar) => Vector<2>>()(rule);
customVjp((x: Vector<2>) => x, {
  forward: (x) => [x, null],
  // @ts-expect-error one cotangent for each argument, of its type
  backward: (_, t) => [sum(t)],
});
const average = (x: Vector<2>) => mean(x);
is<(x: Vector<2>) => Scalar>()(customJvp(average, ([x], [t]) => [mean(x), mean(t)]));
// @ts-expect-error the tangent is like the output
customJvp(average, ([x], [t]) => [mean(x), t]);

// ── Shapes alone
is<{ readonly shape: Readonly<[2]>; readonly dtype: NDArray["dtype"] }>()(evalShape(predict)(layer, ones([3])));
checkGradients(loss, [layer, ones([3])], { order: 2, modes: ["forward"] });
