export { fold, type FoldOptions } from "./fold.ts";
export type { Diverged, Outcome } from "./outcome.ts";
export { backward, forward, type Replay, replayFrom } from "./replay.ts";
export { at, evaluate, outcome } from "./seek.ts";
export type { Columns, Trajectory } from "./trajectory.ts";
