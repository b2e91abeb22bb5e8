import { isNDArray } from "../array/array.ts";
import { describe } from "../array/description.ts";
import { formatShape, sameShape } from "../array/shape.ts";
import { arrayFromJSON } from "../convert/json.ts";
import { DecodeError } from "../error/error.ts";
import { isRecord } from "../error/plain.ts";
import { decoded } from "../fp/attempt.ts";
import type { Either } from "../fp/fp.ts";
import { typed } from "../static/door.ts";
import { at, flatten, keyPath } from "./structure.ts";

const differs = (path: string, what: string): DecodeError =>
  new DecodeError("malformed", `tree.fromJSON: ${at(path)}: ${what}`);

/** What stands at a place of the form; of a number or a truth only the kind counts. */
const form = (like: unknown): string =>
  typeof like === "number" || typeof like === "boolean" ? `a ${typeof like}` : describe(like);

/** The value of JSON in the form of a tree. */
const conform = (json: unknown, like: unknown, path: string): unknown => {
  if (isNDArray(like)) {
    const x = arrayFromJSON(json, `tree.fromJSON: ${at(path)}`);
    if (x.dtype === like.dtype && sameShape(x.shape, like.shape)) return x;
    const [wanted, found] = [like, x].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
    throw differs(path, `${wanted} is needed, not ${found}`);
  }
  if (like === null || like === undefined) {
    if (json === null || json === undefined) return like;
  } else if (Array.isArray(like)) {
    const list: unknown = json;
    if (Array.isArray(list) && list.length === like.length)
      return like.map((part, i) => conform(list[i], part, `${path}[${i}]`));
  } else if (isRecord(like)) {
    if (isRecord(json)) {
      const unknown = Object.keys(json).find((key) => !Object.hasOwn(like, key));
      if (unknown !== undefined) throw differs(keyPath(path, unknown), "there is no such key");
      const own = (key: string): unknown => (Object.hasOwn(json, key) ? json[key] : undefined);
      return Object.fromEntries(
        Object.entries(like).map(([key, part]) => [key, conform(own(key), part, keyPath(path, key))]),
      );
    }
  } else if (typeof json === typeof like) return json;
  throw differs(path, `${form(like)} is needed, not ${describe(json)}`);
};

/**
 * The tree of a value that `JSON.parse` gives for what `JSON.stringify` wrote of a tree: parameters or an optimizer's
 * state, say. Every element comes back bit for bit.
 *
 * @param json - anything; it is checked against `like`
 * @param like - a tree of the same structure, shapes and dtypes: the initial state, say
 * @throws TreeError when `like` is no tree
 * @example
 * import { array, either, pipe, tree, zeros } from "gradfold";
 * const text = JSON.stringify({ w: array([0.1, 0.2]), step: array(3, { dtype: "int32" }) });
 * const like = { w: zeros([2]), step: array(0, { dtype: "int32" }) };
 * const read = tree.fromJSON(JSON.parse(text), like);
 * pipe(read, either.map(({ w }) => w)); // => { _tag: 'Right', right: float64 [2] [0.1, 0.2] }
 * pipe(tree.fromJSON({ w: 0 }, like), either.isLeft); // => true
 */
export const fromJSON = typed<<T>(json: unknown, like: T) => Either<DecodeError, T>>((json: unknown, like: unknown) => {
  flatten(like);
  return decoded(() => conform(json, like, ""));
});
