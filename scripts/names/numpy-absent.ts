import type { Library } from "./library.ts";

/** NumPy's names without one here, by kind. */
export const absent: Library["absent"] = [
  [
    "Sets and places",
    "their results have a size that depends on the values; take the elements out by `toNested` and use JavaScript's `filter` and `Set`",
    "np: argwhere nonzero flatnonzero extract compress unique unique_all unique_counts unique_inverse unique_values union1d intersect1d setdiff1d setxor1d trim_zeros diag_indices diag_indices_from",
  ],
  [
    "Further decompositions",
    "not there yet, `eigh` first; eigenvalues of general matrices are complex",
    "np.linalg: eig eigh eigvals eigvalsh tensorinv tensorsolve",
  ],
  [
    "Whole numbers and bits",
    "int32 is for labels, counts and indices, not for arithmetic on bits",
    "np: bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor invert left_shift right_shift gcd lcm packbits unpackbits binary_repr base_repr",
  ],
  [
    "Complex numbers",
    "there is no complex dtype",
    "np: angle conj conjugate imag sort_complex real real_if_close iscomplex iscomplexobj isreal isrealobj",
  ],
  [
    "Statistics and interpolation",
    "not there yet, `quantile` and `interp` first; NaN as a missing value, and histograms of several axes, are prepared outside of a loss",
    "np: quantile percentile interp unwrap nancumprod nanmedian nanpercentile nanquantile nanstd nanvar histogram2d histogramdd lexsort",
  ],
  [
    "Polynomials as lists of coefficients",
    "fit them as a linear model; `solve` and any optimizer do",
    "np: poly polyadd polyder polydiv polyfit polyint polymul polysub roots",
  ],
  [
    "Windows and special functions",
    "signal processing is out of scope",
    "np: bartlett blackman hamming hanning kaiser i0",
  ],
  [
    "Other distributions",
    "not there yet, gamma and beta first",
    "np.random: beta chisquare dirichlet f gamma geometric hypergeometric logseries negative_binomial noncentral_chisquare noncentral_f poisson standard_gamma standard_t triangular vonmises wald zipf",
  ],
  [
    "State of generators",
    "a key is a value, and has no state",
    "np.random: Generator get_bit_generator get_state set_bit_generator set_state test",
  ],
  ["Dates", "numbers only", "np: busday_count busday_offset datetime_as_string datetime_data is_busday isnat"],
  [
    "Files of other formats",
    "JavaScript reads text, and `recording` writes safetensors",
    "np: fromfile fromregex fromstring genfromtxt loadtxt savetxt from_dlpack",
  ],
  [
    "Types and memory",
    "four dtypes, one layout, and nothing that can be shared by mistake",
    "np: can_cast common_type isdtype isfortran isscalar issubdtype iterable may_share_memory min_scalar_type mintypecode promote_types result_type shares_memory typename asfortranarray asmatrix asarray_chkfinite nextafter spacing frexp nested_iters",
  ],
  [
    "Settings of the library",
    "there are none",
    "np: format_float_positional format_float_scientific get_include get_printoptions getbufsize geterr geterrcall info printoptions set_printoptions setbufsize seterr seterrcall show_config show_runtime test",
  ],
];
