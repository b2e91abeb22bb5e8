// The shapes of what makers make.
import {
  arange,
  array,
  meshgrid,
  type NDArray,
  npy,
  oneHot,
  type DecodeError,
  type Either,
  fromJSON,
} from "../src/index.ts";
import { is } from "./is.ts";

const labels = array([2, 0], { dtype: "int32" });
declare const size: number;
declare const any: NDArray;

is<NDArray<[2, 3]>>()(oneHot(labels, 3));
is<NDArray<[2, number]>>()(oneHot(labels, size));
is<NDArray<[...(readonly number[]), 3]>>()(oneHot(any, 3));
export const oneHots = <N extends number>(x: NDArray<[N]>): NDArray<[N, 10]> => oneHot(x, 10);

is<NDArray<[3]>>()(arange(3));
is<NDArray<[number]>>()(arange(0, 3));
is<NDArray<[number]>>()(arange(0, 3, 0.5, { dtype: "float32" }));

const [x, y] = meshgrid([arange(3), arange(2)]);
is<NDArray<[2, 3]>>()(x);
is<NDArray<[2, 3]>>()(y);
is<NDArray<[3, 2]>>()(meshgrid([arange(3), arange(2)], { indexing: "ij" })[1]);
is<NDArray<[2, 3, 4]>>()(meshgrid([arange(3), arange(2), arange(4)])[2]);
declare const vectors: readonly NDArray<[number]>[];
is<readonly NDArray[]>()(meshgrid(vectors));

is<Either<DecodeError, NDArray>>()(npy.decode(npy.encode(1)));
is<Either<DecodeError, NDArray>>()(fromJSON({}));
