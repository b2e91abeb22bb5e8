export { backtracking, type BacktrackingOptions } from "./backtracking.ts";
export type { LineSearchState } from "./state.ts";
export { zoom, type ZoomOptions } from "./zoom.ts";
