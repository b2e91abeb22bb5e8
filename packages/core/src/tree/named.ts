import { isNDArray, type NDArray } from "../array/array.ts";
import { describe, isRemains } from "../array/description.ts";
import { formatShape, sameShape } from "../array/shape.ts";
import { array } from "../convert/make.ts";
import { item } from "../convert/read.ts";
import { DecodeError, TreeError } from "../error/error.ts";
import { inQuotes, isList, isRecord } from "../error/plain.ts";
import { decoded } from "../fp/attempt.ts";
import type { Either } from "../fp/fp.ts";
import { typed } from "../static/door.ts";
import { flattenAs, mostLevels, type Structure } from "./structure.ts";

/** Arrays by name, as files hold them. */
export type Named = Readonly<Record<string, NDArray>>;

/** The tree that names make. */
export type NamedTree = NDArray | readonly NamedTree[] | { readonly [key: string]: NamedTree };

const joined = (name: string | undefined, key: string | number): string =>
  name === undefined ? String(key) : `${name}.${key}`;

/** The names of the leaves, in order: keys and places in lists, joined by dots. That of a root that is a leaf is empty. */
const namesOf = (structure: Structure, name?: string): readonly string[] => {
  switch (structure.kind) {
    case "leaf":
      return [name ?? ""];
    case "empty":
      return [];
    case "list":
      return structure.children.flatMap((child, i) => namesOf(child, joined(name, i)));
    case "record":
      return structure.children.flatMap((child, i) => namesOf(child, joined(name, structure.keys[i] ?? "")));
  }
};

/** The same as {@link toNamed} for a function that takes trees: its errors bear that function's name. */
export const namedAs = (name: string, root: unknown): ReadonlyMap<string, NDArray> => {
  const { leaves, structure } = flattenAs(name, root);
  const names = namesOf(structure);
  const named = new Map(names.map((each, i) => [each, leaves[i] as NDArray])); // one name for each leaf
  if (named.size === names.length) return named;
  const seen = new Set<string>();
  const twice = names.find((each) => seen.size === seen.add(each).size) ?? "";
  throw new TreeError(
    `${name}: two leaves have the name ${inQuotes(twice)}, since names are keys joined by dots. Use keys without dots.`,
  );
};

/**
 * The leaves of a tree by name, as PyTorch names them in a `state_dict`: keys and places in lists, joined by dots.
 *
 * @throws TreeError when two leaves have one name, as in `{ "a.b": x, a: { b: y } }`; or for what is no tree
 * @example
 * import { array, tree } from "gradfold";
 * const params = { layers: [{ weight: array([[1, 2]]), bias: array([3]) }] };
 * Object.keys(tree.toNamed(params)); // => [ 'layers.0.bias', 'layers.0.weight' ]
 */
export const toNamed = (root: unknown): Named => Object.fromEntries(namedAs("tree.toNamed", root));

const failure = (what: string): DecodeError => new DecodeError("malformed", `tree.fromNamed: ${what}`);

/** Some names, for an error. */
const list = (names: readonly string[]): string =>
  names.slice(0, 3).map(inQuotes).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");

const checkNames = (arrays: Named, wanted: readonly string[]): void => {
  const needed = new Set(wanted);
  const missing = wanted.filter((name) => !Object.hasOwn(arrays, name));
  const others = Object.keys(arrays).filter((name) => !needed.has(name));
  if (missing.length === 0 && others.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`${list(missing)} ${missing.length > 1 ? "are" : "is"} missing`] : []),
    ...(others.length > 0 ? [`${list(others)} ${others.length > 1 ? "have" : "has"} no place in the tree`] : []),
  ];
  throw failure(`${parts.join(", and ")}.`);
};

const written = ({ dtype, shape }: NDArray): string => `${dtype} ${formatShape(shape)}`;

const arrayAt = (arrays: Named, name: string, like: NDArray): NDArray => {
  const x = arrays[name];
  if (x === undefined) throw failure(`${inQuotes(name)} is missing.`);
  if (x.dtype === like.dtype && sameShape(x.shape, like.shape)) return x;
  const hint = sameShape(x.shape, like.shape)
    ? ` Cast one of them, as by tree.map((x) => cast(x, "${x.dtype}"), like).`
    : "";
  throw failure(`${inQuotes(name)}: ${written(like)} is needed, not ${written(x)}.${hint}`);
};

/** Puts arrays into the place of a tree's leaves; a number or a truth comes back as one. */
const conform = (arrays: Named, like: unknown, name?: string): unknown => {
  if (isNDArray(like)) return arrayAt(arrays, name ?? "", like);
  if (typeof like === "number") return item(arrayAt(arrays, name ?? "", array(like)));
  if (typeof like === "boolean") return item(arrayAt(arrays, name ?? "", array(like))) !== 0;
  if (isList(like)) return Array.from(like, (child, i) => conform(arrays, child, joined(name, i)));
  if (!isRecord(like)) return like;
  return Object.fromEntries(
    Object.entries(like).map(([key, child]) => [key, conform(arrays, child, joined(name, key))]),
  );
};

/** A tree of more branches would cost the memory of whoever reads a file of long names. */
const mostBranches = 2 ** 18;

type Branch = Map<string, Branch | NDArray>;

const clash = (name: string, inside: string): DecodeError =>
  failure(`${inQuotes(inside)} is in ${inQuotes(name)}, which is an array itself. Use the names as they are.`);

/** The branches that names make, part by part. */
const branchesOf = (arrays: Named): Branch => {
  const root: Branch = new Map();
  let branches = 0;
  for (const [name, x] of Object.entries(arrays)) {
    const parts = name.split(".", mostLevels + 1);
    if (parts.length >= mostLevels) throw failure(`${inQuotes(name)} has ${mostLevels} levels or more.`);
    let branch = root;
    for (const [i, part] of parts.slice(0, -1).entries()) {
      const next = branch.get(part) ?? new Map();
      if (isNDArray(next)) throw clash(parts.slice(0, i + 1).join("."), name);
      if (next.size === 0 && ++branches > mostBranches)
        throw failure(`the names make more than ${mostBranches} branches.`);
      branch.set(part, next);
      branch = next;
    }
    const last = parts.at(-1) ?? "";
    if (branch.has(last)) throw clash(name, `${name}.${keysOf(branch.get(last))}`);
    branch.set(last, x);
  }
  return root;
};

const keysOf = (branch: Branch | NDArray | undefined): string =>
  branch === undefined || isNDArray(branch) ? "" : (branch.keys().next().value ?? "");

/** Branches as a list where their names are 0, 1, … without a gap, else as a record. */
const grown = (branch: Branch): NamedTree => {
  const child = (x: Branch | NDArray): NamedTree => (isNDArray(x) ? x : grown(x));
  const places = Array.from({ length: branch.size }, (_, i) => branch.get(String(i)));
  const isComplete = branch.size > 0 && places.every((x) => x !== undefined);
  if (isComplete) return places.map((x) => child(x));
  return Object.fromEntries(Array.from(branch, ([key, x]) => [key, child(x)]));
};

export interface FromNamed {
  /** Lists and records of the names' dots. */
  (arrays: Named): Either<DecodeError, NamedTree>;
  /** A tree of another one's structure, shapes, dtypes and type. */
  <T>(arrays: Named, like: T): Either<DecodeError, T>;
}

/**
 * The tree of arrays by name, such as `safetensors.decode` and `npz.decode` give: the way back from {@link toNamed}.
 *
 * With `like`, it is a tree of that structure, shapes and dtypes, and of that type: a new model's parameters, say. Without,
 * the dots of the names make records, and lists where the keys are 0, 1, … without a gap.
 *
 * The left says which names are missing or too many, which array has another shape or dtype, or which name goes on behind
 * that of an array.
 *
 * @throws TreeError when `like` is no tree, and when `arrays` is no record of arrays
 * @example
 * import { array, either, pipe, tree, zeros } from "gradfold";
 * const arrays = { "layers.0": array([1, 2]), "layers.1": array([3]) };
 * tree.fromNamed(arrays); // => { _tag: 'Right', right: { layers: [ float64 [2] [1, 2], float64 [1] [3] ] } }
 * const like = { layers: [zeros([2]), zeros([2])] };
 * const message = pipe(tree.fromNamed(arrays, like), either.match((error) => error.message, () => ""));
 * message; // => 'tree.fromNamed: "layers.1": float64 [2] is needed, not float64 [1].'
 */
export const fromNamed = typed<FromNamed>((arrays: Named, like?: unknown): unknown => {
  if (!isRecord(arrays) || isRemains(arrays))
    throw new TreeError(`tree.fromNamed: a record of arrays is needed, not ${describe(arrays)}.`);
  for (const [name, x] of Object.entries<unknown>(arrays))
    if (!isNDArray(x)) throw new TreeError(`tree.fromNamed: ${inQuotes(name)} is ${describe(x)}, not an array.`);
  if (like === undefined) return decoded(() => grown(branchesOf(arrays)));
  const names = namesOf(flattenAs("tree.fromNamed", like).structure);
  return decoded(() => {
    checkNames(arrays, names);
    return conform(arrays, like);
  });
});
