/*
 * Plain loops in C with gradients by hand, left to the compiler to vectorise: `loops FOLDER KIND WORDS…`, the words in the
 * order of contestant.ts, speaking the lines that serve.ts describes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 8

static const char *folder;

/* All numbers of a file, which are 4 bytes each. */
static void *numbers(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) {
    printf("failed no file %s\n", name);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  size_t n = (size_t)ftell(file) / 4;
  rewind(file);
  void *all = aligned_alloc(64, (n * 4 + 63) / 64 * 64);
  if (fread(all, 4, n, file) != n) exit(1);
  fclose(file);

  return all;
}

static float *room(size_t count) { return calloc(count + 16, sizeof(float)); }

static double result[4096];
static int results;

static void tell(double value) { result[results++] = value; }

static void digest(const float *values, size_t n) {
  double total = 0;
  for (size_t i = 0; i < n; i++) total += fabs((double)values[i]);
  tell(total);
  size_t some = n < 10 ? n : 10;
  for (size_t i = 0; i < some; i++) tell(values[i]);
  for (size_t i = n - some; i < n; i++) tell(values[i]);
}

/* ---- least squares ---- */

static int rows, columns, batch, steps, checked, next;
static double rate;
static float *x, *y, *start, *w, *slope;

static void step_on_pairs(const float *restrict u, const float *restrict v, int n) {
  float w0 = w[0], w1 = w[1];
  double g0 = 0, g1 = 0;
  for (int from = 0; from < n; from += 4096) {
    int to = from + 4096 < n ? from + 4096 : n;
    float s0 = 0, s1 = 0;
    for (int i = from; i < to; i++) {
      float r = u[2 * i] * w0 + u[2 * i + 1] * w1 - v[i];
      s0 += r * u[2 * i];
      s1 += r * u[2 * i + 1];
    }
    g0 += s0;
    g1 += s1;
  }
  w[0] = (float)(w0 - 2 * rate / n * g0);
  w[1] = (float)(w1 - 2 * rate / n * g1);
}

static void step_on_rows(const float *restrict u, const float *restrict v, int n, double *restrict sum) {
  memset(sum, 0, sizeof(double) * columns);
  for (int from = 0; from < n; from += 1024) {
    int to = from + 1024 < n ? from + 1024 : n;
    memset(slope, 0, sizeof(float) * columns);
    for (int i = from; i < to; i++) {
      const float *row = u + (size_t)i * columns;
      float r = -v[i];
      for (int j = 0; j < columns; j++) r += row[j] * w[j];
      for (int j = 0; j < columns; j++) slope[j] += r * row[j];
    }
    for (int j = 0; j < columns; j++) sum[j] += slope[j];
  }
  for (int j = 0; j < columns; j++) w[j] -= (float)(2 * rate / n * sum[j]);
}

static void begin_line(void) {
  memcpy(w, start, sizeof(float) * columns);
  next = 0;
}

static void run_line(long units) {
  static double *sum;
  if (!sum) sum = calloc(columns, sizeof *sum);
  for (long unit = 0; unit < units; unit++) {
    if (steps > 1) begin_line();
    for (int i = 0; i < steps; i++) {
      if (next + batch > rows) next = 0;
      const float *u = x + (size_t)next * columns;
      if (columns == 2) step_on_pairs(u, y + next, batch);
      else step_on_rows(u, y + next, batch, sum);
      next += batch;
    }
  }
}

static void check_line(void) {
  begin_line();
  run_line(checked);
  for (int j = 0; j < columns; j++) tell(w[j]);
}

/* ---- matrices ---- */

/* out (+)= a b for [m, k] and [k, n], four rows of out at a time. */
static void multiply(float *restrict out, const float *restrict a, const float *restrict b, int m, int k, int n, int adds) {
  if (!adds) memset(out, 0, sizeof(float) * m * n);
  int i = 0;
  for (; i + 3 < m; i += 4)
    for (int from = 0; from < n; from += 256) {
      int to = from + 256 < n ? from + 256 : n;
      float *o0 = out + i * n, *o1 = o0 + n, *o2 = o1 + n, *o3 = o2 + n;
      int l = 0;
      for (; l + 1 < k; l += 2) {
        const float *p = a + i * k + l, *b0 = b + l * n, *b1 = b0 + n;
        float p00 = p[0], p01 = p[1], p10 = p[k], p11 = p[k + 1];
        float p20 = p[2 * k], p21 = p[2 * k + 1], p30 = p[3 * k], p31 = p[3 * k + 1];
#pragma GCC ivdep
        for (int j = from; j < to; j++) {
          o0[j] += p00 * b0[j] + p01 * b1[j];
          o1[j] += p10 * b0[j] + p11 * b1[j];
          o2[j] += p20 * b0[j] + p21 * b1[j];
          o3[j] += p30 * b0[j] + p31 * b1[j];
        }
      }
      for (; l < k; l++)
        for (int r = 0; r < 4; r++) {
          float value = a[(i + r) * k + l];
          for (int j = from; j < to; j++) out[(i + r) * n + j] += value * b[l * n + j];
        }
    }
  for (; i < m; i++)
    for (int l = 0; l < k; l++)
      for (int j = 0; j < n; j++) out[i * n + j] += a[i * k + l] * b[l * n + j];
}

/* out (+)= aᵀ b for [m, k] and [m, n]. */
static void multiply_transposed(float *restrict out, const float *restrict a, const float *restrict b, int m, int k, int n,
                                int adds) {
  if (!adds) memset(out, 0, sizeof(float) * k * n);
  int i = 0;
  for (; i + 3 < m; i += 4)
    for (int l = 0; l < k; l++) {
      float a0 = a[i * k + l], a1 = a[(i + 1) * k + l], a2 = a[(i + 2) * k + l], a3 = a[(i + 3) * k + l];
      const float *b0 = b + i * n, *b1 = b0 + n, *b2 = b1 + n, *b3 = b2 + n;
      float *to = out + l * n;
      for (int j = 0; j < n; j++) to[j] += a0 * b0[j] + a1 * b1[j] + a2 * b2[j] + a3 * b3[j];
    }
  for (; i < m; i++)
    for (int l = 0; l < k; l++)
      for (int j = 0; j < n; j++) out[l * n + j] += a[i * k + l] * b[i * n + j];
}

/* out (+)= a bᵀ for [m, n] and [k, n]. */
static void multiply_by_transposed(float *restrict out, const float *restrict a, const float *restrict b, int m, int n,
                                   int k, int adds) {
  for (int i = 0; i < m; i++)
    for (int l = 0; l < k; l++) {
      float sum = adds ? out[i * k + l] : 0;
      for (int j = 0; j < n; j++) sum += a[i * n + j] * b[l * n + j];
      out[i * k + l] = sum;
    }
}

static void sum_rows(float *restrict out, const float *restrict a, int m, int n) {
  memset(out, 0, sizeof(float) * n);
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) out[j] += a[i * n + j];
}

/* ---- the perceptron ---- */

static int relu, batches, depth, sizes[MOST], *labels;
static size_t count;
static float *params, *vector, *gradient, *mean, *square;
static float *output[MOST], *error[MOST], *output_change[MOST], *error_change[MOST];
static size_t place[MOST];
static double power1, power2;

static const float *input_of(int l, const float *first) { return l ? output[l - 1] : first; }

/* Softmax into errors; the mean cross entropy. */
static double cross_entropy(const int *label) {
  int n = sizes[depth];
  const float *logits = output[depth - 1];
  float *p = error[depth - 1];
  double loss = 0;
  for (int i = 0; i < batch; i++) {
    float largest = -INFINITY, sum = 0;
    for (int j = 0; j < n; j++) largest = fmaxf(largest, logits[i * n + j]);
    for (int j = 0; j < n; j++) sum += p[i * n + j] = expf(logits[i * n + j] - largest);
    for (int j = 0; j < n; j++) p[i * n + j] /= sum;
    loss += logf(sum) + largest - logits[i * n + label[i]];
  }
  return loss / batch;
}

static void forward(const float *first, int changes) {
  for (int l = 0; l < depth; l++) {
    int m = sizes[l], n = sizes[l + 1];
    const float *weights = params + place[l], *bias = weights + m * n;
    float *z = output[l], *dz = output_change[l];
    multiply(z, input_of(l, first), weights, batch, m, n, 0);
    for (int i = 0; i < batch; i++)
      for (int j = 0; j < n; j++) {
        float v = z[i * n + j] + bias[j];
        z[i * n + j] = l == depth - 1 ? v : relu ? fmaxf(v, 0) : tanhf(v);
      }
    if (!changes) continue;
    const float *dweights = vector + place[l], *dbias = dweights + m * n;
    multiply(dz, input_of(l, first), dweights, batch, m, n, 0);
    if (l) multiply(dz, output_change[l - 1], weights, batch, m, n, 1);
    for (int i = 0; i < batch; i++)
      for (int j = 0; j < n; j++) {
        float a = z[i * n + j], v = dz[i * n + j] + dbias[j];
        dz[i * n + j] = l == depth - 1 ? v : v * (1 - a * a);
      }
  }
}

static double loss_and_gradient(const float *first, const int *label) {
  forward(first, 0);
  double loss = cross_entropy(label);
  int n = sizes[depth];
  float *top = error[depth - 1];
  for (int i = 0; i < batch; i++) top[i * n + label[i]] -= 1;
  for (int i = 0; i < batch * n; i++) top[i] /= batch;
  for (int l = depth - 1; l >= 0; l--) {
    int m = sizes[l], n = sizes[l + 1];
    multiply_transposed(gradient + place[l], input_of(l, first), error[l], batch, m, n, 0);
    sum_rows(gradient + place[l] + m * n, error[l], batch, n);
    if (!l) break;
    multiply_by_transposed(error[l - 1], error[l], params + place[l], batch, n, m, 0);
    float *e = error[l - 1], *a = output[l - 1];
    for (int i = 0; i < batch * m; i++) e[i] *= relu ? (a[i] > 0 ? 1 : 0) : 1 - a[i] * a[i];
  }
  return loss;
}

static void update_by_adam(void) {
  power1 *= 0.9;
  power2 *= 0.999;
  float scale = (float)(rate / (1 - power1)), correction = (float)(1 / (1 - power2));
  for (size_t k = 0; k < count; k++) {
    float g = gradient[k], m = 0.9f * mean[k] + 0.1f * g, v = 0.999f * square[k] + 0.001f * g * g;
    mean[k] = m;
    square[k] = v;
    params[k] -= scale * m / (sqrtf(v * correction) + 1e-8f);
  }
}

static double step_network(void) {
  int i = next++ % batches;
  double loss = loss_and_gradient(x + (size_t)i * batch * sizes[0], labels + i * batch);
  update_by_adam();
  return loss;
}

static void run_network(long units) {
  for (long i = 0; i < units; i++) step_network();
}

static void begin_network(void) {
  memcpy(params, start, sizeof(float) * count);
  memset(mean, 0, sizeof(float) * count);
  memset(square, 0, sizeof(float) * count);
  power1 = power2 = 1;
  next = 0;
}

static void tell_course(const double *losses, int n) {
  double total = 0;
  for (size_t k = 0; k < count; k++) total += fabs((double)params[k]);
  tell(losses[0]);
  tell(losses[n / 2]);
  tell(losses[n - 1]);
  tell(total);
}

static void check_network(void) {
  double losses[4096];
  begin_network();
  for (int i = 0; i < checked; i++) losses[i] = step_network();
  tell_course(losses, checked);
}

static void run_curvature(long units) {
  for (long unit = 0; unit < units; unit++) {
    forward(x, 1);
    cross_entropy(labels);
    int n = sizes[depth];
    float *p = error[depth - 1], *dp = error_change[depth - 1], *dz = output_change[depth - 1];
    for (int i = 0; i < batch; i++) {
      float average = 0;
      for (int j = 0; j < n; j++) average += p[i * n + j] * dz[i * n + j];
      for (int j = 0; j < n; j++) {
        dp[i * n + j] = p[i * n + j] * (dz[i * n + j] - average) / batch;
        p[i * n + j] = (p[i * n + j] - (j == labels[i])) / batch;
      }
    }
    for (int l = depth - 1; l >= 0; l--) {
      int m = sizes[l], n = sizes[l + 1];
      float *product = gradient + place[l];
      multiply_transposed(product, input_of(l, x), error_change[l], batch, m, n, 0);
      sum_rows(product + m * n, error_change[l], batch, n);
      if (!l) break;
      multiply_transposed(product, output_change[l - 1], error[l], batch, m, n, 1);
      float *e = error[l - 1], *de = error_change[l - 1], *a = output[l - 1], *da = output_change[l - 1];
      multiply_by_transposed(e, error[l], params + place[l], batch, n, m, 0);
      multiply_by_transposed(de, error_change[l], params + place[l], batch, n, m, 0);
      multiply_by_transposed(de, error[l], vector + place[l], batch, n, m, 1);
      for (int i = 0; i < batch * m; i++) {
        float s = 1 - a[i] * a[i];
        de[i] = de[i] * s - 2 * e[i] * a[i] * da[i];
        e[i] *= s;
      }
    }
  }
}

static void check_curvature(void) {
  run_curvature(1);
  digest(gradient, count);
}

static void prepare_network(int words, char **word) {
  relu = strcmp(word[0], "relu") == 0;
  batch = atoi(word[1]);
  batches = atoi(word[2]);
  rate = atof(word[3]);
  checked = atoi(word[4]);
  depth = words - 6;
  for (int l = 0; l <= depth; l++) sizes[l] = atoi(word[5 + l]);
  for (int l = 0; l < depth; l++) {
    place[l] = count;
    count += (size_t)sizes[l] * sizes[l + 1] + sizes[l + 1];
    size_t units = (size_t)batch * sizes[l + 1];
    output[l] = room(units);
    error[l] = room(units);
    output_change[l] = room(units);
    error_change[l] = room(units);
  }
  if (!depth) count = sizes[0];
  x = numbers("x.f32");
  labels = depth ? numbers("labels.i32") : NULL;
  start = numbers("start.f32");
  params = numbers("start.f32");
  vector = depth ? numbers("vector.f32") : NULL;
  gradient = room(count);
  mean = room(count);
  square = room(count);
  power1 = power2 = 1;
}

/* ---- epochs of batches, by an order of rows; a model without layers is a linear map ---- */

static int epochs, most, *orders, *taken;
static float *gathered;
static double *losses;

static double squared_error(const int *order) {
  double loss = 0;
  memset(gradient, 0, sizeof(float) * count);
  for (int i = 0; i < batch; i++) {
    const float *row = x + (size_t)order[i] * count;
    float r = -y[order[i]];
    for (size_t j = 0; j < count; j++) r += row[j] * params[j];
    for (size_t j = 0; j < count; j++) gradient[j] += 2 * r / batch * row[j];
    loss += r * r;
  }
  return loss / batch;
}

static double cross_entropy_of(const int *order) {
  int n = sizes[0];
  for (int i = 0; i < batch; i++) {
    memcpy(gathered + (size_t)i * n, x + (size_t)order[i] * n, sizeof(float) * n);
    taken[i] = labels[order[i]];
  }
  return loss_and_gradient(gathered, taken);
}

static void run_epochs(long units) {
  for (long unit = 0; unit < units; unit++) {
    begin_network();
    for (int epoch = 0; epoch < epochs; epoch++)
      for (int from = 0; from < rows; from += most) {
        const int *order = orders + (size_t)epoch * rows + from;
        batch = rows - from < most ? rows - from : most;
        losses[next++] = depth ? cross_entropy_of(order) : squared_error(order);
        update_by_adam();
      }
  }
}

static void check_epochs(void) {
  run_epochs(1);
  tell_course(losses, next);
}

static void prepare_epochs(int words, char **word) {
  rows = atoi(word[0]);
  epochs = atoi(word[1]);
  prepare_network(words - 2, word + 2);
  y = depth ? NULL : numbers("y.f32");
  orders = numbers("orders.i32");
  most = batch;
  taken = calloc(most, sizeof *taken);
  gathered = room((size_t)most * sizes[0]);
  losses = calloc((size_t)epochs * ((rows + most - 1) / most), sizeof *losses);
}

/* ---- Rosenbrock's valley ---- */

static int by_adam;
static volatile float kept[2];

static void go(int length) {
  float p = -1.2f, q = 1, mp = 0, mq = 0, vp = 0, vq = 0, r = (float)rate;
  double b1 = 1, b2 = 1;
  for (int i = 0; i < length; i++) {
    float b = q - p * p, dp = -2 * (1 - p) - 400 * p * b, dq = 200 * b;
    if (!by_adam) {
      p -= r * dp;
      q -= r * dq;
      continue;
    }
    b1 *= 0.9;
    b2 *= 0.999;
    mp = 0.9f * mp + 0.1f * dp;
    mq = 0.9f * mq + 0.1f * dq;
    vp = 0.999f * vp + 0.001f * dp * dp;
    vq = 0.999f * vq + 0.001f * dq * dq;
    float scale = r / (float)(1 - b1), correction = 1 / (float)(1 - b2);
    p -= scale * mp / (sqrtf(vp * correction) + 1e-8f);
    q -= scale * mq / (sqrtf(vq * correction) + 1e-8f);
  }
  kept[0] = p;
  kept[1] = q;
}

static void run_valley(long units) {
  for (long i = 0; i < units; i++) go(steps);
}

static void check_valley(void) {
  go(checked);
  tell(kept[0]);
  tell(kept[1]);
}

/* ---- Σ tanh(x w + b)² ---- */

static size_t size;
static float *a, *b, *da, *db;

static double one_chain(void) {
  double value = 0;
  for (size_t from = 0; from < size; from += 4096) {
    size_t to = from + 4096 < size ? from + 4096 : size;
    float sum = 0;
    for (size_t i = from; i < to; i++) {
      float t = tanhf(x[i] * a[i] + b[i]);
      sum += t * t;
      db[i] = 2 * t * (1 - t * t);
      da[i] = db[i] * x[i];
    }
    value += sum;
  }
  return value;
}

static void run_chain(long units) {
  for (long i = 0; i < units; i++) kept[0] = (float)one_chain();
}

static void check_chain(void) {
  tell(one_chain());
  digest(da, size);
  digest(db, size);
}

/* ---- a product of matrices ---- */

static void run_product(long units) {
  for (long i = 0; i < units; i++) multiply(da, a, b, (int)size, (int)size, (int)size, 0);
}

static void check_product(void) {
  run_product(1);
  digest(da, size * size);
}

int main(int words, char **word) {
  if (words < 4) return 2;
  folder = word[1];
  const char *kind = word[2];
  char **rest = word + 3;
  void (*run)(long), (*check)(void);
  if (!strcmp(kind, "line")) {
    rows = atoi(rest[0]);
    columns = atoi(rest[1]);
    batch = atoi(rest[2]);
    rate = atof(rest[3]);
    steps = atoi(rest[4]);
    checked = atoi(rest[5]);
    x = numbers("x.f32");
    y = numbers("y.f32");
    start = numbers("start.f32");
    w = room(columns);
    slope = room(columns);
    begin_line();
    run = run_line;
    check = check_line;
  } else if (!strcmp(kind, "network") || !strcmp(kind, "curvature")) {
    prepare_network(words - 3, rest);
    run = *kind == 'n' ? run_network : run_curvature;
    check = *kind == 'n' ? check_network : check_curvature;
  } else if (!strcmp(kind, "epochs")) {
    prepare_epochs(words - 3, rest);
    run = run_epochs;
    check = check_epochs;
  } else if (!strcmp(kind, "valley")) {
    by_adam = !strcmp(rest[0], "adam");
    rate = atof(rest[1]);
    steps = atoi(rest[2]);
    checked = atoi(rest[3]);
    run = run_valley;
    check = check_valley;
  } else {
    int is_chain = !strcmp(kind, "chain");
    size = strtoul(rest[0], NULL, 10);
    x = is_chain ? numbers("x.f32") : NULL;
    a = numbers(is_chain ? "w.f32" : "a.f32");
    b = numbers("b.f32");
    da = room(is_chain ? size : size * size);
    db = room(size);
    run = is_chain ? run_chain : run_product;
    check = is_chain ? check_chain : check_product;
  }
  printf("ready cc %s\n", __VERSION__);
  fflush(stdout);
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    if (!strncmp(line, "check", 5)) {
      results = 0;
      check();
      printf("result");
      for (int i = 0; i < results; i++) printf(" %.9g", result[i]);
      printf("\n");
    } else {
      struct timespec from, to;
      clock_gettime(CLOCK_MONOTONIC, &from);
      run(atol(line + 4));
      clock_gettime(CLOCK_MONOTONIC, &to);
      printf("time %.9f\n", (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    }
    fflush(stdout);
  }
  return 0;
}
