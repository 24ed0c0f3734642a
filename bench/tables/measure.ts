/** How a question is asked: the best time counts, after one that warms up. */

import type { Metrics } from "../support/topic.ts";

const TIMES = 3;

/** Asks all questions; `ask` gives the number of rows of the answer. */
export async function measured<Q extends { readonly name: string }>(
  questions: readonly Q[],
  ask: (question: Q) => Promise<number>,
): Promise<Metrics> {
  const metrics: Record<string, number> = {};
  for (const question of questions) {
    let best = Number.POSITIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (let time = 0; time <= TIMES; time++) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      metrics[`${question.name} rows`] = await ask(question);
      best = Math.min(best, performance.now() - start);
      const { user, system } = process.cpuUsage(cpu);
      least = Math.min(least, (user + system) / 1000);
    }
    metrics[question.name] = best;
    metrics[`${question.name} cpu`] = least;
  }
  metrics["peak"] = process.resourceUsage().maxRSS / 1024;
  return metrics;
}
