// EP of the NAS Parallel Benchmarks with OpenMP: pairs of normal numbers by the polar method, batch by batch.
// Prints the seconds it took and the sums of x and y: ep EXPONENT THREADS.

#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t MASK = (1ull << 46) - 1;
static const uint64_t FACTOR = 1220703125;
enum { PAIRS = 1 << 16 };

static uint64_t power(uint64_t a, uint64_t n) {
  uint64_t result = 1;
  for (; n > 0; n >>= 1, a = (a * a) & MASK)
    if (n & 1) result = (result * a) & MASK;
  return result;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int64_t batches = (1ll << atoi(argv[1])) / PAIRS;
  omp_set_num_threads(atoi(argv[2]));
  double x = 0, y = 0;
  int64_t rings[10] = {0};
  double seconds = 0;
  // The first time threads start.
  for (int pass = 0; pass < 2; pass++) {
    x = y = 0;
    seconds = omp_get_wtime();
#pragma omp parallel for reduction(+ : x, y, rings[:10]) schedule(dynamic)
    for (int64_t batch = 0; batch < batches; batch++) {
      uint64_t seed = (271828183 * power(FACTOR, 2 * PAIRS * (uint64_t)batch)) & MASK;
      for (int i = 0; i < PAIRS; i++) {
        seed = (seed * FACTOR) & MASK;
        double a = 2 * (seed * 0x1p-46) - 1;
        seed = (seed * FACTOR) & MASK;
        double b = 2 * (seed * 0x1p-46) - 1;
        double square = a * a + b * b;
        if (square > 1) continue;
        double scale = sqrt(-2 * log(square) / square);
        x += a * scale;
        y += b * scale;
        rings[(int)(fmax(fabs(a), fabs(b)) * scale)]++;
      }
    }
    seconds = omp_get_wtime() - seconds;
  }
  printf("%.9f %.15e %.15e\n", seconds, x, y);
  return rings[0] == 0;
}
