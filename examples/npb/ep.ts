/**
 * EP, embarrassingly parallel: pairs of normal numbers by the polar method, counted by their larger part. Tasks that
 * share nothing; the sums of all batches are added up in their order.
 */

import { fetchAll, spawn } from "bodkin";
import type { Benchmark } from "./benchmark.ts";
import { FACTOR, fillRandom, multiply, power } from "./random.ts";

const SEED = 271828183;
const PAIRS = 2 ** 16;
const RINGS = 10;

/** Published sums of the x and y of all pairs. */
const CLASSES = {
  S: { exponent: 24, x: -3.24783465203474e3, y: -6.958407078382297e3 },
  W: { exponent: 25, x: -2.863319731645753e3, y: -6.320053679109499e3 },
} as const;

/** `[sum of x, sum of y, pairs in each ring]` of batches `from` to before `to`. */
function tally(from: number, to: number): Float64Array {
  const sums = new Float64Array(2 + RINGS);
  const numbers = new Float64Array(2 * PAIRS);
  for (let batch = from; batch < to; batch++) {
    fillRandom(numbers, multiply(SEED, power(FACTOR, 2 * PAIRS * batch)));
    let [sumX, sumY] = [0, 0];
    for (let i = 0; i < numbers.length; i += 2) {
      const x = 2 * numbers[i]! - 1;
      const y = 2 * numbers[i + 1]! - 1;
      const square = x * x + y * y;
      if (square > 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      sumX += x * scale;
      sumY += y * scale;
      sums[2 + Math.floor(Math.max(Math.abs(x), Math.abs(y)) * scale)]!++;
    }
    sums[0]! += sumX;
    sums[1]! += sumY;
  }
  return sums;
}

const TASKS = 32;

export const ep: Benchmark<keyof typeof CLASSES> = {
  name: "EP",
  tolerance: 1e-8,
  prepare(name) {
    const { exponent, x, y } = CLASSES[name];
    const batches = 2 ** exponent / PAIRS;
    return {
      expected: [x, y],
      operations: 2 ** (exponent + 1),
      async run() {
        const tasks = Array.from({ length: TASKS }, (_, k) =>
          spawn(tally, (k * batches) / TASKS, ((k + 1) * batches) / TASKS),
        );
        const [sumX, sumY] = (await fetchAll(tasks)).reduce((a, b) => a.map((v, i) => v + b[i]!));
        return [sumX!, sumY!];
      },
    };
  },
};
