/** How operations compute, for a compiler of them: for `@gradfold/compile`, not for everyday programs. */
export { type Layout, layoutOf, type Run } from "./array/array.ts";
export { type Box, inLayers, type Reach } from "./array/layers.ts";
export type { Source } from "./array/primitive.ts";
export { broadcastStrides, pick, placesOf } from "./array/shape.ts";
export { isWide } from "./kernel/matmul.ts";
export { block1, block2, foldByHalves, lanes } from "./kernel/order.ts";
export { areBeside, axesBehind } from "./kernel/reduce.ts";
export { compileCode } from "./scalar/code.ts";
export { mostShared } from "./scalar/dtype.ts";
export type { Instruction, LaneOperation, Mask, ScalarFunction, Value } from "./scalar/lane.ts";
export type { Combine } from "./scalar/monoid.ts";
export type { Bulk, Machine, Part, Routine, Scratch, Step } from "./scalar/routine.ts";
