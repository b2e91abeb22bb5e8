/** What a library beside core needs, to read its arguments and name its errors as core does: not for everyday programs. */
export { type ArrayType, contiguous, isForeign, isNDArray, runIfKept, type View } from "./array/array.ts";
export { checkFunction, describe, isRemains } from "./array/description.ts";
export { view } from "./array/primitive.ts";
export { formatShape, mostAxes, sameShape, sizeOf } from "./array/shape.ts";
export { compact } from "./array/view.ts";
export { isList, isRecord } from "./error/plain.ts";
export { isPromise, pairOf, reasonOf } from "./input/callback.ts";
export { nearest, type OptionsOf, optionsOf } from "./input/options.ts";
export type { Sizes } from "./kernel/tile.ts";
export { checker, eachElement } from "./operations/checked.ts";
export { type Arithmetic, fused } from "./operations/fused.ts";
export { gatherRows } from "./operations/gather.ts";
export { stackRows } from "./operations/join.ts";
export { allocate, allocateAlone, bytesPerElement, isFloat, type Store } from "./scalar/dtype.ts";
export { lazy } from "./scalar/lazy.ts";
export { typed } from "./static/door.ts";
export type { Unless } from "./static/text.ts";
export { keyPath, mostLevels } from "./tree/structure.ts";
