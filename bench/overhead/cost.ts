/** What tasks cost: wall time, and CPU time by who spent it. All figures are microseconds a task. */

import type { Metrics } from "../support/topic.ts";

/** A system that runs tasks; the task is always the same, one more than a number. */
export interface System {
  /** Many tasks that need nothing of one another. `submitted` is called when the last one is on its way. */
  independent(count: number, submitted: () => void): Promise<void>;
  /** Each task gets the result of the one before. */
  chained(count: number, submitted: () => void): Promise<void>;
  /** CPU time of the threads that run tasks, in microseconds, where the system can tell. */
  threadTime?(): Promise<number>;
  close(): Promise<void>;
}

export type Graph = "independent" | "chained";

export interface Effort {
  /** Tasks to begin with: enough for everything to be compiled and every buffer to have its size. */
  readonly warm: number;
  /** Tasks that are measured at least: few are run many times over. */
  readonly measured: number;
}

export async function costOf(
  system: System,
  graph: Graph,
  count: number,
  effort: Effort,
): Promise<Metrics> {
  const warm = Math.min(count, effort.warm);
  for (let k = 0; k < effort.warm / warm; k++) await system[graph](warm, () => {});

  const rounds = Math.ceil(effort.measured / count);
  const tasks = rounds * count;
  let submission = 0;
  const threadsBefore = await system.threadTime?.();
  const allBefore = microseconds(process.cpuUsage());
  const mainBefore = mainTime();
  const started = performance.now();
  for (let k = 0; k < rounds; k++) {
    const before = mainTime();
    await system[graph](count, () => {
      submission += mainTime() - before;
    });
  }
  const wall = (performance.now() - started) * 1000;
  const main = mainTime() - mainBefore;
  const all = microseconds(process.cpuUsage()) - allBefore;
  const threads =
    threadsBefore === undefined
      ? all - main
      : ((await system.threadTime?.()) as number) - threadsBefore;
  return {
    wall: wall / tasks,
    cpu: all / tasks,
    submission: submission / tasks,
    collection: (main - submission) / tasks,
    threads: threads / tasks,
  };
}

const mainTime = (): number => microseconds(process.threadCpuUsage());
const microseconds = ({ user, system }: { user: number; system: number }): number => user + system;
