/** Random graphs on real threads, up to four times as many as a small machine has cores. */

import { type Cluster, start } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findContext } from "../../src/runtime/context.ts";
import { times } from "../support/counts.ts";
import { check, launch, outcomes, plan, type Run } from "./random-graph.ts";

const GRAPHS = times(10_000);
const THREADS = [1, 2, 3, 8];
/** Graphs under way at the same time. */
const AT_ONCE = 4;

async function runGraph(seed: number, threads: number): Promise<void> {
  const run: Run = launch(plan(seed, threads, seed % 2 === 1));
  const results = await outcomes(run, `graph ${seed} on ${threads} threads`);
  try {
    check(run, results, (id) => run.nodes[id]?.isCancelled === true);
  } catch (error) {
    throw new Error(`graph ${seed} on ${threads} threads`, { cause: error });
  }
  for (const task of run.tasks) task.dispose();
}

describe.each(THREADS)("random graphs on %i threads", { timeout: 3_600_000 }, (threads) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, memory: "256MiB" });
  });
  afterAll(() => cluster.close());

  it("give what a sequential evaluation gives: every task once, in its scope", async () => {
    const each = Math.ceil(GRAPHS / THREADS.length);
    for (let from = 0; from < each; from += AT_ONCE) {
      const seeds = Array.from({ length: AT_ONCE }, (_, i) => threads * 1_000_000 + from + i);
      await Promise.all(seeds.map((seed) => runGraph(seed, threads)));
    }
    expect(findContext()?.home.outstanding, "no task is left").toBe(0);
  });
});
