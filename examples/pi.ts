/** π from random points: independent tasks, one result. */

import { fetchAll, rand, spawn } from "bodkin";

const POINTS = 1_000_000;

/** Points inside of the quarter circle; the seed makes the answer the same each time. */
function inside(seed: number): number {
  const { data } = rand([POINTS, 2], { seed });
  let count = 0;
  for (let i = 0; i < data.length; i += 2) {
    if (Math.hypot(data[i] as number, data[i + 1] as number) < 1) count++;
  }
  return count;
}

const tasks = Array.from({ length: 8 }, (_, seed) => spawn(inside, seed));
const counts = await fetchAll(tasks);
const total = counts.reduce((a, b) => a + b);
console.log(`π is about ${((4 * total) / (tasks.length * POINTS)).toFixed(4)}`);
