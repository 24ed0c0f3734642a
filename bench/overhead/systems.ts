/** Bodkin and what a user would otherwise take, each on the same number of threads. */

import { Worker } from "node:worker_threads";
import type { System } from "./cost.ts";

const INC = new URL("inc.ts", import.meta.url).href;

/** Tasks that a pool may send to a thread before it has answered the first: better for many small ones. */
const AT_ONCE = 64;

export const SYSTEMS: Readonly<Record<string, (threads: number) => Promise<System>>> = {
  Bodkin: async (threads) => {
    const { fetchAll, scope, spawn, spawnWith, start } = await import("bodkin");
    const cluster = await start({ threads });
    const inc = (x: number): number => x + 1;
    return {
      async independent(count, submitted) {
        const tasks = Array.from({ length: count }, (_, k) => spawn(inc, k));
        submitted();
        await fetchAll(tasks);
      },
      async chained(count, submitted) {
        let task = spawn(inc, 0);
        for (let k = 1; k < count; k++) task = spawn(inc, task);
        submitted();
        await task.fetch();
      },
      async threadTime() {
        let sum = 0;
        for (let thread = 1; thread <= threads; thread++) {
          const where = { scope: scope({ worker: 1, thread }) };
          const { user, system } = await spawnWith(where, () => process.threadCpuUsage()).fetch();
          sum += user + system;
        }
        return sum;
      },
      close: () => cluster.close(),
    };
  },

  Piscina: async (threads) => {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: INC,
      name: "inc",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: AT_ONCE,
    });
    return callBased(
      (x) => pool.run(x),
      () => pool.destroy(),
    );
  },

  Tinypool: async (threads) => {
    const { Tinypool } = await import("tinypool");
    const pool = new Tinypool({
      filename: INC,
      name: "inc",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: AT_ONCE,
    });
    return callBased(
      (x) => pool.run(x),
      () => pool.destroy(),
    );
  },

  postMessage: async (threads) => {
    const file = new URL("post-message-thread.ts", import.meta.url);
    const workers = Array.from({ length: threads }, () => new Worker(file));
    const waiting = new Map<number, (result: number) => void>();
    for (const worker of workers) {
      worker.on("message", ([id, result]: [number, number]) => {
        waiting.get(id)?.(result);
        waiting.delete(id);
      });
    }
    let calls = 0;
    return callBased(
      (x) => {
        const { promise, resolve } = Promise.withResolvers<number>();
        const id = calls++;
        waiting.set(id, resolve);
        workers[id % threads]?.postMessage([id, x]);
        return promise;
      },
      async () => {
        await Promise.all(workers.map((worker) => worker.terminate()));
      },
    );
  },
};

/** For what knows calls but no graphs: the main thread waits for each task of a chain. */
function callBased(call: (x: number) => Promise<number>, close: () => Promise<void>): System {
  return {
    async independent(count, submitted) {
      const calls = Array.from({ length: count }, (_, k) => call(k));
      submitted();
      await Promise.all(calls);
    },
    async chained(count, submitted) {
      let x = 0;
      for (let k = 0; k < count; k++) x = await call(x);
      submitted();
    },
    close,
  };
}
