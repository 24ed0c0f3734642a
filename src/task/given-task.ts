/**
 * A task as an argument whose owner gives the result up with it: when the record has it, the owner has it no more. A
 * function that finds itself the only one to have it may write to it.
 */

import { isNamed } from "./foreign.ts";
import { TaskHandle } from "./task.ts";

export class GivenTask {
  readonly task: TaskHandle<unknown>;

  private constructor(task: TaskHandle<unknown>) {
    this.task = task;
  }

  /** For use as one argument; tasks of other threads are given as they are. */
  static of<T>(task: T): T {
    return (task instanceof TaskHandle ? new GivenTask(task) : task) as T;
  }

  /** The record has it. Other threads may ask for a task whose name they know. */
  giveUp(): void {
    if (!isNamed(this.task)) this.task.dispose();
  }
}
