// The types of optimizers, states and runs, and the compiler's words about those that do not fit.
import { grad, hessian, valueAndGrad, vmap } from "@gradfold/autodiff";
import {
  add,
  array,
  type Key,
  matmul,
  type Matrix,
  mean,
  mul,
  type NDArray,
  ones,
  type Option,
  option,
  pipe,
  random,
  type Scalar,
  sign,
  square,
  sub,
  sum,
  tree,
  type Vector,
  zeros,
} from "@gradfold/core";
import {
  adam,
  type AdamState,
  adamw,
  applyUpdates,
  batches,
  chain,
  type For,
  initializer,
  injectHyperparams,
  lookahead as optimLookahead,
  loss,
  masked,
  type Metrics,
  multiSteps,
  namedChain,
  type Params,
  partition,
  projection,
  type ScaleState,
  schedule,
  scheduleFree,
  sgd,
  standardize,
  steps,
  synthetic,
  testFunction,
  type TraceState,
  trainState,
  type TrainState,
  trainStep,
  trainTestSplit,
  trajectory,
  type Transform,
  transform,
} from "../src/index.ts";
import { is } from "./is.ts";

interface Dense<I extends number, O extends number> {
  readonly w: Matrix<I, O>;
  readonly b: Vector<O>;
}
interface Mlp {
  readonly hidden: Dense<64, 32>;
  readonly out: Dense<32, 10>;
}
declare const params: Mlp;
declare const key: Key;
const digits = { x: ones([1797, 64]), y: ones([1797]) };
type SgdState = readonly [TraceState, ScaleState];

// ── The blog's run
const [x, y] = [ones([100, 2]), ones([100])];
const objective = (a: Vector<2>) => mean(square(sub(matmul(x, a), y)));
const optimizer = sgd(0.1);
const step = trainStep(valueAndGrad(objective), optimizer);
const start = trainState(array([0.5, 0.75]), optimizer);
is<TrainState<NDArray<[2]>, SgdState>>()(start);
const run = trajectory.fold(step, start, steps(100));
is<trajectory.Trajectory<TrainState<Vector<2>, SgdState>, Metrics, void>>()(run);
is<readonly number[]>()(run.metrics.loss);
is<Vector<2>>()(run.final.params);
is<Scalar>()(run.final.step);
is<Option<Vector<2>>>()(
  pipe(
    trajectory.at(run, 50),
    option.map((s) => s.params),
  ),
);
is<Option<trajectory.Replay<TrainState<Vector<2>, SgdState>, Metrics>>>()(
  pipe(trajectory.replayFrom(run, 0), option.flatMap(trajectory.forward)),
);
is<readonly number[]>()(trajectory.evaluate(run, ({ params }) => objective(params)));
// A loss without a batch makes a step of one argument.
is<Vector<2>>()(step(start)[0].params);

// ── Batches, auxiliary values and keys
const predict = (p: Mlp, batch: { readonly x: Matrix<number, 64>; readonly y: Vector }) =>
  add(mean(add(matmul(batch.x, p.hidden.w), p.hidden.b)), mean(batch.y));
const minibatches = batches(key, digits, { size: 32 });
is<{ readonly x: NDArray<[number, 64]>; readonly y: NDArray<[number]> }>()(minibatches.at(0));
const measured = trainStep(valueAndGrad(objective), optimizer, { metrics: ["gradientNorm", "learningRate"] });
const [, rows] = measured(start, undefined);
is<Scalar>()(rows.gradientNorm);
is<Scalar>()(rows.learningRate);
// @ts-expect-error what was not asked for is no metric
is<Scalar>()(rows.stepLength);
// @ts-expect-error a step measures nothing of this name
trainStep(valueAndGrad(objective), optimizer, { metrics: ["norm"] });

const fit = trajectory.fold(trainStep(valueAndGrad(predict), optimizer), trainState(params, optimizer), minibatches);
is<trajectory.Trajectory<TrainState<Mlp, SgdState>, Metrics, { readonly x: Matrix<number, 64>; readonly y: Vector }>>()(
  fit,
);
const withAccuracy = (p: Mlp, batch: { readonly x: Matrix<number, 64>; readonly y: Vector }) =>
  [predict(p, batch), { accuracy: mean(batch.y) }] as const;
const fit2 = trajectory.fold(
  trainStep(valueAndGrad(withAccuracy), optimizer),
  trainState(params, optimizer),
  minibatches,
);
is<readonly number[]>()(fit2.metrics.accuracy);
is<readonly number[]>()(fit2.metrics.loss);
const drawn = (p: Mlp, batch: { readonly x: Matrix<number, 64>; readonly y: Vector }, k: Key) =>
  add(predict(p, batch), random.uniform(k));
trajectory.fold(trainStep(valueAndGrad(drawn), optimizer), trainState(params, optimizer, key), minibatches);

// ── The state of an optimizer is typed by the parameters
const state = trainState(params, sgd(0.1, { momentum: 0.9 }));
is<Matrix<64, 32>>()(state.optimizer[0].trace.hidden.w);
is<Scalar>()(state.optimizer[1].count);
is<Option<Matrix<64, 32>>>()(
  pipe(
    trajectory.at(fit, 50),
    option.map((s) => s.optimizer[0].trace.hidden.w),
  ),
);

// ── Transforms of one's own
export const signDescent = (rate: number): Transform<null> => ({
  init: () => null,
  update: (updates, state) => [tree.map((g) => mul(sign(g), -rate), updates), state],
});
const momentum = (beta: number): Transform<{ readonly velocity: Params }> => ({
  init: (p) => ({ velocity: tree.zerosLike(p) }),
  update: (updates, { velocity }) => {
    const next = tree.map((v, g) => add(mul(v, beta), g), velocity, updates);
    return [next, { velocity: next }];
  },
});
const lookahead = <S>(inner: Transform<S>): Transform<{ readonly inner: S; readonly slow: Params }> => ({
  init: (p) => ({ inner: inner.init(p), slow: p }),
  update: (updates, state, p) => {
    const [u, next] = inner.update(updates, state.inner, p);
    return [u, { inner: next, slow: tree.map((s, q) => add(s, mul(sub(q, s), 0.5)), state.slow, p) }];
  },
});
const mine = chain(
  momentum(0.9),
  transform.scaleByLearningRate((count) => mul(0.1, count)),
);
is<Mlp>()(trainState(params, lookahead(mine)).optimizer.inner[0].velocity);
export const table: readonly Transform<unknown>[] = [sgd(0.1), mine, lookahead(mine), signDescent(1)];
is<Mlp>()(applyUpdates(params, params));

// ── Losses
is<NDArray<[100]>>()(loss.squaredError(matmul(x, array([1, 2])), y));
is<NDArray<[]>>()(loss.squaredError(1, 2));
/** What a loss asks of its targets. */
type Second<F> = F extends (a: never, b: infer B) => unknown ? B : never;
declare const second: <F>(f: F) => Second<F>;
const says =
  <Words extends string>() =>
  <A>(_asked: A & ([A] extends [Words] ? ([Words] extends [A] ? unknown : never) : never)): void => {};
// @ts-expect-error losses do not broadcast
loss.squaredError(ones([100]), ones([1]));
says<"loss.squaredError: shapes differ: [100] and [1]">()(second(loss.squaredError<NDArray<[100]>, NDArray<[1]>>));
says<"loss.squaredError: shapes differ: [100, 1] and [100]">()(
  second(loss.squaredError<NDArray<[100, 1]>, NDArray<[100]>>),
);
export const generic = (p: NDArray, t: NDArray) => mean(loss.squaredError(p, t));

// ── The wrong state
// @ts-expect-error the state of another optimizer
trajectory.fold(step, trainState(array([0.5, 0.75]), mine), steps(10));
// @ts-expect-error the state of other parameters
trajectory.fold(step, trainState(array([0.5, 0.75, 1]), optimizer), steps(10));
// @ts-expect-error the state of three parameters for two
sgd(0.1).update(array([1, 2]), sgd(0.1).init(array([1, 2, 3])), array([1, 2]));
// @ts-expect-error updates have the structure of the parameters
applyUpdates({ w: ones([2]) }, { w: ones([3]) });

// ── A batch of the wrong width
const lossB = (w: Vector<64>, batch: { readonly x: Matrix<number, 64> }) => mean(matmul(batch.x, w));
const stepB = trainStep(valueAndGrad(lossB), optimizer);
const startB = trainState(ones([64]), optimizer);
stepB(startB, { x: ones([32, 64]) });
// @ts-expect-error 63 is not 64
stepB(startB, { x: ones([32, 63]) });
// @ts-expect-error 63 is not 64
trajectory.fold(stepB, startB, batches(key, { x: ones([100, 63]) }, { size: 32 }));
// @ts-expect-error 63 is not 64
trajectory.fold(stepB, startB, steps(3, { x: ones([100, 63]) }));
// @ts-expect-error the loss takes a batch
trajectory.fold(stepB, startB, steps(3));
// @ts-expect-error a learning rate is a number, a scalar or a schedule
sgd(ones([2]));
// @ts-expect-error no such option
sgd(0.1, { momentun: 0.9 });
is<Scalar>()(sum(zeros([3])));

// ── Optimizers: states typed by the parameters, chains inferred as tuples
is<For<Mlp, readonly [AdamState, ScaleState]>>()(adam(0.1).init(params));
is<Matrix<64, 32>>()(adam(0.1).init(params)[0].mu.hidden.w);
const long = chain(transform.clipByGlobalNorm(1), transform.scaleByAdam(), transform.scaleByLearningRate(0.1));
is<Transform<[null, AdamState, ScaleState]>>()(long);
is<Mlp>()(long.update(params, long.init(params), params)[0]);
const named = namedChain({ grow: transform.ema({ decay: 0.9 }), go: adamw(0.1) });
is<Vector<32>>()(named.init(params).grow.ema.hidden.b);
is<Matrix<64, 32>>()(named.init(params).go[0].nu.hidden.w);
is<Matrix<64, 32> | null>()(masked(adam(0.1), (path) => path === "w").init(params)[0].mu.hidden.w);
const parts = partition({ fast: sgd(1), slow: adam(0.1) }, (path) => (path === "w" ? "fast" : "slow"));
is<Vector<32> | null>()(parts.init(params).slow[0].mu.hidden.b);
is<Mlp>()(parts.update(params, parts.init(params), params)[0]);
// @ts-expect-error no such label
partition({ fast: sgd(1) }, () => "slow");
const tunable = injectHyperparams((h) => adam(h.learningRate), { learningRate: 0.1 });
is<Scalar>()(tunable.init(params).hyperparams.learningRate);
is<Mlp>()(tunable.init(params).inner[0].mu);
is<Mlp>()(multiSteps(adam(0.1), { every: 4 }).init(params).inner[0].nu);
is<Mlp>()(optimLookahead(adam(0.1)).init(params).slow);
is<Mlp>()(scheduleFree(sgd(0.1), { learningRate: 0.1 }).init(params).x);
is<Mlp>()(projection.box(params, { lower: -1, upper: 1 }));
is<Mlp>()(projection.box(params, { lower: -1, upper: params }));
// @ts-expect-error the bounds have the parameters' structure
projection.box({ w: params }, { lower: { v: 0 }, upper: 1 });
// @ts-expect-error no such option
adam(0.1, { beta1: 0.9 });

// ── Losses of rows
is<NDArray<[32]>>()(loss.softmaxCrossEntropyWithIntegerLabels(ones([32, 10]), ones([32])));
is<NDArray<[2, 3]>>()(loss.softmaxCrossEntropy(ones([2, 3, 4]), ones([2, 3, 4])));
// @ts-expect-error a label for each row
loss.softmaxCrossEntropyWithIntegerLabels(ones([32, 10]), ones([31]));
// @ts-expect-error rows of one length
loss.cosineSimilarity(ones([32, 10]), ones([32, 9]));
is<Scalar>()(schedule.cosineDecay({ init: 1, decaySteps: 10 })(0));
is<Matrix<50, 2>>()(synthetic.moons(key, 50).x);
is<NDArray<[64, 32]>>()(initializer.heNormal(key, [64, 32]));
is<NDArray<[number, 64]>>()(trainTestSplit(key, digits, { testSize: 0.5 }).train.x);

// ── Test functions: a gradient keeps the size of the point
declare const point: Vector<2>;
declare const unknown: NDArray;
is<Scalar>()(testFunction.rosenbrock(point));
is<Scalar>()(testFunction.rastrigin(unknown));
is<Vector<2>>()(grad(testFunction.rosenbrock)(point));
is<NDArray>()(grad(testFunction.rosenbrock)(unknown));
is<Vector<3>>()(grad(testFunction.quadratic(10))(ones([3])));
is<readonly [Scalar, Vector<2>]>()(valueAndGrad(testFunction.ackley)(point));
is<Matrix<2, 2>>()(hessian(testFunction.booth)(point));
is<Matrix<5, 2>>()(vmap(grad((x: Vector<2>) => testFunction.saddle(x)))(ones([5, 2])));
const descend = trainStep(
  valueAndGrad((x: Vector<2>) => testFunction.himmelblau(x)),
  sgd(0.01),
);
is<Vector<2>>()(descend(trainState(point, sgd(0.01)))[0].params);
// @ts-expect-error a point is an array
testFunction.rosenbrock(1);

// ── Standardization: one mean for each column
is<Vector<3>>()(standardize.fit(ones([10, 3])).mean);
is<Matrix<10, 3>>()(standardize.apply(standardize.fit(ones([10, 3])), ones([10, 3])));
is<NDArray>()(standardize.fit(unknown).std);
