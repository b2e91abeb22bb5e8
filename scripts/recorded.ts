/* fixtures/run.safetensors, which is the first of `recordings()` as Node 20 made it, and what every engine must find in it. */
import {
  add,
  array,
  type DecodeError,
  type Either,
  either,
  matmul,
  mean,
  type NDArray,
  ones,
  option,
  orThrow,
  random,
  square,
  stack,
  sub,
  toTypedArray,
  type Vector,
} from "@gradfold/core";
import { valueAndGrad } from "@gradfold/autodiff";
import { jit, scan } from "@gradfold/compile";
import { batches, type Recording, recording, sgd, trajectory, trainState, trainStep } from "@gradfold/optim";

const [forX, forB, forBatches] = random.split(random.key(8), 3);
const x = stack([random.uniform(forX, [40], { min: -1, max: 1 }), ones([40])], 1);
const y = add(matmul(x, array([3, 2])), random.uniform(forB, [40]));
const optimizer = sgd(0.05, { momentum: 0.9 });
const step = trainStep(
  valueAndGrad((a: Vector<2>, batch: { x: NDArray<[number, 2]>; y: NDArray<[number]> }) =>
    mean(square(sub(matmul(batch.x, a), batch.y))),
  ),
  optimizer,
);
const inputs = batches(forBatches, { x, y }, { size: 16, epochs: 10 });
const start = trainState(array([0.5, 0.75]), optimizer);
const few = { budget: 12_000 };

/** The run operation by operation, with the step compiled, and as compiled loops. */
const runs = () => [
  trajectory.fold(step, start, inputs, few),
  trajectory.fold(jit(step), start, inputs, few),
  trajectory.fold(step, start, inputs, { ...few, scan }),
];

/** The files that this engine makes of the run, one for each way to compute it. */
const recordings = (): readonly Uint8Array[] =>
  runs().map((run) => recording.encode(recording.of(run, { description: { run: "a line through 40 points" } })));

/**
 * The recording with a bit of a kept state's parameters flipped: the lowest one, but for the first state, of which only
 * the consequences are verified, and steps that contract swallow a last bit.
 */
const flipped = (made: Recording, at: number): Recording => ({
  ...made,
  keyframes: made.keyframes.map((frame, i) => {
    if (i !== at) return frame;
    const state = frame.state as typeof start;
    const words = new Uint32Array(toTypedArray(state.params).buffer);
    const word = at === 0 ? 1 : 0;
    words[word] = (words[word] ?? 0) ^ 1;
    return { ...frame, state: { ...state, params: array(new Float64Array(words.buffer)) } };
  }),
});

const isLeft = (result: Either<DecodeError, unknown>): boolean => either.isLeft(result);

/** Does this engine make the very file, and verify it, whichever way it computes? And does it miss no flipped bit? */
export const checkRecorded = (file: Uint8Array): void => {
  for (const bytes of recordings())
    if (bytes.length !== file.length || bytes.some((byte, i) => byte !== file[i]))
      throw new Error("the run is recorded to other bytes here");
  const made = orThrow(recording.decode(file));
  const ways = [
    (read: Recording) => trajectory.reopen(read, step, inputs, { like: start }),
    (read: Recording) => trajectory.reopen(read, jit(step), inputs, { like: start }),
  ];
  for (const reopen of ways) {
    const run = orThrow(reopen(made));
    for (const other of runs())
      if (option.isSome(trajectory.diff(run, other))) throw new Error("the run reopens to other states here");
    for (const at of made.keyframes.keys())
      if (!isLeft(reopen(flipped(made, at)))) throw new Error(`a flipped bit of keyframe ${at} is not seen here`);
  }
};
