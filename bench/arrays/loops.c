/*
 * Elementwise operations and reductions in C with threads: loops OPERATION ELEMENTS THREADS PASSES. Prints the median
 * seconds of a pass, and the CPU seconds of all threads a pass. `real` is the type of the elements.
 */

#ifndef real
#define real double
#endif

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double random_number(long i) { /* in [0, 1), the same for the same i */
  unsigned long z = (i + 1) * 0x9e3779b97f4a7c15ul;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ul;
  return (z >> 11) * 0x1p-53;
}

static int ascending(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

static real sum_of(const real *a, long n) {
  real sum = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
  for (long i = 0; i < n; i++) sum += a[i];
  return sum;
}

static real squares_of(const real *a, long n, real mean) {
  real sum = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
  for (long i = 0; i < n; i++) sum += (a[i] - mean) * (a[i] - mean);
  return sum;
}

static real max_of(const real *a, long n) {
  real max = -INFINITY;
#pragma omp parallel for simd schedule(static) reduction(max : max)
  for (long i = 0; i < n; i++) max = a[i] > max ? a[i] : max;
  return max;
}

static const char *operation;

static int is(const char *name) { return strcmp(operation, name) == 0; }

#define EACH(NAME, EXPRESSION)                             \
  if (is(NAME)) {                                          \
    _Pragma("omp parallel for schedule(static)")           \
    for (long i = 0; i < n; i++) c[i] = (EXPRESSION);      \
  }

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: loops OPERATION ELEMENTS THREADS PASSES\n");
    return 1;
  }
  operation = argv[1];
  long n = atol(argv[2]);
  int threads = atoi(argv[3]), passes = atoi(argv[4]);
  real *restrict a = aligned_alloc(64, n * sizeof(real));
  real *restrict b = aligned_alloc(64, n * sizeof(real));
  real *restrict c = aligned_alloc(64, n * sizeof(real));
  double *seconds = malloc(passes * sizeof(double));
  double total = 0, cpu = 0;
  omp_set_num_threads(threads);
#pragma omp parallel for schedule(static)
  for (long i = 0; i < n; i++) {
    a[i] = random_number(2 * i), b[i] = random_number(2 * i + 1), c[i] = 0;
  }

  for (int pass = -1; pass < passes; pass++) {
    double started = omp_get_wtime(), cpu_before = cpu_seconds();
    EACH("scale", a[i] * 2)
    EACH("axpy", a[i] * 2 + b[i])
    EACH("fused", sqrt(a[i] * a[i] + b[i] * b[i]) * 2 + 1)
    EACH("exp", exp(a[i]))
    EACH("log", log(a[i]))
    EACH("sin", sin(a[i]))
    EACH("tanh", tanh(a[i]))
    EACH("pow", pow(a[i], b[i]))
    if (is("sum")) total += sum_of(a, n);
    if (is("mean")) total += sum_of(a, n) / n;
    if (is("max")) total += max_of(a, n);
    if (is("var")) total += squares_of(a, n, sum_of(a, n) / n) / n;
    if (pass < 0) continue;
    seconds[pass] = omp_get_wtime() - started;
    cpu += cpu_seconds() - cpu_before;
  }
  qsort(seconds, passes, sizeof(double), ascending);
  if (isnan(total + c[n / 2])) return 1; /* so that nothing of it is left out */
  printf("{\"seconds\": %.9f, \"cpu\": %.9f}\n", seconds[passes / 2], cpu / passes);
  return 0;
}
