/** Names of tasks that are unique in the cluster: `worker.slot.serial` of the thread that submitted it. */

import { RECORD } from "../sched/layout.ts";
import type { TaskTable } from "../sched/task-table.ts";

export function taskId(worker: number, slot: number, serial: number): string {
  return `${worker}.${slot}.${serial >>> 0}`;
}

/** The name of the task in a record. */
export function idOf(
  { table, worker }: { readonly table: TaskTable; readonly worker: number },
  record: number,
): string {
  return taskId(worker, table.byte(record, RECORD.home), table.word(record, RECORD.serial));
}
