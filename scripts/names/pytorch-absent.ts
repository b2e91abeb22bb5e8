import type { Library } from "./library.ts";

/** PyTorch's names without one here, by kind. */
export const absent: Library["absent"] = [
  [
    "Values whose size depends on the data",
    "take the elements out by `toNested` and use JavaScript's `filter` and `Set`",
    "torch: argwhere combinations masked_select mode nonzero nonzero_static unique unique_consecutive",
  ],
  [
    "Pooling, convolutions and images",
    "not there yet; a window is a `slice`, and windows are a `stack`",
    "F: adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices adaptive_max_pool3d adaptive_max_pool3d_with_indices affine_grid avg_pool2d avg_pool3d fold fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices grid_sample interpolate local_response_norm lp_pool1d lp_pool2d lp_pool3d max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d unfold upsample upsample_bilinear upsample_nearest torch: adaptive_avg_pool1d avg_pool1d channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d native_channel_shuffle pixel_shuffle pixel_unshuffle quantized_max_pool1d quantized_max_pool2d init: dirac_",
  ],
  [
    "Further decompositions",
    "not there yet, `eigh` first; eigenvalues of general matrices are complex",
    "torch: cholesky_inverse geqrf lobpcg lu lu_solve lu_unpack matrix_exp orgqr ormqr pca_lowrank renorm svd_lowrank torch.linalg: eig eigh eigvals eigvalsh householder_product ldl_factor ldl_factor_ex ldl_solve lu_factor lu_factor_ex tensorinv tensorsolve",
  ],
  [
    "Special functions",
    "not there yet, `erfInv`, `lgamma` and `digamma` first",
    "torch: digamma erfinv i0 igamma igammac lgamma mvlgamma polygamma torch.special: airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w erfcx gammainc gammaincc gammaln hermite_polynomial_h hermite_polynomial_he i0e i1 i1e laguerre_polynomial_l log_ndtr modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multigammaln ndtri psi scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w spherical_bessel_j0 zeta",
  ],
  [
    "Fourier transforms and windows",
    "signal processing is out of scope",
    "torch: bartlett_window blackman_window hamming_window hann_window istft kaiser_window stft",
  ],
  [
    "Whole numbers and bits",
    "int32 is for labels, counts and indices, not for arithmetic on bits",
    "torch: bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor gcd lcm",
  ],
  [
    "Complex numbers",
    "there is no complex dtype",
    "Tensor: is_neg torch: angle complex conj_physical imag is_complex is_conj isreal polar resolve_conj resolve_neg view_as_complex",
  ],
  [
    "Sparse, quantized and other dtypes",
    "four dtypes, one layout",
    "F: grouped_mm scaled_grouped_mm scaled_mm Tensor: bfloat16 byte cdouble cfloat chalf char coalesce col_indices crow_indices dense_dim half indices int_repr is_coalesced is_quantized is_sparse is_sparse_csr long q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point qscheme short sparse_dim sparse_mask to_dense to_mkldnn to_padded_tensor to_sparse to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr values torch: autocast dequantize fake_quantize_per_channel_affine fake_quantize_per_tensor_affine hspmm quantize_per_channel quantize_per_tensor quantize_per_tensor_dynamic quantized_batch_norm smm sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor sparse_csc_tensor sparse_csr_tensor sspaddmm",
  ],
  [
    "Statistics and grouped reductions",
    "not there yet, `quantile` first; a group is a column of `oneHot`",
    "torch: histogramdd index_reduce nanmedian nanquantile quantile scatter_reduce segment_reduce",
  ],
  [
    "Losses of sequences and margins, and randomized layers",
    "outside of what the models here need so far",
    "F: ctc_loss multi_head_attention_forward multi_margin_loss multilabel_margin_loss rrelu alpha_dropout feature_alpha_dropout torch: poisson",
  ],
  [
    "Optimizers and samplers",
    "an average of the states is `trajectory.column`; there are no workers",
    "data: DFIterDataPipe DataChunk DistributedSampler IterDataPipe IterableDataset MapDataPipe Sampler functional_datapipe get_worker_info guaranteed_datapipes_determinism non_deterministic runtime_validation_disabled optim: ASGD SparseAdam",
  ],
  [
    "Devices, memory and storage",
    "there is one device, WebAssembly's memory, and nothing to place",
    "Tensor: const_data_ptr cpu cuda data_ptr device dim_order element_size get_device ipu is_contiguous is_cpu is_cuda is_ipu is_meta is_mps is_pinned is_set_to is_shared is_xla is_xpu itemsize module_load mtia nbytes pin_memory record_stream storage storage_offset storage_type stride untyped_storage xpu torch: as_strided as_strided_scatter frexp from_dlpack from_file get_default_device get_device_module hash_tensor is_storage nextafter set_default_device to_dlpack",
  ],
  [
    "Hooks and the state of the tape",
    "there is no tape to hook into: `customVjp` and `stopGradient`",
    "F: handle_torch_function has_torch_function has_torch_function_unary has_torch_function_variadic Tensor: as_subclass grad_dtype is_leaf register_hook register_post_accumulate_grad_hook retains_grad autograd: is_multithreading_enabled is_tensor_like is_view_replay_enabled kineto_available torch.func: debug_unwrap functionalize rearrange torch: is_grad_enabled is_inference is_inference_mode_enabled is_tensor",
  ],
  [
    "Settings, types and the script compiler",
    "there is nothing to set: results are the same bits everywhere",
    "F: boolean_dispatch Tensor: is_signed torch: alias_copy are_deterministic_algorithms_enabled can_cast compiled_with_cxx11_abi fork get_default_dtype get_deterministic_debug_mode get_float32_matmul_precision get_num_interop_threads get_num_threads get_rng_state import_ir_module import_ir_module_from_buffer init_num_threads initial_seed is_deterministic_algorithms_warn_only_enabled is_floating_point is_warn_always_enabled merge_type_from_type_comment parse_ir parse_schema parse_type_comment promote_types result_type set_default_dtype set_default_tensor_type set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal set_num_interop_threads set_num_threads set_printoptions set_rng_state set_warn_always slice_copy sym_float sym_int sym_ite sym_max sym_min sym_not sym_sum thread_safe_generator typename unify_type_list use_deterministic_algorithms view_as_real wait",
  ],
];
