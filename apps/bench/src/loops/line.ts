import { type Data, floatsOf } from "../data.ts";
import type { Job } from "../job.ts";
import type { Line } from "../workload.ts";

/** A step on rows of two columns, in float64 registers; two rows at a time, so that sums do not wait for each other. */
const stepOnPairs = (x: Float32Array, y: Float32Array, first: number, rows: number, w: Float32Array, rate: number) => {
  const w0 = w[0] ?? 0;
  const w1 = w[1] ?? 0;
  let g0 = 0;
  let g1 = 0;
  let h0 = 0;
  let h1 = 0;
  const end = first + rows;
  let i = first;
  for (; i + 1 < end; i += 2) {
    const u = x[2 * i] ?? 0;
    const v = x[2 * i + 1] ?? 0;
    const r = u * w0 + v * w1 - (y[i] ?? 0);
    g0 += r * u;
    g1 += r * v;
    const s = x[2 * i + 2] ?? 0;
    const t = x[2 * i + 3] ?? 0;
    const q = s * w0 + t * w1 - (y[i + 1] ?? 0);
    h0 += q * s;
    h1 += q * t;
  }
  if (i < end) {
    const u = x[2 * i] ?? 0;
    const v = x[2 * i + 1] ?? 0;
    const r = u * w0 + v * w1 - (y[i] ?? 0);
    g0 += r * u;
    g1 += r * v;
  }
  const scale = (2 * rate) / rows;
  w[0] = w0 - scale * (g0 + h0);
  w[1] = w1 - scale * (g1 + h1);
};

/** Adds half of the gradient of a row's squared error, and gives the row's residual. */
export const addRow = (
  x: Float32Array,
  y: Float32Array,
  i: number,
  w: Float32Array,
  gradient: Float64Array,
): number => {
  const n = w.length;
  const row = i * n;
  let even = -(y[i] ?? 0);
  let odd = 0;
  let j = 0;
  for (; j + 1 < n; j += 2) {
    even += (x[row + j] ?? 0) * (w[j] ?? 0);
    odd += (x[row + j + 1] ?? 0) * (w[j + 1] ?? 0);
  }
  if (j < n) even += (x[row + j] ?? 0) * (w[j] ?? 0);
  const r = even + odd;
  for (let k = 0; k < n; k++) gradient[k] = (gradient[k] ?? 0) + r * (x[row + k] ?? 0);
  return r;
};

const stepOnRows = (
  x: Float32Array,
  y: Float32Array,
  first: number,
  rows: number,
  w: Float32Array,
  rate: number,
  gradient: Float64Array,
) => {
  const n = w.length;
  gradient.fill(0);
  for (let i = first; i < first + rows; i++) addRow(x, y, i, w, gradient);
  const scale = (2 * rate) / rows;
  for (let j = 0; j < n; j++) w[j] = (w[j] ?? 0) - scale * (gradient[j] ?? 0);
};

export const line = ({ rows, columns, batch, rate, steps, checked }: Line, data: Data): Job => {
  const x = floatsOf(data, "x");
  const y = floatsOf(data, "y");
  const start = floatsOf(data, "start");
  const w = start.slice();
  const gradient = new Float64Array(columns);
  let next = 0;
  const begin = () => {
    w.set(start);
    next = 0;
  };
  const step = () => {
    if (next + batch > rows) next = 0;
    if (columns === 2) stepOnPairs(x, y, next, batch, w, rate);
    else stepOnRows(x, y, next, batch, w, rate, gradient);
    next += batch;
  };
  const run = (units: number) => {
    for (let unit = 0; unit < units; unit++) {
      if (steps > 1) begin();
      for (let i = 0; i < steps; i++) step();
    }
  };
  const check = () => {
    begin();
    run(checked);
    return [...w];
  };
  return { run, check };
};
