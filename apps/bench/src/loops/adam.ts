/** Adam in place, after D. P. Kingma and J. Ba, 2015: means of gradients and of their squares, without their bias. */
export const adam = (params: Float32Array, gradient: Float32Array | Float64Array, rate: number) => {
  const mean = new Float32Array(params.length);
  const square = new Float32Array(params.length);
  let power1 = 1;
  let power2 = 1;
  const begin = () => {
    mean.fill(0);
    square.fill(0);
    [power1, power2] = [1, 1];
  };
  const step = () => {
    power1 *= 0.9;
    power2 *= 0.999;
    const scale = rate / (1 - power1);
    const correction = 1 / (1 - power2);
    for (let i = 0; i < params.length; i++) {
      const g = gradient[i] ?? 0;
      const m = 0.9 * (mean[i] ?? 0) + 0.1 * g;
      const v = 0.999 * (square[i] ?? 0) + 0.001 * g * g;
      mean[i] = m;
      square[i] = v;
      params[i] = (params[i] ?? 0) - (scale * m) / (Math.sqrt(v * correction) + 1e-8);
    }
  };
  return { begin, step };
};
