// The Jacobian of bundle adjustment by hand: `adjustment FOLDER`, speaking the lines that serve.ts describes. Each call
// gives new arrays.

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <vector>

using Numbers = std::vector<double>;

template <typename T>
static std::vector<T> load(const std::string &path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<T> values(static_cast<size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char *>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

static void cross(const double *a, const double *b, double *c) {
  c[0] = a[1] * b[2] - a[2] * b[1];
  c[1] = a[2] * b[0] - a[0] * b[2];
  c[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot(const double *a, const double *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

// Rodrigues' formula: the point, its derivatives by the axis, and the matrix of the rotation, both by columns.
static void rotate(const double *axis, const double *x, double *y, double by_axis[3][3], double matrix[3][3]) {
  const double angle = std::sqrt(dot(axis, axis));
  const double s = std::sin(angle), c = std::cos(angle);
  const double w[3] = {axis[0] / angle, axis[1] / angle, axis[2] / angle};
  double turned[3];
  cross(w, x, turned);
  const double along = dot(w, x);
  for (int i = 0; i < 3; i++) y[i] = x[i] * c + turned[i] * s + w[i] * along * (1 - c);
  for (int j = 0; j < 3; j++) {
    double unit[3] = {0, 0, 0};
    unit[j] = 1;
    double dw[3], moved[3], column[3];
    for (int i = 0; i < 3; i++) dw[i] = (unit[i] - w[i] * w[j]) / angle;
    cross(dw, x, moved);
    cross(w, unit, column);
    const double further = dot(dw, x);
    for (int i = 0; i < 3; i++) {
      by_axis[j][i] = w[j] * (c * turned[i] - s * x[i] + s * w[i] * along) + s * moved[i] +
                      (1 - c) * (dw[i] * along + w[i] * further);
      matrix[j][i] = unit[i] * c + column[i] * s + w[i] * w[j] * (1 - c);
    }
  }
}

// The derivatives of one observation's two errors.
static void observe(const double *camera, const double *point, double weight, const double *feature, double *by_camera,
                    double *by_point, double *by_weight) {
  const double *center = camera + 3;
  const double focal = camera[6], k1 = camera[9], k2 = camera[10];
  const double x[3] = {point[0] - center[0], point[1] - center[1], point[2] - center[2]};
  double inside[3], by_axis[3][3], matrix[3][3];
  rotate(camera, x, inside, by_axis, matrix);
  const double flat[2] = {inside[0] / inside[2], inside[1] / inside[2]};
  const double radius = flat[0] * flat[0] + flat[1] * flat[1];
  const double distortion = 1 + k1 * radius + k2 * radius * radius;
  const double slope = 2 * (k1 + 2 * k2 * radius);
  for (int e = 0; e < 2; e++) {
    double by_inside[3];
    double by_flat[2];
    for (int i = 0; i < 2; i++)
      by_flat[i] = weight * focal * (flat[e] * slope * flat[i] + (i == e ? distortion : 0));
    by_inside[0] = by_flat[0] / inside[2];
    by_inside[1] = by_flat[1] / inside[2];
    by_inside[2] = -(by_flat[0] * flat[0] + by_flat[1] * flat[1]) / inside[2];
    double *row = by_camera + 11 * e;
    for (int j = 0; j < 3; j++) {
      const double slope_of_point = dot(by_inside, matrix[j]);
      row[j] = dot(by_inside, by_axis[j]);
      row[3 + j] = -slope_of_point;
      by_point[3 * e + j] = slope_of_point;
    }
    row[6] = weight * flat[e] * distortion;
    row[7] = e == 0 ? weight : 0;
    row[8] = e == 1 ? weight : 0;
    row[9] = weight * focal * flat[e] * radius;
    row[10] = row[9] * radius;
    by_weight[e] = flat[e] * distortion * focal + camera[7 + e] - feature[e];
  }
}

static double seconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int main(int, char **argv) {
  const std::string folder = std::string(argv[1]) + "/";
  const Numbers cameras = load<double>(folder + "cameras.f64"), points = load<double>(folder + "points.f64");
  const Numbers weights = load<double>(folder + "weights.f64"), features = load<double>(folder + "features.f64");
  const std::vector<int> observed = load<int>(folder + "observed.i32");
  const size_t count = weights.size();
  const auto run = [&] {
    Numbers by_camera(22 * count), by_point(6 * count), by_weight(2 * count), of_weight(count);
    for (size_t i = 0; i < count; i++) {
      observe(&cameras[11 * static_cast<size_t>(observed[2 * i])],
              &points[3 * static_cast<size_t>(observed[2 * i + 1])], weights[i], &features[2 * i], &by_camera[22 * i],
              &by_point[6 * i], &by_weight[2 * i]);
      of_weight[i] = -2 * weights[i];
    }
    return std::array<Numbers, 4>{std::move(by_camera), std::move(by_point), std::move(by_weight),
                                  std::move(of_weight)};
  };
  std::cout << "ready g++ " << __VERSION__ << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string request;
    long units = 0;
    words >> request >> units;
    if (request == "check") {
      Numbers all;
      for (const Numbers &part : run()) all.insert(all.end(), part.begin(), part.end());
      double total = 0;
      for (double v : all) total += std::fabs(v);
      std::printf("result %.17g", total);
      for (size_t i = 0; i < 10; i++) std::printf(" %.17g", all[i]);
      for (size_t i = all.size() - 10; i < all.size(); i++) std::printf(" %.17g", all[i]);
      std::printf("\n");
    } else if (request == "memory") {
      rusage usage;
      getrusage(RUSAGE_SELF, &usage);
      std::printf("memory %ld\n", usage.ru_maxrss * 1024);
    } else {
      const clockid_t clock = request == "spend" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
      const double start = seconds(clock);
      double total = 0;
      for (long i = 0; i < units; i++) total += run()[0][0];
      const double end = seconds(clock);
      // What is told afterwards is computed.
      std::fprintf(stderr, "%g\n", total);
      std::printf("time %.9g\n", end - start);
    }
    std::fflush(stdout);
  }
}
