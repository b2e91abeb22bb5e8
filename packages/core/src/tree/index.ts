/*
 * The name space `tree`: arrays in any nesting of objects, lists and tuples, such as the parameters of a model.
 */
export { fromJSON } from "./json.ts";
export { allClose, map, type MapLeaves, type MapTree, mapTo, zerosLike } from "./map.ts";
export { type FromNamed, fromNamed, type Named, type NamedTree, toNamed } from "./named.ts";
export { ravel } from "./ravel.ts";
export { stack, type Stacked } from "./stack.ts";
export { type Flat, flatten, leaves, type Structure, structure, type Unflatten, unflatten } from "./structure.ts";
