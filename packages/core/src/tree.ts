/*
 * The name space `tree`: arrays in any nesting of objects, lists and tuples, such as the parameters of a model.
 */
export { fromJSON } from "./tree/json.ts";
export { allClose, map, type MapLeaves, mapTo, zerosLike } from "./tree/map.ts";
export { ravel } from "./tree/ravel.ts";
export { stack, type Stacked } from "./tree/stack.ts";
export { type Flat, flatten, leaves, type Structure, structure, unflatten } from "./tree/structure.ts";
