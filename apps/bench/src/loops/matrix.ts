/** out (+)= a b for matrices [m, k] and [k, n], four rows of b at a time. */
export const multiply = (
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  [m, k, n]: readonly [number, number, number],
  adds = false,
): void => {
  if (!adds) out.fill(0);
  for (let i = 0; i < m; i++) {
    const to = i * n;
    let l = 0;
    for (; l + 3 < k; l += 4) {
      const at = i * k + l;
      const a0 = a[at] ?? 0;
      const a1 = a[at + 1] ?? 0;
      const a2 = a[at + 2] ?? 0;
      const a3 = a[at + 3] ?? 0;
      const b0 = l * n;
      const b1 = (l + 1) * n;
      const b2 = (l + 2) * n;
      const b3 = (l + 3) * n;
      for (let j = 0; j < n; j++)
        out[to + j] =
          (out[to + j] ?? 0) +
          (a0 * (b[b0 + j] ?? 0) + a1 * (b[b1 + j] ?? 0) + (a2 * (b[b2 + j] ?? 0) + a3 * (b[b3 + j] ?? 0)));
    }
    for (; l < k; l++) {
      const value = a[i * k + l] ?? 0;
      for (let j = 0; j < n; j++) out[to + j] = (out[to + j] ?? 0) + value * (b[l * n + j] ?? 0);
    }
  }
};

/** out (+)= aᵀ b for matrices [m, k] and [m, n], four rows of both at a time. */
export const multiplyTransposed = (
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  [m, k, n]: readonly [number, number, number],
  adds = false,
): void => {
  if (!adds) out.fill(0);
  let i = 0;
  for (; i + 3 < m; i += 4) {
    const b0 = i * n;
    const b1 = (i + 1) * n;
    const b2 = (i + 2) * n;
    const b3 = (i + 3) * n;
    for (let l = 0; l < k; l++) {
      const at = i * k + l;
      const a0 = a[at] ?? 0;
      const a1 = a[at + k] ?? 0;
      const a2 = a[at + 2 * k] ?? 0;
      const a3 = a[at + 3 * k] ?? 0;
      const to = l * n;
      for (let j = 0; j < n; j++)
        out[to + j] =
          (out[to + j] ?? 0) +
          (a0 * (b[b0 + j] ?? 0) + a1 * (b[b1 + j] ?? 0) + (a2 * (b[b2 + j] ?? 0) + a3 * (b[b3 + j] ?? 0)));
    }
  }
  for (; i < m; i++)
    for (let l = 0; l < k; l++) {
      const value = a[i * k + l] ?? 0;
      for (let j = 0; j < n; j++) out[l * n + j] = (out[l * n + j] ?? 0) + value * (b[i * n + j] ?? 0);
    }
};

/** out (+)= a bᵀ for matrices [m, n] and [k, n]. */
export const multiplyByTransposed = (
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  [m, n, k]: readonly [number, number, number],
  adds = false,
): void => {
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++) {
      let even = 0;
      let odd = 0;
      let j = 0;
      for (; j + 1 < n; j += 2) {
        even += (a[i * n + j] ?? 0) * (b[l * n + j] ?? 0);
        odd += (a[i * n + j + 1] ?? 0) * (b[l * n + j + 1] ?? 0);
      }
      if (j < n) even += (a[i * n + j] ?? 0) * (b[l * n + j] ?? 0);
      out[i * k + l] = (adds ? (out[i * k + l] ?? 0) : 0) + even + odd;
    }
};

/** The sums of the columns of a matrix [m, n]. */
export const sumRows = (out: Float32Array, a: Float32Array, m: number, n: number): void => {
  out.fill(0);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j] = (out[j] ?? 0) + (a[i * n + j] ?? 0);
};
