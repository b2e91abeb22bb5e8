// The types of trees: interface types, tuples, optional leaves and generic parameters keep theirs.
import {
  add,
  array,
  type DecodeError,
  type Either,
  mul,
  type NDArray,
  ones,
  type Scalar,
  tree,
  type Vector,
} from "../src/index.ts";
import { is } from "./is.ts";

interface Dense {
  readonly w: NDArray<[4, 2]>;
  readonly b?: Vector<2>;
}
interface Model {
  readonly layers: readonly Dense[];
  readonly pair: readonly [Scalar, Vector<3> | null];
  readonly scale: number;
  readonly none: null;
}
declare const model: Model;

// ── map keeps the tree's own type
is<Model>()(tree.map((x) => mul(x, 2), model));
is<Model>()(tree.map((x, y) => add(x, y), model, model));
is<Model>()(tree.map((x, y, z) => add(x, add(y, z)), model, model, model));
is<Model>()(tree.zerosLike(model));
export const halve = <P>(params: P): P => tree.map((x) => mul(x, 0.5), params);
export const sum = <P>(a: P, b: NoInfer<P>): P => tree.map((x, y) => add(x, y), a, b);
is<Model>()(halve(model));
// @ts-expect-error a function that changes the shape is for mapTo
tree.map((x) => ones([...x.shape, 1]), model);
// @ts-expect-error the second tree has another type
tree.map((x, y) => add(x, y), model, { w: ones([2]) });

// ── mapTo gives every leaf another type; what is empty stays
const paths = tree.mapTo((_, path) => path, model);
is<string>()(paths.pair[0]);
is<string | null>()(paths.pair[1]);
is<string>()(paths.scale);
is<null>()(paths.none);
is<string | undefined>()(paths.layers[0]?.b);
is<readonly NDArray[]>()(tree.leaves(model));
is<boolean>()(tree.allClose(model, model, { rtol: 0, equalNan: true }));

// ── structure remembers its tree
const flat = tree.flatten(model);
is<Model>()(tree.unflatten(flat.structure, flat.leaves));
is<Model>()(tree.unflatten(tree.structure(model), flat.leaves));
is<unknown>()(tree.unflatten(flat.structure, ["anything"]));
declare const forgotten: tree.Structure;
is<unknown>()(tree.unflatten(forgotten, flat.leaves));
export const again = <P>(params: P): P => tree.unflatten(tree.structure(params), tree.leaves(params));
// @ts-expect-error a structure of one tree is not that of another
export const other: tree.Structure<{ readonly v: Scalar }> = tree.structure({ w: array(1) });

// ── ravel and back
const [vector, back] = tree.ravel(model);
is<Vector>()(vector);
is<Model>()(back(vector));
export const raveled = <P>(params: P): P => {
  const [v, unravel] = tree.ravel(params);
  return unravel(mul(v, 2));
};

// ── stack gives every leaf a new axis
declare const one: { readonly w: NDArray<[4, 2]>; readonly b?: Vector<2>; readonly pair: readonly [Scalar, null] };
const three = tree.stack([one, one, one]);
is<NDArray<[3, 4, 2]>>()(three.w);
is<NDArray<[3, 2]> | undefined>()(three.b);
is<NDArray<[3]>>()(three.pair[0]);
is<null>()(three.pair[1]);
is<NDArray<[4, 2, 3]>>()(tree.stack([one, one, one], -1).w);
declare const many: readonly (typeof one)[];
is<NDArray<[number, 4, 2]>>()(tree.stack(many).w);
is<NDArray<[2]>>()(tree.stack([{ x: 1 }, { x: 2 }]).x);

// ── JSON comes back as the tree that it is compared with
declare const json: unknown;
is<Either<DecodeError, Model>>()(tree.fromJSON(json, model));
// @ts-expect-error without a tree to compare with, its type is not known
tree.fromJSON(json);

// ── fromNamed gives the tree's own type where there is one
declare const named: Readonly<Record<string, NDArray>>;
is<Either<DecodeError, Model>>()(tree.fromNamed(named, model));
is<Either<DecodeError, tree.NamedTree>>()(tree.fromNamed(named));
is<Readonly<Record<string, NDArray>>>()(tree.toNamed(model));
