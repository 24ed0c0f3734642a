/**
 * Tasks for `node:diagnostics_channel`, under `tracing:bodkin:task:*`: `start` and `end` around the spawn, `asyncStart` and
 * `asyncEnd` when the task is done, `error` before these when it failed. Each message is about one task, and costs nothing
 * where nobody subscribes. A task is told of on the thread that spawned it.
 */

import { tracingChannel } from "node:diagnostics_channel";
import type { TaskFailedError } from "../wire/errors.ts";

/** One object a task, the same in all of its messages. */
export interface TaskMessage {
  /** Unique in the cluster once it is launched, which `spawnBulk` and its like do at their end. */
  readonly id: string;
  readonly name: string;
  /** Where it was spawned, if that is known. */
  readonly site: string | undefined;
  /** What it failed with, once it has. */
  readonly error: TaskFailedError | undefined;
}

type Told = Omit<TaskMessage, "error">;

class Message implements TaskMessage {
  error: TaskFailedError | undefined;
  readonly #task: Told;

  constructor(task: Told) {
    this.#task = task;
  }

  get id(): string {
    return this.#task.id;
  }

  get name(): string {
    return this.#task.name;
  }

  get site(): string | undefined {
    return this.#task.site;
  }
}

const channels = tracingChannel<Message, Message>("bodkin:task");
const messages = new WeakMap<Told, Message>();

/** Whether anybody listens. */
export const isHeard = (): boolean => channels.hasSubscribers;

function messageOf(task: Told): Message {
  let message = messages.get(task);
  if (!message) messages.set(task, (message = new Message(task)));
  return message;
}

/** A task was spawned. */
export function tellSpawned(task: Told): void {
  if (!channels.start.hasSubscribers && !channels.end.hasSubscribers) return;
  const message = messageOf(task);
  channels.start.publish(message);
  channels.end.publish(message);
}

/** A task is done, with an error or a result. */
export function tellDone(task: Told, error: TaskFailedError | undefined): void {
  if (!error && !channels.asyncStart.hasSubscribers && !channels.asyncEnd.hasSubscribers) return;
  const message = messageOf(task);
  message.error = error;
  if (error) channels.error.publish(message);
  channels.asyncStart.publish(message);
  channels.asyncEnd.publish(message);
}
