import type { Library } from "./library.ts";
import { absent } from "./pytorch-absent.ts";
import { training } from "./pytorch-training.ts";

export const pytorch: Library = {
  key: "torch",
  title: "PyTorch",
  absent,
  groups: [
    [
      "Making arrays",
      `
torch: zeros ones full zeros_like ones_like arange linspace eye
torch.tensor torch.as_tensor torch.asarray torch.from_numpy torch.frombuffer -> array([[1, 2], [3, 4]]) // float64 by default; { dtype: "float32" } is an option
torch.empty torch.empty_strided torch.empty_permuted Tensor.new_empty Tensor.new_zeros Tensor.new_empty_strided -> zeros([2, 3])
torch.empty_like -> zerosLike(x)
torch.full_like Tensor.new_full -> full(x.shape, 7)
Tensor.new_ones -> ones([2, 3])
Tensor.new_tensor torch.clone Tensor.contiguous -> array([1, 2]) // nothing changes, so nobody needs a copy
torch.range -> arange(0, 4)
torch.logspace -> pow(10, linspace(0, 3, 4))
torch.vander -> pow(expandDims(v, 1), arange(3, -1, -1))
torch.cartesian_prod -> stack(meshgrid([v, w], { indexing: "ij" }).map((q) => reshape(q, -1)), 1)
torch.pi -> Math.PI
torch.e -> Math.E
torch.inf -> Infinity
torch.nan -> NaN
torch.meshgrid -> meshgrid([v, w], { indexing: "ij" }) // "xy" by default, as in NumPy
torch.newaxis -> expandDims(v, 0)
`,
    ],
    [
      "Shapes",
      `
torch: reshape squeeze broadcast_to stack concatenate flip roll tile diag tril triu
torch.split -> split(x, [2, 1]) // a list gives sizes, as there; a number says how many parts, not how large they are
torch.cat torch.concat -> concatenate([x, y], 1)
torch.vstack torch.row_stack -> concatenate([x, y], 0)
torch.hstack -> concatenate([x, y], 1)
torch.block_diag -> concatenate([concatenate([a, zeros([3, 3])], 1), concatenate([zeros([3, 3]), b], 1)], 0)
torch.dstack -> stack([x, y], 2)
torch.column_stack -> stack([v, w], 1)
torch.chunk torch.vsplit torch.tensor_split torch.unsafe_chunk torch.unsafe_split -> split(x, 3) // a list of tensor_split gives places
torch.hsplit torch.dsplit -> split(x, 2, 1)
torch.unbind -> unstack(x)
torch.unsqueeze -> expandDims(v, 0)
torch.flatten torch.ravel Tensor.view Tensor.view_as Tensor.reshape_as -> reshape(x, -1)
torch.unflatten -> reshape(v, [2, 2])
torch.transpose torch.t torch.swapaxes torch.swapdims Tensor.T Tensor.mT Tensor.H Tensor.mH torch.adjoint -> transpose(x) // all axes reversed, or in a given order
torch.permute torch.movedim torch.moveaxis -> transpose(ones([2, 3, 4]), [1, 2, 0])
Tensor.expand Tensor.expand_as -> broadcastTo(v, [3, 4])
torch.broadcast_tensors -> [broadcastTo(v, x.shape), x]
torch.broadcast_shapes -> add(zeros([3, 1]), zeros([4])).shape
Tensor.repeat -> tile(x, [2, 1]) // repeat is NumPy's: every element in a row
torch.repeat_interleave -> repeat(v, 2)
F.pad -> pad(x, [[0, 0], [1, 2]]) // pairs from the first axis on; PyTorch counts from the last
torch.fliplr -> flip(x, 1)
torch.flipud -> flip(x, 0)
torch.rot90 -> flip(transpose(x), 0)
torch.diagonal -> diagonal(x) // of the last two axes by default
torch.diagflat torch.diag_embed -> diag(v)
torch.atleast_1d -> reshape(array(5), [1])
torch.atleast_2d -> expandDims(v, 0)
torch.atleast_3d -> expandDims(x, 2)
Tensor.shape Tensor.size -> x.shape
Tensor.dim Tensor.ndim Tensor.ndimension -> x.shape.length
torch.numel Tensor.nelement -> x.shape.reduce((n, size) => n * size, 1)
Tensor.sum_to_size -> sum(x, 0, { keepDims: true })
`,
    ],
    [
      "Choosing elements",
      `
torch: where argmax argmin argsort
torch.sort torch.msort -> sort(x, 0) // the last axis by default; argsort gives the places
torch.topk -> slice(flip(sort(v)), [[0, 2]])
torch.kthvalue -> take(sort(v), 1)
torch.take -> take(reshape(x, -1), indices) // without reshape, rows along an axis
torch.index_select Tensor.index -> take(x, indices, 0)
torch.select -> take(x, 1, 0)
torch.narrow -> slice(x, [null, [1, 3]])
torch.gather torch.take_along_dim -> takeAlongAxis(x, argsort(x, 1), 1)
torch.select_scatter torch.slice_scatter -> set(x, [0, [1, 3]], 7)
torch.diagonal_scatter -> where(cast(eye(3), "bool"), 7, a)
Tensor.masked_fill Tensor.masked_scatter -> where(greater(x, 2), 0, x)
torch.scatter torch.index_copy Tensor.index_fill Tensor.index_put Tensor.put -> where(cast(oneHot(i, 4), "bool"), 9, v) // set, where the place is known
torch.scatter_add torch.index_add -> add(v, sum(oneHot(indices, 4), 0))
torch.searchsorted torch.bucketize -> searchSorted(v, array([2, 9]))
torch.nan_to_num -> where(isFinite(x), x, 0)
torch.tril_indices torch.triu_indices -> tril(ones([3, 3])) // a mask in the place of indices
torch.unravel_index -> [floor(div(i, 4)), remainder(i, 4)]
`,
    ],
    [
      "Elementwise",
      `
torch: add sub mul div neg abs sign square sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan asin acos atan atan2 sinh cosh tanh erf
torch: pow remainder floor ceil round maximum minimum clip sigmoid not_equal less less_equal greater greater_equal logical_and logical_or logical_not
torch.clamp -> clip(x, 0, 1)
torch.absolute -> abs(x)
torch.subtract -> sub(x, y)
torch.multiply -> mul(x, y)
torch.divide torch.true_divide -> div(x, y)
torch.negative -> neg(x)
torch.positive Tensor.detach torch.conj torch.real -> x // stopGradient(x) in a loss
torch.float_power -> pow(x, 2)
torch.floor_divide -> floor(div(x, 2))
torch.fmod -> sub(x, mul(3, where(less(x, 0), ceil(div(x, 3)), floor(div(x, 3))))) // the sign of the dividend
torch.trunc torch.fix -> where(less(x, 0), ceil(x), floor(x))
torch.frac -> sub(x, where(less(x, 0), ceil(x), floor(x)))
torch.sgn -> sign(x)
torch.arcsin -> asin(p)
torch.arccos -> acos(p)
torch.arctan -> atan(x)
torch.arctan2 -> atan2(y, x)
torch.asinh torch.arcsinh -> log(add(x, sqrt(add(square(x), 1)))) // loses digits near 0 and below it
torch.acosh torch.arccosh -> log(add(x, sqrt(sub(square(x), 1))))
torch.atanh torch.arctanh -> mul(0.5, sub(log1p(p), log1p(neg(p))))
torch.log2 -> div(log(x), Math.LN2)
torch.log10 -> div(log(x), Math.LN10)
torch.exp2 -> pow(2, x)
torch.hypot -> sqrt(add(square(x), square(y)))
torch.logaddexp -> logSumExp(stack([x, y]), 0)
torch.logaddexp2 -> div(logSumExp(mul(stack([x, y]), Math.LN2), 0), Math.LN2)
torch.sinc -> where(equal(x, 0), 1, div(sin(mul(Math.PI, x)), mul(Math.PI, where(equal(x, 0), 1, x))))
torch.deg2rad -> mul(x, Math.PI / 180)
torch.rad2deg -> mul(x, 180 / Math.PI)
torch.lerp -> add(x, mul(0.5, sub(y, x)))
torch.addcmul -> add(x, mul(0.5, mul(x, y)))
torch.addcdiv -> add(x, mul(0.5, div(x, y)))
torch.heaviside -> where(equal(x, 0), 0.5, cast(greater(x, 0), "float64"))
torch.fmax -> where(isNaN(x), y, where(isNaN(y), x, maximum(x, y)))
torch.fmin -> where(isNaN(x), y, where(isNaN(y), x, minimum(x, y)))
torch.copysign -> mul(abs(x), sign(y)) // for y other than 0
torch.ldexp -> mul(x, pow(2, y))
torch.erfc -> sub(1, erf(x)) // loses digits where it is small
torch.special.expit -> sigmoid(x)
torch.logit -> sub(log(p), log1p(neg(p)))
torch.special.ndtr -> mul(0.5, add(1, erf(mul(x, Math.SQRT1_2))))
torch.special.entr -> neg(mul(p, log(p)))
torch.special.xlog1py -> where(equal(x, 0), 0, mul(x, log1p(y)))
torch.xlogy -> where(equal(x, 0), 0, mul(x, log(where(equal(x, 0), 1, y))))
torch.eq -> equal(x, y)
torch.ne -> notEqual(x, y)
torch.lt -> less(x, y)
torch.le -> lessEqual(x, y)
torch.gt -> greater(x, y)
torch.ge -> greaterEqual(x, y)
torch.logical_xor -> notEqual(logicalNot(x), logicalNot(y))
torch.isnan -> isNaN(x)
torch.isfinite -> isFinite(x)
torch.isinf -> logicalNot(logicalOr(isFinite(x), isNaN(x)))
torch.isposinf -> equal(x, Infinity)
torch.isneginf -> equal(x, -Infinity)
torch.signbit -> less(x, 0) // -0 is not below 0
torch.isclose -> lessEqual(abs(sub(x, y)), add(1e-8, mul(1e-5, abs(y))))
torch.allclose -> allClose(x, y)
torch.equal -> allClose(x, y, { rtol: 0, atol: 0 }) // equal is at every place
torch.isin -> any(equal(expandDims(v, 1), array([1, 3])), 1)
Tensor.type_as Tensor.to Tensor.type Tensor.float Tensor.double Tensor.int Tensor.bool -> cast(x, "float32") // or "float64", "int32", "bool"
`,
    ],
    [
      "Reductions",
      `
torch: sum prod mean all any cumsum
torch.max torch.amax -> max(x, 1) // values only; argmax gives the places
torch.min torch.amin -> min(x, 1)
torch.aminmax -> [min(x), max(x)]
torch.std -> std(x, 1, { ddof: 1 }) // PyTorch divides by n - 1, ours and NumPy's by n
torch.var -> variance(x, 1, { ddof: 1 })
torch.std_mean -> [std(x, 1, { ddof: 1 }), mean(x, 1)]
torch.var_mean -> [variance(x, 1, { ddof: 1 }), mean(x, 1)]
torch.norm torch.linalg.vector_norm -> norm(x, 1)
torch.linalg.matrix_norm -> norm(a) // Frobenius'
torch.dist -> norm(sub(x, y))
torch.logsumexp -> logSumExp(x, 1)
torch.logcumsumexp -> scan((q: NDArray, r: NDArray) => [logSumExp(stack([q, r])), logSumExp(stack([q, r]))], array(-Infinity), v)[1]
torch.cummax -> scan((q: NDArray, r: NDArray) => [maximum(q, r), maximum(q, r)], array(-Infinity), v)[1]
torch.cummin -> scan((q: NDArray, r: NDArray) => [minimum(q, r), minimum(q, r)], array(Infinity), v)[1]
torch.cumprod -> exp(cumsum(log(v))) // of positive numbers
torch.count_nonzero -> sum(cast(notEqual(x, 0), "int32"))
torch.median -> take(sort(v), 1) // the lower one of the middle two
torch.diff -> sub(slice(v, [[1, null]]), slice(v, [[null, -1]]))
torch.gradient -> div(sub(slice(v, [[2, null]]), slice(v, [[null, -2]])), 2) // inner points
torch.trapezoid torch.trapz -> sum(mul(0.5, add(slice(v, [[1, null]]), slice(v, [[null, -1]]))))
torch.cumulative_trapezoid -> cumsum(mul(0.5, add(slice(v, [[1, null]]), slice(v, [[null, -1]]))))
torch.nansum -> sum(where(isNaN(x), 0, x))
torch.nanmean -> div(sum(where(isNaN(x), 0, x)), sum(cast(logicalNot(isNaN(x)), "float64")))
torch.bincount -> sum(oneHot(labels, 4), 0)
torch.histc torch.histogram -> sub(searchSorted(sort(v), linspace(1, 5, 5)), searchSorted(sort(v), linspace(0, 4, 5))) // of 0 to 1, 1 to 2, …, each without its end
torch.cov -> div(matmul(sub(x, mean(x, 1, { keepDims: true })), transpose(sub(x, mean(x, 1, { keepDims: true })))), 3)
torch.corrcoef -> div(sum(mul(sub(v, mean(v)), sub(w, mean(w)))), mul(4, mul(std(v), std(w)))) // of two vectors
`,
    ],
    [
      "Linear algebra",
      `
torch: matmul dot outer einsum cholesky inverse
torch.linalg: solve
torch.mm torch.mv torch.bmm torch.inner -> matmul(x, v)
torch.linalg.inv torch.linalg.inv_ex -> inverse(a)
torch.linalg.cholesky_ex -> attempt(() => cholesky(a)) // an Either
torch.linalg.solve_ex -> solve(a, u) // NaN where a is singular
torch.linalg.solve_triangular torch.triangular_solve -> triangularSolve(tril(a), u)
torch.cholesky_solve -> triangularSolve(transpose(tril(a)), triangularSolve(tril(a), u), { lower: false })
torch.linalg.vecdot torch.vdot -> sum(mul(x, y), -1)
torch.trace -> sum(diagonal(a))
torch.ger -> outer(v, w)
torch.addmm torch.addmv torch.baddbmm -> add(u, matmul(a, z))
torch.addbmm -> add(a, sum(matmul(stack([a, b]), stack([b, a])), 0))
torch.addr -> add(a, outer(u, z))
torch.tensordot -> einsum("ij,kj->ik", x, y)
torch.bilinear -> einsum("i,ij,j->", u, a, z)
F.linear -> add(matmul(x, v), 1) // weights are [in, out], not [out, in]
torch.kron -> reshape(einsum("ij,kl->ikjl", a, b), [9, 9])
torch.cross -> sub(mul(roll(u, -1), roll(z, -2)), mul(roll(u, -2), roll(z, -1)))
torch.linalg.multi_dot torch.chain_matmul -> matmul(matmul(a, b), a)
torch.matrix_power -> matmul(a, matmul(a, a))
torch.linalg.lstsq -> lstsq(tall, v).solution // ranks do not depend on the columns' units
torch.linalg.matrix_rank -> lstsq(a, u).rank
torch.linalg.pinv torch.pinverse -> pinv(tall)
torch.qr -> qr(tall) // { q, r }; r's diagonal is not negative
torch.svd -> svd(x) // { u, s, v }, v is not transposed
torch.linalg.svdvals -> svd(x).s
torch.linalg.cond -> conditionNumber(a)
torch.slogdet torch.logdet -> mul(2, sum(log(diagonal(cholesky(a))))) // of a symmetric positive definite matrix
torch.det -> exp(mul(2, sum(log(diagonal(cholesky(a)))))) // of a symmetric positive definite matrix
torch.cdist torch.pdist -> norm(sub(expandDims(x, 1), expandDims(y, 0)), -1) // pdist lists what stands above the diagonal
torch.pairwise_distance -> norm(sub(x, y), 1)
`,
    ],
    ...training,
  ],
};
