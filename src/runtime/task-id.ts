/**
 * Names of tasks that are unique in the cluster: `worker.slot.serial` of the thread that submitted it. A record
 * that runs a placed task bears the name of that task.
 */

import { RECORD } from "../sched/layout.ts";
import type { TaskTable } from "../sched/task-table.ts";
import { HIDDEN, hiddenSlots } from "./extras.ts";

const SERIALS: number = 2 ** 32;
const SLOTS: number = 2 ** 8;

export function taskId(worker: number, slot: number, serial: number): string {
  return `${worker}.${slot}.${serial >>> 0}`;
}

/** The name of a task as a number. */
export const packId = (worker: number, slot: number, serial: number): number =>
  (worker * SLOTS + slot) * SERIALS + (serial >>> 0);

/** The name of the task in a record, as a number. */
export function packedIdOf(
  { table, worker }: { readonly table: TaskTable; readonly worker: number },
  record: number,
): number {
  const hidden = table.byte(record, RECORD.hidden);
  if (hidden & HIDDEN.origin) return table.slotNumber(record, hiddenSlots(hidden) - 1);
  return packId(worker, table.byte(record, RECORD.home), table.word(record, RECORD.serial));
}

export function unpackId(packed: number): string {
  const thread = Math.floor(packed / SERIALS);
  return taskId(Math.floor(thread / SLOTS), thread % SLOTS, packed % SERIALS);
}

/** The name of the task in a record. */
export function idOf(
  context: { readonly table: TaskTable; readonly worker: number },
  record: number,
): string {
  return unpackId(packedIdOf(context, record));
}
