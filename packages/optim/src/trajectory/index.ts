export { type Column, column } from "./column.ts";
export { type Difference, diff } from "./difference.ts";
export { extend, fork, forkWith } from "./extend.ts";
export { fold, type FoldOptions } from "./fold.ts";
export type { Keyframe } from "./keyframe.ts";
export {
  type Best,
  bestSoFar,
  earlyStopping,
  type EarlyStoppingOptions,
  type Monitor,
  type Stopping,
  watch,
} from "./monitor.ts";
export type { Diverged, Outcome, Stalled } from "./outcome.ts";
export { reopen, type ReopenOptions } from "./reopen.ts";
export { backward, forward, type Replay, replayFrom } from "./replay.ts";
export { at, evaluate } from "./seek.ts";
export { stalled, type StalledOptions, type Standstill } from "./stalled.ts";
export type { Columns, Trajectory } from "./trajectory.ts";
export { type Verdict, type Verify, verify } from "./verify.ts";
export { map, slice } from "./view.ts";
