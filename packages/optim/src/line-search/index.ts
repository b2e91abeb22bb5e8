export { backtracking, type BacktrackingOptions, type LineSearchState } from "./backtracking.ts";
export { zoom, type ZoomOptions } from "./zoom.ts";
