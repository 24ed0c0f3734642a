/*
 * Elementwise operations and sums in C with threads: loops OPERATION ELEMENTS THREADS PASSES. Prints the median
 * seconds of a pass, and the CPU seconds of all threads a pass.
 */

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

static int ascending(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: loops scale|axpy|sum ELEMENTS THREADS PASSES\n");
    return 1;
  }
  const char *operation = argv[1];
  long n = atol(argv[2]);
  int threads = atoi(argv[3]), passes = atoi(argv[4]);
  double *restrict a = aligned_alloc(64, n * sizeof(double));
  double *restrict b = aligned_alloc(64, n * sizeof(double));
  double *restrict c = aligned_alloc(64, n * sizeof(double));
  double *seconds = malloc(passes * sizeof(double));
  double total = 0, cpu = 0;
  omp_set_num_threads(threads);
#pragma omp parallel for schedule(static)
  for (long i = 0; i < n; i++) a[i] = 1.0 / (i + 1), b[i] = i, c[i] = 0;

  for (int pass = -1; pass < passes; pass++) {
    double started = omp_get_wtime(), cpu_before = cpu_seconds();
    if (strcmp(operation, "scale") == 0) {
#pragma omp parallel for schedule(static)
      for (long i = 0; i < n; i++) c[i] = a[i] * 2;
    } else if (strcmp(operation, "axpy") == 0) {
#pragma omp parallel for schedule(static)
      for (long i = 0; i < n; i++) c[i] = a[i] * 2 + b[i];
    } else {
      double sum = 0;
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
      for (long i = 0; i < n; i++) sum += a[i];
      total += sum;
    }
    if (pass < 0) continue;
    seconds[pass] = omp_get_wtime() - started;
    cpu += cpu_seconds() - cpu_before;
  }
  qsort(seconds, passes, sizeof(double), ascending);
  if (total + c[n / 2] < 0) return 1; /* so that nothing of it is left out */
  printf("{\"seconds\": %.9f, \"cpu\": %.9f}\n", seconds[passes / 2], cpu / passes);
  return 0;
}
