import type { Library } from "./library.ts";

/** JAX's names but those of jax.numpy that NumPy has. */
export const jax: Library = {
  key: "jax",
  title: "JAX",
  alike: { jnp: "np" },
  groups: [
    [
      "Derivatives and transforms",
      `
jax: grad value_and_grad vjp jvp linearize jacfwd jacrev hessian vmap checkpoint jit custom_jvp custom_vjp
lax: stop_gradient
jax.jacobian -> jacrev(g)(v)
jax.remat -> checkpoint(f)(v)
jax.fwd_and_bwd -> vjp(f, v) // the result and its pullback
jax.custom_gradient -> customVjp((q: NDArray) => sum(q), { forward: (q) => [sum(q), q], backward: (q, t) => [mul(t, q)] })
lax.custom_root -> customRoot((q: NDArray<[4]>) => sub(q, v), zeros([4]), { solve: () => [v, null] })[0]
jax.make_jaxpr -> program.of(f)(v) // program.print shows it
jax.eval_shape jax.typeof jax.ShapeDtypeStruct -> evalShape(f)(v) // a description is { shape, dtype }
jax.debug_nans jax.debug_infs -> debugNaN(f)(v) // tells NaN alone
jax.linear_transpose -> vjp((q: NDArray) => matmul(a, q), u)[1] // of a linear function
`,
    ],
    [
      "Control flow",
      `
lax: scan cond while_loop fori_loop
lax.switch -> cond(equal(i, 0), (q: NDArray) => neg(q), (q: NDArray) => square(q), v) // a cond in a cond for more
lax.map -> scan((carry: null, row: NDArray) => [carry, norm(row)], null, x)[1] // vmap, unless memory is short
lax.associative_scan -> scan((q: NDArray, r: NDArray) => [mul(q, r), mul(q, r)], array(1), v)[1] // one after another
`,
    ],
    [
      "Operations by other names",
      `
lax: sub mul div neg rsqrt erf
lax.clamp -> clip(x, 0, 1) // the array comes first
lax.select_n -> where(c, y, x) // the value for true comes first
lax.convert_element_type -> cast(x, "float32")
lax.broadcast lax.broadcast_in_dim lax.broadcast_like lax.broadcast_to_rank -> broadcastTo(v, [3, 4])
lax.iota lax.broadcasted_iota -> broadcastTo(arange(4), [3, 4])
lax.collapse -> reshape(x, -1)
lax.rev -> flip(x, 0)
lax.eq -> equal(x, y)
lax.ne -> notEqual(x, y)
lax.lt -> less(x, y)
lax.le -> lessEqual(x, y)
lax.gt -> greater(x, y)
lax.ge -> greaterEqual(x, y)
lax.is_finite -> isFinite(x)
lax.rem -> sub(x, mul(3, where(less(x, 0), ceil(div(x, 3)), floor(div(x, 3))))) // the sign of the dividend; remainder has that of the divisor
lax.integer_pow -> pow(x, 3)
lax.logistic jax.scipy.special.expit -> sigmoid(x)
lax.erfc -> sub(1, erf(x)) // loses digits where it is small
lax.dot_general lax.batch_matmul -> einsum("bij,bjk->bik", stack([a, b]), stack([b, a]))
lax.reduce_sum -> sum(x, 0)
lax.reduce_prod -> prod(x, 0)
lax.reduce_max -> max(x, 0)
lax.reduce_min -> min(x, 0)
lax.reduce_and -> all(x, 0)
lax.reduce_or -> any(x, 0)
lax.reduce_xor -> equal(remainder(sum(cast(c, "int32"), 0), 2), 1) // of truths
lax.cumlogsumexp -> scan((q: NDArray, r: NDArray) => [logSumExp(stack([q, r])), logSumExp(stack([q, r]))], array(-Infinity), v)[1]
lax.cummax -> scan((q: NDArray, r: NDArray) => [maximum(q, r), maximum(q, r)], array(-Infinity), v)[1]
lax.cummin -> scan((q: NDArray, r: NDArray) => [minimum(q, r), minimum(q, r)], array(Infinity), v)[1]
lax.top_k lax.approx_max_k -> slice(flip(sort(v)), [[0, 2]]) // argsort for the places
lax.approx_min_k -> slice(sort(v), [[0, 2]])
lax.sort_key_val -> take(w, argsort(v)) // the values in the order of the keys
lax.slice -> slice(x, [[0, 2], [1, 4, 2]]) // [from, to, step] for each axis
lax.slice_in_dim jax.ds -> slice(x, [null, [1, 3]])
lax.index_in_dim lax.index_take lax.gather lax.dynamic_index_in_dim -> take(x, array(1, { dtype: "int32" }), 0) // the place may be computed
lax.dynamic_slice lax.dynamic_slice_in_dim -> take(v, add(array(1, { dtype: "int32" }), arange(2, { dtype: "int32" })))
lax.dynamic_update_slice lax.dynamic_update_slice_in_dim lax.dynamic_update_index_in_dim -> where(equal(arange(4), i), 9, v) // set, where the place is known
lax.scatter -> set(x, [0, [1, 3]], 7)
lax.scatter_add -> add(v, sum(oneHot(indices, 4), 0))
lax.dtype -> x.dtype
lax.stage lax.optimization_barrier -> x // the compiler keeps the order of additions by itself
`,
    ],
    [
      "Neural networks",
      `
jax.nn: relu sigmoid silu softplus softmax log_softmax log_sigmoid one_hot
jax.nn.gelu -> gelu(x, { approximate: true }) // exact by default
jax.nn.logsumexp -> logSumExp(x, 1)
jax.nn.swish -> silu(x)
jax.nn.relu6 -> clip(x, 0, 6)
jax.nn.elu jax.nn.celu -> elu(x)
jax.nn.leaky_relu -> leakyRelu(x)
jax.nn.selu -> mul(1.0507009873554805, elu(x, 1.6732632423543772))
jax.nn.glu -> mul(slice(x, [null, [0, 2]]), sigmoid(slice(x, [null, [2, 4]])))
jax.nn.hard_tanh -> clip(x, -1, 1)
jax.nn.hard_sigmoid -> div(clip(add(x, 3), 0, 6), 6)
jax.nn.hard_silu jax.nn.hard_swish -> mul(x, div(clip(add(x, 3), 0, 6), 6))
jax.nn.soft_sign -> div(x, add(1, abs(x)))
jax.nn.squareplus -> div(add(x, sqrt(add(square(x), 4))), 2)
jax.nn.mish -> mul(x, tanh(softplus(x)))
jax.nn.logmeanexp -> sub(logSumExp(x, 1), Math.log(4))
jax.nn.standardize -> div(sub(x, mean(x, 1, { keepDims: true })), sqrt(add(variance(x, 1, { keepDims: true }), 1e-5)))
jax.nn.dot_product_attention -> matmul(softmax(div(matmul(x, transpose(y)), Math.sqrt(4))), y) // one head
jax.nn.initializers>initializer: glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal orthogonal
jax.nn.initializers.xavier_uniform -> initializer.glorotUniform(key, [64, 32])
jax.nn.initializers.xavier_normal -> initializer.glorotNormal(key, [64, 32])
jax.nn.initializers.kaiming_uniform -> initializer.heUniform(key, [64, 32])
jax.nn.initializers.kaiming_normal -> initializer.heNormal(key, [64, 32])
jax.nn.initializers.normal -> random.normal(key, [64, 32], { standardDeviation: 0.01 })
jax.nn.initializers.uniform -> random.uniform(key, [64, 32], { max: 0.01 })
jax.nn.initializers.truncated_normal -> mul(0.01, random.truncatedNormal(key, [64, 32], { min: -2, max: 2 }))
jax.nn.initializers.variance_scaling -> random.normal(key, [64, 32], { standardDeviation: Math.sqrt(2 / 64) })
jax.nn.initializers.zeros -> zeros([64, 32])
jax.nn.initializers.ones -> ones([64, 32])
jax.nn.initializers.constant -> full([64, 32], 0.1)
`,
    ],
    [
      "Random numbers",
      `
jax.random>random: key split fold_in key_data bits normal uniform categorical choice permutation exponential gumbel laplace orthogonal
jax.random.bernoulli -> random.bernoulli(key, [3], { p: 0.3 })
jax.random.truncated_normal -> random.truncatedNormal(key, [3], { min: -2, max: 2 })
jax.random.PRNGKey -> random.key(0)
jax.random.wrap_key_data -> random.wrap([1, 2])
jax.random.randint -> random.integers(key, [4], { min: 0, max: 10 }) // the same bits as of int32
jax.random.clone -> key // a key is a value
jax.random.rademacher -> sub(mul(2, random.integers(key, [3], { max: 2 })), 1)
jax.random.cauchy -> tan(mul(Math.PI, sub(random.uniform(key, [3]), 0.5)))
jax.random.logistic -> sub(log(q), log1p(neg(q))) // for q = random.uniform(key, shape)
jax.random.lognormal -> exp(random.normal(key, [3]))
jax.random.multinomial -> sum(oneHot(random.categorical(key, log(array([0.2, 0.3, 0.5])), { shape: [10] }), 3), 0)
jax.random.multivariate_normal -> add(u, matmul(cholesky(a), random.normal(key, [3])))
jax.random.binomial -> sum(cast(random.bernoulli(key, [10, 3], { p: 0.3 }), "int32"), 0)
jax.random.pareto -> exp(div(random.exponential(key, [3]), 2)) // of shape 2
jax.random.weibull_min -> pow(random.exponential(key, [3]), 1 / 2) // of shape 2
jax.random.rayleigh -> sqrt(mul(2, random.exponential(key, [3])))
jax.random.geometric -> ceil(div(random.exponential(key, [3]), -Math.log1p(-0.3))) // of p = 0.3
jax.random.ball -> mul(div(u, norm(u)), pow(random.uniform(key, []), 1 / 3)) // for u = random.normal(other, [3])
`,
    ],
    [
      "Trees",
      `
jax.tree>tree: leaves structure unflatten map
jax.tree.flatten -> tree.flatten(params) // an object of leaves, structure and paths
jax.tree.map_with_path jax.tree.flatten_with_path jax.tree.leaves_with_path -> tree.mapTo((leaf, path) => [path, leaf.shape], params)
jax.tree.all -> tree.leaves(params).every((leaf) => item(all(isFinite(leaf))))
jax.tree.reduce jax.tree.reduce_associative -> tree.leaves(params).reduce<NDArray>((total, leaf) => add(total, sum(leaf)), array(0))
jax.tree.transpose -> tree.stack([params, grads]) // a list of trees as a tree of stacks
`,
    ],
    [
      "Special functions",
      `
jax.scipy.special.xlogy -> where(equal(x, 0), 0, mul(x, log(where(equal(x, 0), 1, y))))
jax.scipy.special.xlog1py -> where(equal(x, 0), 0, mul(x, log1p(y)))
jax.scipy.special.entr -> neg(where(equal(x, 0), 0, mul(x, log(where(equal(x, 0), 1, x)))))
jax.scipy.special.rel_entr -> where(equal(x, 0), 0, mul(x, log(div(where(equal(x, 0), 1, x), y)))) // for y above 0
jax.scipy.special.kl_div -> add(sub(mul(x, log(div(x, y))), x), y) // for x and y above 0
jax.scipy.special.logit -> sub(log(p), log1p(neg(p)))
jax.scipy.special.ndtr -> mul(0.5, add(1, erf(mul(x, Math.SQRT1_2))))
jax.scipy.special.boxcox -> div(sub(pow(x, 2), 1), 2) // of lambda 2; log for 0
jax.scipy.special.boxcox1p -> div(sub(pow(add(x, 1), 2), 1), 2)
`,
    ],
    [
      "Saving, and JAX's arrays",
      `
jax.device_get -> toTypedArray(x) // or toNested, or item
jax.device_put jax.block_until_ready -> array(new Float32Array([1, 2])) // nothing is elsewhere, or pending
`,
    ],
  ],
  absent: [
    [
      "Devices and sharding",
      "there is one device, WebAssembly's memory, and nothing to place",
      "jax: copy_to_host_async default_backend default_device device_count devices effects_barrier host_count host_id host_ids live_arrays local_device_count local_devices make_array_from_callback make_array_from_process_local_data make_array_from_single_device_arrays make_mesh pmap process_count process_index process_indices reshard shard_map smap transfer_guard transfer_guard_device_to_device transfer_guard_device_to_host transfer_guard_host_to_device auto_pcast remove_size_one_mesh_axis_from_type lax: after_all all_gather all_to_all axis_index axis_size create_token pbroadcast pcast pmax pmean pmin ppermute precv psend pshuffle psum psum_scatter pswapaxes ragged_all_to_all with_sharding_constraint dce_sink",
    ],
    [
      "Settings, caches and tracing",
      "there is nothing to set: float64 is the default dtype, `jit` keeps its programs by itself, and `jit.backend` is told",
      "jax: checking_leaks allow_f16_reductions array_garbage_collection_guard check_tracer_leaks clear_caches debug_key_reuse default_matmul_precision default_prng_impl disable_jit enable_checks enable_custom_prng enable_x64 ensure_compile_time_eval explain_cache_misses jax2tf_associative_scan_reductions legacy_prng_key log_compiles make_user_context named_call named_scope no_execution no_tracing numpy_dtype_promotion numpy_rank_promotion print_environment_info softmax_custom_jvp thread_guard threefry_partitionable closure_convert lax: composite platform_dependent",
    ],
    ["Mutable references and callbacks", "functions are pure", "jax: empty_ref free_ref freeze new_ref pure_callback"],
    [
      "Convolutions and windows",
      "not there yet; a window is a `slice`, and windows are a `stack`",
      "lax: conv conv_dimension_numbers conv_general_dilated conv_general_dilated_local conv_general_dilated_patches conv_general_permutations conv_general_shape_tuple conv_shape_tuple conv_transpose conv_transpose_shape_tuple conv_with_general_padding padtype_to_pads reduce_window reduce_window_shape_tuple",
    ],
    [
      "General scatter, reduce and solve",
      "the common cases have functions of their own above",
      "lax: scatter_apply scatter_max scatter_min scatter_mul scatter_sub reduce custom_linear_solve shape_as_value DotDimensionNumbers",
    ],
    [
      "Bits, complex numbers and FFT",
      "float64, float32, int32 and bool only",
      "lax: bitcast_convert_type clz complex fft mulhi population_count reduce_precision rng_bit_generator rng_uniform shift_left shift_right_arithmetic shift_right_logical",
    ],
    [
      "Ragged and scaled products",
      "for lower precision than float32, which does not exist here",
      "lax: ragged_dot ragged_dot_general scaled_dot jax.nn: get_scaled_dot_general_config scaled_dot_general scaled_matmul sparse_plus sparse_sigmoid log1mexp jax.nn.initializers: delta_orthogonal",
    ],
    [
      "Special functions",
      "not there yet, `erfInv`, `lgamma` and `digamma` first",
      "lax: bessel_i0e bessel_i1e betainc digamma erf_inv igamma igamma_grad_a igammac lgamma polygamma random_gamma_grad zeta jax.scipy.special: bernoulli bessel_jn beta betaln comb dawsn erfcx erfinv exp1 expi expn factorial fresnel gamma gammainc gammaincc gammaln gammasgn hyp1f1 hyp2f1 i0e i1 i1e log_ndtr loggamma multigammaln ndtri owens_t poch sici spence sph_harm_y wofz",
    ],
    [
      "Other distributions",
      "not there yet, gamma and beta first",
      "jax.random: beta chisquare dirichlet double_sided_maxwell f gamma generalized_normal loggamma maxwell poisson t triangular wald key_dtype key_impl",
    ],
    ["Trees", "a tree is plain data, and a leaf is an array or a number", "jax.tree: broadcast static"],
  ],
};
