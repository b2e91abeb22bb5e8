import type { Library } from "./library.ts";
import { absent } from "./numpy-absent.ts";

/** NumPy's names, and those of jax.numpy, which are the same. */
export const numpy: Library = {
  key: "numpy",
  title: "NumPy",
  absent,
  groups: [
    [
      "Making arrays",
      `
np: array zeros ones full zeros_like ones_like arange linspace eye
np.asarray np.asanyarray np.copy np.ascontiguousarray np.require np.frombuffer -> array(new Float32Array([1, 2, 3])) // lists, typed arrays and numbers are always copied; an array is itself already
np.empty -> zeros([2, 3]) // nothing is ever written into an array, so it starts with its values
np.empty_like -> zerosLike(x)
np.full_like -> full(x.shape, 7)
np.identity -> eye(3)
np.fromfunction -> add(expandDims(arange(3), 1), arange(4)) // f of whole grids of indices: meshgrid, or two vectors that broadcast
np.fromiter -> array(Array.from({ length: 4 }, (_, i) => i * i))
np.geomspace -> exp(linspace(Math.log(1), Math.log(1000), 4))
np.logspace -> pow(10, linspace(0, 3, 4))
np.indices np.mgrid np.ogrid -> meshgrid([arange(2), arange(3)], { indexing: "ij" })
np.tri -> tril(ones([3, 4]))
np.vander -> pow(expandDims(v, 1), arange(3, -1, -1))
np.diagflat -> diag(reshape(x, -1))
np.pi -> Math.PI
np.e -> Math.E
np.inf -> Infinity
np.nan -> NaN
np.euler_gamma -> 0.5772156649015329
np.meshgrid -> meshgrid([v, w]) // a list of vectors
np.newaxis -> expandDims(v, 0) // a function, not an index
`,
    ],
    [
      "Shapes",
      `
np: reshape transpose squeeze expand_dims broadcast_to concatenate stack flip tile pad diag tril triu
np.ndim -> x.shape.length
np.shape -> x.shape
np.size -> x.shape.reduce((n, size) => n * size, 1)
np.ravel -> reshape(x, -1)
np.astype -> cast(x, "float32")
np.split -> split(x, [1, 2]) // a list gives the size of each part; NumPy's gives the places where parts end
np.array_split -> split(x, [2, 1]) // sizes that differ are written out
np.vsplit -> split(x, 3)
np.hsplit np.dsplit -> split(x, 2, 1)
np.unstack -> unstack(x)
np.concat -> concatenate([x, y])
np.vstack np.row_stack np.append -> concatenate([x, y], 0)
np.hstack np.block np.bmat -> concatenate([x, y], 1)
np.dstack -> stack([x, y], 2)
np.column_stack -> stack([v, w], 1)
np.fliplr -> flip(x, 1)
np.flipud -> flip(x, 0)
np.rot90 -> flip(transpose(x), 0)
np.swapaxes np.matrix_transpose np.permute_dims -> transpose(x, [1, 0]) // the whole order of axes
np.moveaxis np.rollaxis -> transpose(ones([2, 3, 4]), [1, 2, 0])
np.broadcast_arrays -> [broadcastTo(v, x.shape), x]
np.atleast_1d -> reshape(array(5), [1])
np.atleast_2d -> expandDims(v, 0)
np.atleast_3d -> expandDims(x, 2)
np.resize -> reshape(tile(v, 3), [2, 6])
np.insert -> concatenate([slice(v, [[0, 1]]), array([9]), slice(v, [[1, null]])])
np.delete -> concatenate([slice(v, [[0, 1]]), slice(v, [[2, null]])])
np.diagonal -> diagonal(x) // of the last two axes by default
np.roll -> roll(x, 1, 0) // only a vector may leave out the axis
np.repeat -> repeat(x, 2, 0) // only a vector may leave out the axis
np.index_exp -> slice(x, [null, [0, 2]]) // x[:, 0:2]
np.broadcast_shapes -> add(zeros([3, 1]), zeros([4])).shape
`,
    ],
    [
      "Choosing elements",
      `
np: where take_along_axis clip sort argsort argmax argmin
np.take -> take(x, indices, 1) // axis 0 by default, and not the flattened array
np.searchsorted np.digitize -> searchSorted(v, array([2, 9]), { side: "right" })
np.put_along_axis np.put -> where(greater(x, 2), 0, x) // nothing is changed in place: where, or set for ranges
np.copyto np.place np.putmask -> where(c, x, y)
np.fill_diagonal -> where(cast(eye(3), "bool"), 7, a)
np.select np.choose np.piecewise -> where(less(x, 0), neg(x), where(greater(x, 2), 2, x))
np.nan_to_num -> where(isFinite(x), x, 0)
np.partition -> sort(x, -1) // a whole sort
np.argpartition -> argsort(x, -1)
np.tril_indices np.triu_indices np.mask_indices np.tril_indices_from np.triu_indices_from -> tril(ones([3, 3])) // a mask in the place of indices
np.unravel_index -> [floor(div(i, 4)), remainder(i, 4)]
np.ravel_multi_index -> add(mul(i, 4), 1)
`,
    ],
    [
      "Elementwise",
      `
np: add square sqrt exp expm1 log log1p sin cos tan asin acos atan atan2 sinh cosh tanh sign floor ceil maximum minimum
np: pow remainder reciprocal abs equal not_equal less less_equal greater greater_equal logical_and logical_or logical_not
np.absolute np.fabs -> abs(x)
np.subtract -> sub(x, y)
np.multiply -> mul(x, y)
np.divide np.true_divide -> div(x, y)
np.negative -> neg(x)
np.positive -> x
np.power np.float_power -> pow(x, 2)
np.mod -> remainder(x, 3)
np.fmod -> sub(x, mul(3, where(less(div(x, 3), 0), ceil(div(x, 3)), floor(div(x, 3))))) // the sign of the dividend
np.floor_divide -> floor(div(x, 2))
np.divmod -> [floor(div(x, 2)), remainder(x, 2)]
np.modf -> [remainder(x, 1), floor(x)] // for x from 0 on
np.trunc np.fix -> where(less(x, 0), ceil(x), floor(x))
np.round np.around np.rint -> round(x) // to whole numbers
np.arcsin -> asin(p)
np.arccos -> acos(p)
np.arctan -> atan(x)
np.arctan2 -> atan2(y, x)
np.asinh np.arcsinh -> log(add(x, sqrt(add(square(x), 1)))) // loses digits near 0 and below it
np.acosh np.arccosh -> log(add(x, sqrt(sub(square(x), 1))))
np.atanh np.arctanh -> mul(0.5, sub(log1p(p), log1p(neg(p))))
np.log2 -> div(log(x), Math.LN2)
np.log10 -> div(log(x), Math.LN10)
np.exp2 -> pow(2, x)
np.cbrt -> mul(sign(x), pow(abs(x), 1 / 3))
np.hypot -> sqrt(add(square(x), square(y)))
np.logaddexp -> logSumExp(stack([x, y]), 0)
np.logaddexp2 -> div(logSumExp(mul(stack([x, y]), Math.LN2), 0), Math.LN2)
np.sinc -> where(equal(x, 0), 1, div(sin(mul(Math.PI, x)), mul(Math.PI, where(equal(x, 0), 1, x)))) // the inner where keeps the derivative finite
np.deg2rad np.radians -> mul(x, Math.PI / 180)
np.rad2deg np.degrees -> mul(x, 180 / Math.PI)
np.heaviside -> where(equal(x, 0), 0.5, cast(greater(x, 0), "float64"))
np.fmax -> where(isNaN(x), y, where(isNaN(y), x, maximum(x, y)))
np.fmin -> where(isNaN(x), y, where(isNaN(y), x, minimum(x, y)))
np.copysign -> mul(abs(x), sign(y)) // for y other than 0
np.logical_xor -> notEqual(logicalNot(x), logicalNot(y))
np.isnan -> isNaN(x)
np.isfinite -> isFinite(x)
np.isinf -> logicalNot(logicalOr(isFinite(x), isNaN(x)))
np.isposinf -> equal(x, Infinity)
np.isneginf -> equal(x, -Infinity)
np.signbit -> less(x, 0) // -0 is not below 0
np.ldexp -> mul(x, pow(2, y))
np.allclose -> allClose(x, y)
np.isclose -> lessEqual(abs(sub(x, y)), add(1e-8, mul(1e-5, abs(y))))
np.array_equal np.array_equiv -> allClose(x, y, { rtol: 0, atol: 0 })
np.isin -> any(equal(expandDims(v, 1), array([1, 3])), 1)
`,
    ],
    [
      "Reductions",
      `
np: sum prod mean std max min any all
np.var -> variance(x, 1) // as std: the option ddof is 0, as in NumPy
np.amax -> max(x, 0)
np.amin -> min(x, 0)
np.ptp -> sub(max(x), min(x))
np.average -> div(sum(mul(x, v), 1), sum(v))
np.count_nonzero -> sum(cast(notEqual(x, 0), "int32"))
np.median -> mean(slice(sort(v), [[1, 3]])) // of four elements, the mean of the middle two
np.cumsum np.cumulative_sum -> cumsum(x, 1) // only a vector may leave out the axis
np.cumprod np.cumulative_prod -> exp(cumsum(log(v))) // of positive numbers
np.diff np.ediff1d -> sub(slice(v, [[1, null]]), slice(v, [[null, -1]]))
np.gradient -> div(sub(slice(v, [[2, null]]), slice(v, [[null, -2]])), 2) // inner points; for derivatives of a function there is grad
np.trapezoid -> sum(mul(0.5, add(slice(v, [[1, null]]), slice(v, [[null, -1]]))))
np.nansum -> sum(where(isNaN(x), 0, x))
np.nanprod -> prod(where(isNaN(x), 1, x))
np.nanmax -> max(where(isNaN(x), -Infinity, x))
np.nanmin -> min(where(isNaN(x), Infinity, x))
np.nanargmax -> argmax(where(isNaN(x), -Infinity, x))
np.nanargmin -> argmin(where(isNaN(x), Infinity, x))
np.nanmean -> div(sum(where(isNaN(x), 0, x)), sum(cast(logicalNot(isNaN(x)), "float64")))
np.nancumsum -> cumsum(where(isNaN(v), 0, v))
np.bincount -> sum(oneHot(labels, 3), 0)
np.histogram -> sub(searchSorted(sort(v), linspace(1, 5, 5)), searchSorted(sort(v), linspace(0, 4, 5))) // of 0 to 1, 1 to 2, …, each without its end
np.histogram_bin_edges -> linspace(0, 4, 5)
np.cov -> div(matmul(sub(x, mean(x, 1, { keepDims: true })), transpose(sub(x, mean(x, 1, { keepDims: true })))), 3) // rows are variables; divided by n - 1
np.corrcoef -> div(sum(mul(sub(v, mean(v)), sub(w, mean(w)))), mul(4, mul(std(v), std(w)))) // of two vectors
np.correlate np.convolve -> stack([0, 1, 2].map((k) => dot(slice(v, [[k, k + 2]]), array([1, 2])))) // a window at each place; convolve flips the second vector
np.polyval -> sum(mul(v, pow(2, arange(4)))) // coefficients from the lowest on
`,
    ],
    [
      "Linear algebra",
      `
np: matmul einsum
np.linalg: cholesky solve norm
np.outer -> outer(v, w) // of vectors only
np.dot -> dot(v, w) // of vectors; matmul for all else
np.linalg.inv -> inverse(a)
np.linalg.vector_norm -> norm(x, 1)
np.linalg.matrix_norm -> norm(a) // Frobenius'
np.trace -> sum(diagonal(a))
np.inner -> matmul(x, transpose(y))
np.vdot np.vecdot -> sum(mul(x, y), -1)
np.matvec -> matmul(x, v)
np.vecmat -> matmul(u, x)
np.tensordot -> einsum("ij,kj->ik", x, y)
np.kron -> reshape(einsum("ij,kl->ikjl", a, b), [9, 9])
np.cross -> sub(mul(roll(u, -1), roll(z, -2)), mul(roll(u, -2), roll(z, -1)))
np.linalg.multi_dot -> matmul(matmul(a, b), a)
np.linalg.matrix_power -> matmul(a, matmul(a, a))
np.linalg.lstsq -> lstsq(tall, v).solution // ranks do not depend on the columns' units
np.linalg.matrix_rank -> lstsq(a, u).rank
np.linalg.pinv -> pinv(tall)
np.linalg.qr -> qr(tall) // { q, r }; r's diagonal is not negative
np.linalg.svd -> svd(x) // { u, s, v }; v is not transposed
np.linalg.svdvals -> svd(x).s
np.linalg.cond -> conditionNumber(a)
np.linalg.slogdet -> mul(2, sum(log(diagonal(cholesky(a))))) // of a symmetric positive definite matrix
np.linalg.det -> exp(mul(2, sum(log(diagonal(cholesky(a)))))) // of a symmetric positive definite matrix
np.einsum_path -> einsum("ij,jk->ik", a, b) // products are taken from left to right
`,
    ],
    [
      "Random numbers",
      `
np.random>random: normal uniform choice permutation exponential gumbel laplace
np.random.default_rng np.random.seed -> random.key(0) // a key is a value: split it, or fold a number in, for each use
np.random.random np.random.rand np.random.random_sample np.random.ranf np.random.sample -> random.uniform(key, [2, 3])
np.random.randn np.random.standard_normal -> random.normal(key, [2, 3])
np.random.randint np.random.random_integers -> random.integers(key, [4], { min: 0, max: 10 })
np.random.standard_exponential -> random.exponential(key, [3])
np.random.shuffle -> random.permutation(key, x) // the rows, as a new array
np.random.bytes -> random.bits(key, [4])
np.random.multinomial -> sum(oneHot(random.categorical(key, log(array([0.2, 0.3, 0.5])), { shape: [10] }), 3), 0)
np.random.multivariate_normal -> add(u, matmul(cholesky(a), random.normal(key, [3])))
np.random.lognormal -> exp(random.normal(key, [3]))
np.random.binomial -> sum(cast(random.bernoulli(key, [10, 3], { p: 0.3 }), "int32"), 0)
np.random.standard_cauchy -> tan(mul(Math.PI, sub(random.uniform(key, [3]), 0.5)))
np.random.logistic -> sub(log(q), log1p(neg(q))) // for q = random.uniform(key, shape)
np.random.pareto -> expm1(div(random.exponential(key, [3]), 2)) // of shape 2
np.random.weibull -> pow(random.exponential(key, [3]), 1 / 2) // of shape 2
np.random.power -> pow(random.uniform(key, [3]), 1 / 2) // of shape 2
np.random.rayleigh -> sqrt(mul(2, random.exponential(key, [3])))
`,
    ],
    [
      "Files, text, and JavaScript's values",
      `
np.save -> npy.encode(x) // the bytes of a .npy file, for writeFileSync
np.savez -> npz.encode({ x, y }) // the bytes of a .npz file
np.savez_compressed -> npz.encode({ x, y }, { compress: true })
np.load -> [npy.decode(npy.encode(x)), npz.decode(npz.encode({ x, y }))] // an Either: bytes may be damaged
np.array2string np.array_repr np.array_str -> print(x)
np.apply_along_axis -> vmap((row: NDArray) => norm(row))(x)
np.apply_over_axes -> sum(x, [0, 1])
np.frompyfunc np.vectorize -> vmap((row: NDArray) => sum(square(row)))(x) // a function of arrays, not of numbers one by one
`,
    ],
  ],
};
