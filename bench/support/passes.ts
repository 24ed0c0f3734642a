/** Times of passes over the same work, in this process. */

import { spreadOf } from "./results.ts";
import type { Metrics } from "./topic.ts";

/** Passes before the first one that counts: loops are compiled by then, and memory is in use. */
const WARM = 5;

/** The median seconds of a pass, and the CPU seconds of all threads in one. */
export async function timed(passes: number, pass: () => Promise<unknown>): Promise<Metrics> {
  for (let k = 0; k < WARM; k++) await pass();
  const before = process.cpuUsage();
  const seconds: number[] = [];
  for (let k = 0; k < passes; k++) {
    const started = performance.now();
    await pass();
    seconds.push((performance.now() - started) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: spreadOf(seconds).median, cpu: (user + system) / 1e6 / passes };
}
