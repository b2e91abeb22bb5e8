import {
  attempt,
  DecodeError,
  type DecodeFailure,
  DomainError,
  DTypeError,
  type Either,
  either,
  numerics,
} from "@gradfold/core";
import { describe, isRecord, optionsOf, typed } from "@gradfold/core/library";
import { sliceInputs } from "../gathering.ts";
import type { Inputs } from "../inputs.ts";
import type { Recording } from "../recording/recording.ts";
import type { Step } from "../train.ts";
import { asValue } from "../value.ts";
import { checkSteps } from "./check.ts";
import { stepByStep } from "./course.ts";
import { misfit } from "./difference.ts";
import type { FoldOptions } from "./fold.ts";
import { framesFrom } from "./frames.ts";
import { begin, regrow } from "./growth.ts";
import { bytesOf, defaultBudget, frameOf, keyframeInterval } from "./keyframe.ts";
import { wholeRows } from "./lost.ts";
import type { AnyInputs, AnyStep, AnyTrajectory, Trajectory } from "./trajectory.ts";
import { transitionsOf } from "./transitions.ts";
import { verify } from "./verify.ts";
import { slice } from "./view.ts";
import { type WayOptions, wayOf } from "./way.ts";

export interface ReopenOptions<State> extends Pick<FoldOptions, "scan" | "budget"> {
  /** A state of the model that the recording should be of: a leaf that differs is named. */
  readonly like?: State;
  /** What to compute again and compare: every step (the default), or only those around the first and last keyframes. */
  readonly check?: "all" | "ends";
}

type AnyOptions = Omit<ReopenOptions<unknown>, "scan"> & WayOptions;

const op = "trajectory.reopen";

const defaults = { scan: undefined, budget: undefined, like: undefined, check: "all" } as const;

const checkRecording = (made: unknown): void => {
  if (!isRecord(made) || !Array.isArray(made["keyframes"]) || !isRecord(made["metrics"]))
    throw new DTypeError(
      `${op}: a recording comes first, as recording.of or recording.decode gives it, not ${describe(made)}.`,
    );
};

const wrong = (what: string, kind: DecodeFailure = "malformed"): Either<DecodeError, never> =>
  either.left(new DecodeError(kind, `${op}: ${what}`));

/** The parts of a run whose steps are to be computed again. */
const parts = (run: AnyTrajectory, check: "all" | "ends"): readonly { from: number; run: AnyTrajectory }[] => {
  const { keyframes } = run;
  const [second, last] = [keyframes[1]?.step ?? run.length - 1, keyframes.at(-1)?.step ?? 0];
  if (check === "all" || second >= last) return [{ from: 0, run }];
  return [
    { from: 0, run: slice(run, 0, second + 1) },
    { from: last, run: slice(run, last) },
  ];
};

/**
 * The run of a recording, with the step and the inputs that it was made with, which no file holds: they are tried, and the
 * left says at which step they give other bits, or why they do not fit. Metrics that a damaged file lost are computed
 * again.
 *
 * @param inputs - those of all its steps, and more if it is to go on
 * @throws whatever the step throws, but errors of gradfold, which make a left
 * @example
 * import { either, pipe, recording, steps, trajectory } from "gradfold";
 * const made = recording.of(trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3)));
 * const other = trajectory.reopen(made, (n: number) => [n * 3, { loss: n }], steps(3));
 * const words = pipe(other, either.mapLeft((error) => error.message));
 * words; // => { _tag: 'Left', left: 'trajectory.reopen: the step gives other bits: state 1 differs, other elements.' }
 */
export const reopen = typed<
  <State, Batch, M>(
    recording: Recording,
    step: Step<State, Batch, M>,
    inputs: Inputs<NoInfer<Batch>>,
    options?: ReopenOptions<NoInfer<State>>,
  ) => Either<DecodeError, Trajectory<State, M, NoInfer<Batch>>>
>((made: Recording, step: AnyStep, inputs: AnyInputs, options?: AnyOptions): Either<DecodeError, AnyTrajectory> => {
  checkRecording(made);
  checkSteps(op, step, inputs, "reopen(recording, step, inputs)");
  const { like, check, ...given } = optionsOf(op, options, defaults);
  if (check !== "all" && check !== "ends")
    throw new DomainError(`${op}: check is "all" or "ends", not ${describe(check)}.`);
  const way = wayOf(op, given, { course: stepByStep, budget: defaultBudget });
  const [first] = made.keyframes;
  if (first === undefined) return wrong("the recording has no state to begin with.");
  if (made.numerics !== numerics)
    return wrong(
      `the numbers are those of version ${made.numerics}, which this program, of ${numerics}, cannot compute.`,
      "unsupported",
    );
  if (inputs.length < made.steps)
    return wrong(`the recording has ${made.steps} steps, but there are inputs for ${inputs.length}.`);
  if (Object.values(made.metrics).some((column) => column.length !== made.steps))
    return wrong(`a metric has not one number for each of ${made.steps} steps.`);
  const found = like === undefined ? undefined : misfit(first.state, like);
  if (found !== undefined) return wrong(`a recording of another model: ${found.leaf || "the state"}: ${found.reason}.`);
  const taken = sliceInputs(inputs, 0, made.steps);
  const rows = attempt(() => wholeRows(op, made, step, inputs));
  if (either.isLeft(rows)) return wrong(`the step does not take these states: ${rows.left.message}`);
  const run = regrow(
    { step, ...way },
    {
      base: begin(op, "the recording's first state", first.state, { step, ...way }),
      interval: made.keyframes[1]?.step ?? keyframeInterval(bytesOf(first.state), made.steps, way.budget),
      frames: [framesFrom(made.keyframes.map((frame) => frameOf(frame.step, () => asValue(op, frame.state))))],
      transitions: made.steps === 0 ? [] : [transitionsOf(step, taken, rows.right.columns)],
      final: asValue(op, made.final),
    },
  );
  for (const part of parts(run, check)) {
    const verdict = attempt(() => verify(part.run));
    if (either.isLeft(verdict)) return wrong(`the step does not take these states: ${verdict.left.message}`);
    if (verdict.right.kind === "differs") {
      const { step: k, leaf, reason } = verdict.right;
      return wrong(
        `the step gives other bits: state ${part.from + k} differs${leaf && ` in ${leaf}`}, ${reason}.`,
        "altered",
      );
    }
  }
  return either.right(run);
});
