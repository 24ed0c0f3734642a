/*
 * Kernels on one thread in C: loops OPERATION DTYPE ELEMENTS PASSES. Prints the CPU seconds of a pass (median).
 * Functions are those of the C library, one number at a time.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

#define EACH(NAME, T, EXPRESSION) \
  static double NAME(const T *restrict a, const T *restrict b, T *restrict c, long n) { \
    for (long i = 0; i < n; i++) c[i] = EXPRESSION; \
    return 0; \
  }
#define SUM(NAME, T) \
  static double NAME(const T *restrict a, const T *restrict b, T *restrict c, long n) { \
    T sum = 0; \
    _Pragma("omp simd reduction(+ : sum)") for (long i = 0; i < n; i++) sum += a[i]; \
    return sum; \
  }
#define ALL(T, S) \
  EACH(scale_##T, T, a[i] * 2) \
  EACH(triad_##T, T, a[i] * 2 + b[i]) \
  EACH(exp_##T, T, exp##S(a[i])) \
  EACH(log_##T, T, log##S(a[i])) \
  EACH(sin_##T, T, sin##S(a[i])) \
  EACH(tanh_##T, T, tanh##S(a[i])) \
  EACH(pow_##T, T, pow##S(a[i], b[i])) \
  SUM(sum_##T, T)

ALL(double, )
ALL(float, f)

#define RUN(T) \
  static int run_##T(const char *operation, long n, int passes) { \
    T *a = aligned_alloc(64, n * sizeof(T)), *b = aligned_alloc(64, n * sizeof(T)); \
    T *c = aligned_alloc(64, n * sizeof(T)); \
    double *seconds = malloc(passes * sizeof(double)), total = 0; \
    struct { const char *name; double (*f)(const T *, const T *, T *, long); } all[] = { \
      {"scale", scale_##T}, {"triad", triad_##T}, {"exp", exp_##T}, {"log", log_##T}, \
      {"sin", sin_##T}, {"tanh", tanh_##T}, {"pow", pow_##T}, {"sum", sum_##T}, {0, 0}}; \
    for (long i = 0; i < n; i++) a[i] = (i % 1000 + 1) / (T)100, b[i] = (i % 77) / (T)40, c[i] = 0; \
    for (int k = 0; all[k].name; k++) { \
      if (strcmp(all[k].name, operation)) continue; \
      for (int pass = -1; pass < passes; pass++) { \
        double before = cpu_seconds(); \
        total += all[k].f(a, b, c, n); \
        if (pass >= 0) seconds[pass] = cpu_seconds() - before; \
      } \
      qsort(seconds, passes, sizeof(double), ascending); \
      if (total + c[n / 2] < -1e300) return 1; /* so that nothing of it is left out */ \
      printf("{\"cpu\": %.9f}\n", seconds[passes / 2]); \
      return 0; \
    } \
    return 1; \
  }

RUN(double)
RUN(float)

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: loops OPERATION f64|f32 ELEMENTS PASSES\n");
    return 1;
  }
  long n = atol(argv[3]);
  int passes = atoi(argv[4]);
  return strcmp(argv[2], "f64") ? run_float(argv[1], n, passes) : run_double(argv[1], n, passes);
}
