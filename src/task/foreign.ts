/**
 * Tasks of other threads. A handle that travels inside of another value arrives as the name of a task; asking
 * for its result asks its home. As an argument of a task it is waited for by a task of its own.
 */

import {
  ANSWER_TOPIC,
  type Answer,
  ASK_TOPIC,
  type Asked,
  answerHere,
  type Question,
  setAnswerer,
  unknownOutcome,
} from "../cluster/queries.ts";
import { ensureNode } from "../cluster/session.ts";
import { printAsString } from "../platform/inspect.ts";
import { type Context, context, findContext } from "../runtime/context.ts";
import { listen, send } from "../runtime/topics.ts";
import { TAG } from "../sched/layout.ts";
import { BodkinError } from "../wire/errors.ts";
import type { CancelOptions, FetchOptions, Outcome, Task } from "./task.ts";
import { TaskHandle } from "./task.ts";

/** Names a task in the cluster. */
export interface TaskName extends Asked {
  readonly name: string;
}

/** Tasks of this thread that others may ask for. They stay until the thread ends. */
const named = new Map<number, TaskHandle<unknown>>();

/** The name of a task for other threads. */
export function nameTask(task: TaskHandle<unknown> | ForeignTask<unknown>): TaskName {
  if (task instanceof ForeignTask) return task.named;
  named.set(task.serial, task);
  const { worker, seat } = task.context;
  const { slot, incarnation } = seat;
  return { worker, slot, incarnation, serial: task.serial, name: task.name };
}

/** Whether other threads may ask for a task. */
export const isNamed = (task: Task<unknown>): boolean =>
  task instanceof TaskHandle && named.get(task.serial) === task;

setAnswerer(async ({ incarnation, serial }) => {
  const own = context();
  const task = incarnation === own.seat.incarnation ? named.get(serial) : undefined;
  if (!task) {
    const reason = "the thread that spawned the task has ended";
    return unknownOutcome(own, new BodkinError("THREAD_DIED", reason));
  }
  await task.wait();
  if (!task.outcome) return unknownOutcome(task.context, task.gone);
  const { tag, number, word } = task.outcome;
  if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk)
    task.context.heap.retain(word);
  return { tag, number, word };
});

const asked = new Map<number, (answer: Answer) => void>();
let requests = 0;

/** Asks the home of a task for its outcome. */
function ask(own: Context, name: TaskName): Promise<Omit<Answer, "request">> {
  const node = own.seat.slot === 0 ? ensureNode() : undefined;
  if (node) return node.queries.ask(name);
  // Answers to the thread that had this slot before are none of ours.
  const request = own.seat.incarnation * 2 ** 32 + ++requests;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  asked.set(request, resolve);
  send(ASK_TOPIC, { ...name, request });
  return promise;
}

/** On a compute thread: hears questions for its tasks and answers to its own. */
export function listenForQuestions(): void {
  listen(ASK_TOPIC, (body) => answerHere(body as Question));
  listen(ANSWER_TOPIC, (body) => {
    const answer = body as Answer;
    asked.get(answer.request)?.(answer);
    asked.delete(answer.request);
  });
}

export class ForeignTask<T> implements Task<T> {
  readonly named: TaskName;
  /** Stands for the task on this thread, once somebody asked. */
  #local: TaskHandle<T> | undefined;

  private constructor(name: TaskName) {
    this.named = name;
  }

  /** The task of a name: the handle itself where this thread is its home. */
  static of(name: TaskName): Task<unknown> {
    const own = findContext();
    const isOwn =
      own?.worker === name.worker &&
      own.seat.slot === name.slot &&
      own.seat.incarnation === name.incarnation;
    return (isOwn && named.get(name.serial)) || new ForeignTask(name);
  }

  get id(): string {
    const { worker, slot, serial } = this.named;
    return `${worker}.${slot}.${serial}`;
  }

  get name(): string {
    return this.named.name;
  }

  get isReady(): boolean {
    return this.local.isReady;
  }

  /** A handle of this thread that settles as the task does. */
  get local(): TaskHandle<T> {
    if (!this.#local) {
      const own = context();
      const local = new TaskHandle<T>(own, this.name, undefined, this.id);
      this.#local = local;
      void ask(own, this.named).then(({ tag, number, word }) =>
        local.settle(tag as Outcome["tag"], number, word),
      );
    }
    return this.#local;
  }

  fetch(options?: FetchOptions): Promise<T> {
    return this.local.fetch(options);
  }

  wait(options?: Pick<FetchOptions, "signal">): Promise<void> {
    return this.local.wait(options);
  }

  dispose(): void {
    this.#local?.dispose();
  }

  cancel(_options?: CancelOptions): void {
    throw new BodkinError(
      "INVALID_ARGUMENT",
      "only the thread that spawned a task can cancel it; spawn it with an AbortSignal and abort that there",
    );
  }

  toString(): string {
    return this.#local ? String(this.#local) : `Task(${this.name} ${this.id})`;
  }
}

printAsString(ForeignTask);

/** Whether a value is the handle of a task, of this thread or of another one. */
export function isTask(value: unknown): value is Task<unknown> {
  return value instanceof TaskHandle || value instanceof ForeignTask;
}

/** Run as a task: ends as another one does. The list keeps the handle from being a dependency itself. */
export async function resultOf<T>([task]: readonly [Task<T>]): Promise<T> {
  return task.fetch();
}
