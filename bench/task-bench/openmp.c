/*
 * The same graphs with OpenMP tasks and their dependencies (gcc's libgomp): one thread creates the tasks while all
 * run them. Options as main.ts, as far as they are read here; prints the lines of the report that METG needs.
 */

#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 32

typedef struct {
  int64_t step, column;
} Output;

static Output *outputs;
static int steps = 4, width = 4;
static long iterations = 0;

static int needed[MOST_COLUMNS][MOST_COLUMNS];
static int count[MOST_COLUMNS];

static void point(int t, int i) {
  if (t > 0) {
    for (int k = 0; k < count[i]; k++) {
      Output *input = &outputs[(t - 1) * width + needed[i][k]];
      if (input->step != t - 1 || input->column != needed[i][k]) abort();
    }
  }
  if (iterations > 0) {
    double x[64];
    for (int k = 0; k < 64; k++) x[k] = 1.2345;
    for (long n = 0; n < iterations; n++) {
      for (int k = 0; k < 64; k++) x[k] = x[k] * x[k] + x[k];
    }
    double sum = 0;
    for (int k = 0; k < 64; k++) sum += x[k];
    if (sum == 0) abort();
  }
  outputs[t * width + i] = (Output){t, i};
}

static void create_tasks(void) {
  for (int t = 0; t < steps; t++) {
    for (int i = 0; i < width; i++) {
      Output *before = &outputs[(t - 1) * width];
      int n = t > 0 ? count[i] : 0;
#pragma omp task firstprivate(t, i) \
    depend(iterator(k = 0 : n), in : before[needed[i][k]]) depend(out : outputs[t * width + i])
      point(t, i);
    }
  }
}

static void run(int threads) {
#pragma omp parallel num_threads(threads)
#pragma omp single
  create_tasks();
}

static void need(const char *pattern) {
  for (int i = 0; i < width; i++) {
    for (int c = 0; c < width; c++) {
      int is_needed = strcmp(pattern, "trivial") == 0      ? 0
                      : strcmp(pattern, "no_comm") == 0    ? c == i
                      : strcmp(pattern, "stencil_1d") == 0 ? abs(c - i) <= 1
                      : strcmp(pattern, "all_to_all") == 0 ? 1
                                                           : -1;
      if (is_needed < 0) {
        fprintf(stderr, "-type %s: there are trivial, no_comm, stencil_1d, all_to_all\n", pattern);
        exit(1);
      }
      if (is_needed) needed[i][count[i]++] = c;
    }
  }
}

int main(int argc, char **argv) {
  const char *pattern = "trivial";
  int threads = 2, warm = 0, passes = 1;
  for (int k = 1; k + 1 < argc; k += 2) {
    const char *name = argv[k], *value = argv[k + 1];
    if (strcmp(name, "-steps") == 0) steps = atoi(value);
    if (strcmp(name, "-width") == 0) width = atoi(value);
    if (strcmp(name, "-type") == 0) pattern = value;
    if (strcmp(name, "-iter") == 0) iterations = atol(value);
    if (strcmp(name, "-worker") == 0) threads = atoi(value);
    if (strcmp(name, "-warm") == 0) warm = atoi(value);
    if (strcmp(name, "-passes") == 0) passes = atoi(value);
  }
  if (width > MOST_COLUMNS) {
    fprintf(stderr, "-width is at most %d\n", MOST_COLUMNS);
    return 1;
  }
  need(pattern);
  outputs = calloc((size_t)steps * width, sizeof(Output));
  long tasks = (long)steps * width;
  for (int pass = 1; pass <= warm + passes; pass++) {
    double started = omp_get_wtime();
    run(threads);
    double seconds = omp_get_wtime() - started;
    if (pass <= warm) continue;
    printf("Iterations: %ld\nTotal Tasks %ld\n", iterations, tasks);
    printf("Total FLOPs %ld\n", tasks * (128 * iterations + 64));
    printf("Elapsed Time %e seconds\n", seconds);
  }
  return 0;
}
