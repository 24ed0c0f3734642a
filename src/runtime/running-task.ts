/**
 * What a running task is to the code in it: its name, whether it was cancelled, and the tasks it spawned, which
 * are cancelled with it. Outlives the task in stray asynchronous code, for which it is neither.
 */

import { RECORD, STATUS } from "../sched/layout.ts";
import type { TaskTable } from "../sched/task-table.ts";
import type { Child, RunningTask } from "./frame.ts";
import { packedIdOf, unpackId } from "./task-id.ts";

export class RunningRecord implements RunningTask {
  readonly name: string;
  readonly record: number;
  readonly serial: number;
  readonly number: number;
  readonly #table: TaskTable;
  readonly #home: number;
  readonly #parents: Parents;

  constructor(
    context: { readonly table: TaskTable; readonly worker: number },
    record: number,
    name: string,
    parents: Parents,
  ) {
    const { table } = context;
    this.#table = table;
    this.number = packedIdOf(context, record);
    this.#parents = parents;
    this.record = record;
    this.name = name;
    this.#home = table.byte(record, RECORD.home);
    this.serial = table.word(record, RECORD.serial);
  }

  get id(): string {
    return unpackId(this.number);
  }

  isCancelled(): boolean {
    return !this.#isCurrent || this.#table.word(this.record, RECORD.status) !== STATUS.running;
  }

  adopt(child: Child): void {
    const table = this.#table;
    if (!this.#isCurrent || table.byte(this.record, RECORD.runner) !== table.slot) return;
    if (this.isCancelled()) child.cancel();
    else this.#parents.adopt(this.record, child);
  }

  get #isCurrent(): boolean {
    return (
      this.#table.word(this.record, RECORD.serial) === this.serial &&
      this.#table.byte(this.record, RECORD.home) === this.#home
    );
  }
}

/** The unfinished children of the tasks that run on this thread, by the records of those. */
export class Parents {
  readonly #children = new Map<number, Set<Child>>();

  adopt(parent: number, child: Child): void {
    let children = this.#children.get(parent);
    if (!children) this.#children.set(parent, (children = new Set()));
    children.add(child);
    child.siblings = children;
  }

  /** The parent is done, or will run again: what it spawned is nobody's child. */
  forget(parent: number): void {
    if (this.#children.size > 0) this.#children.delete(parent);
  }

  /** The parent was cancelled. */
  cancel(parent: number): void {
    const children = this.#children.get(parent);
    this.#children.delete(parent);
    for (const child of children ?? []) child.cancel();
  }
}
