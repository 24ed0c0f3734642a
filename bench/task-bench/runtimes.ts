/** What runs the tasks of Task Bench: Bodkin, or a pool of threads whose user waits for the inputs of each task. */

import type { Task } from "bodkin";
import type { Needs } from "./graph.ts";
import { point } from "./kernel.ts";

export interface Runtime {
  /** Submits a graph while it runs, and waits for its end. */
  run(needs: Needs, iterations: number): Promise<void>;
  close(): Promise<void>;
}

type Opener = (threads: number) => Promise<Runtime>;

export const RUNTIMES: Readonly<Record<"bodkin" | "piscina", Opener>> = {
  async bodkin(threads) {
    const { fetchAll, spawn, start } = await import("bodkin");
    const cluster = await start({ threads });
    return {
      async run(needs, iterations) {
        const last = submit<Task<Int32Array>>(needs, (t, i, columns, inputs) =>
          spawn(point, t, i, iterations, columns, ...inputs),
        );
        await fetchAll(last);
      },
      close: () => cluster.close(),
    };
  },

  async piscina(threads) {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: new URL("kernel.ts", import.meta.url).href,
      name: "pointOf",
      minThreads: threads,
      maxThreads: threads,
    });
    return {
      async run(needs, iterations) {
        const last = submit<Promise<Int32Array>>(needs, async (t, i, columns, inputs) =>
          pool.run([t, i, iterations, columns, ...(await Promise.all(inputs))]),
        );
        await Promise.all(last);
      },
      close: () => pool.destroy(),
    };
  },
};

/** Submits all tasks, row by row, and gives those of the last row. */
function submit<T>(
  needs: Needs,
  task: (t: number, i: number, columns: number, inputs: readonly T[]) => T,
): T[] {
  let row: T[] = [];
  for (const [t, needed] of needs.entries()) {
    const before = row;
    row = needed.map(({ columns, bits }, i) => {
      const inputs = columns.map((c) => before[c] as T);
      return task(t, i, bits, inputs);
    });
  }
  return row;
}
