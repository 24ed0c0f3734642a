/** The running side of placed tasks: takes descriptions of other workers' tasks, runs them, answers. */

import type { Context } from "../runtime/context.ts";
import { isReference, TAG } from "../sched/layout.ts";
import type { Message, TaskMessage } from "../wire/messages.ts";
import type { Exchange } from "./exchange.ts";
import { LocalRun, type LocalRuns } from "./local-runs.ts";
import { acceptSlots, describeSlot, dropSlots, type Slot } from "./slots.ts";
import type { Link } from "./transport.ts";

/** The tasks of one other worker, by its numbers. */
interface Host {
  readonly runs: Map<number, LocalRun>;
  /** It was told that all of these only wait. */
  toldIdle: boolean;
}

export class Guests {
  readonly #context: Context;
  readonly #exchange: Exchange;
  readonly #runs: LocalRuns;
  readonly #hosts = new Map<Link, Host>();

  constructor(context: Context, exchange: Exchange, runs: LocalRuns) {
    this.#context = context;
    this.#exchange = exchange;
    this.#runs = runs;
  }

  async #onTask(message: TaskMessage, from: Link): Promise<void> {
    const { task } = message;
    let host = this.#hosts.get(from);
    if (!host) this.#hosts.set(from, (host = { runs: new Map(), toldIdle: false }));
    host.toldIdle = false;
    const run = new LocalRun((result, seconds) => this.#answer(from, task, run, result, seconds));
    host.runs.set(task, run);
    let slots: Slot[] = [];
    try {
      slots = acceptSlots(this.#context, this.#exchange, message.slots, from);
      const fn = message.fn === 0 ? 0 : this.#exchange.functionOf(message.fn, from);
      await this.#bringAll(slots);
      const { hidden, class: cls, threads } = message;
      // Unless it was cancelled, or its submitter is gone.
      if (host.runs.get(task) === run)
        this.#runs.start(run, { fn, hidden, class: cls, threads, slots });
      else dropSlots(this.#context, slots);
    } catch (error) {
      dropSlots(this.#context, slots);
      const { payloads, worker } = this.#context;
      const failure = { thrown: error, path: [{ id: `${worker}.${task}`, name: "task" }] };
      const word = payloads.writeFailure(failure, 0);
      this.#answer(from, task, run, { tag: TAG.error, number: 0, word }, 0);
    }
  }

  /** Data comes before the task is queued, so that no thread waits for it. */
  async #bringAll(slots: readonly Slot[]): Promise<void> {
    const { heap, bring } = this.#context;
    const absent = slots.filter(
      ({ tag, word }) =>
        isReference(tag) &&
        heap.get(word, "worker") !== 0 &&
        !heap.hasData(word) &&
        heap.get(word, "pinned") === 0, // a piece of a shard that is not ours
    );
    if (absent.length > 0) await Promise.all(absent.map(({ word }) => bring(word)));
  }

  /** A guest is done: its submitter gets the result, and the reference to it. */
  #answer(from: Link, task: number, run: LocalRun, slot: Slot, seconds: number): void {
    const runs = this.#hosts.get(from)?.runs;
    if (runs?.get(task) === run) {
      runs.delete(task);
      const result = describeSlot(this.#exchange, slot, from);
      from.send({ type: "done", task, result, seconds });
    }
    dropSlots(this.#context, [slot]);
  }

  #onCancel({ task, force }: Message & { type: "cancel" }, from: Link): void {
    const runs = this.#hosts.get(from)?.runs;
    const run = runs?.get(task);
    if (!run) return;
    runs?.delete(task);
    this.#runs.stop(run, force);
  }

  /** Handles the messages that are about guests; false for others. */
  onMessage(message: Message, from: Link): boolean {
    if (message.type === "task") void this.#onTask(message, from);
    else if (message.type === "cancel") this.#onCancel(message, from);
    else return false;
    return true;
  }

  /** All threads sleep: guests that are not done wait for something. Their submitters could send more. */
  onQuiet(): void {
    for (const [link, host] of this.#hosts) {
      if (host.runs.size === 0 || host.toldIdle) continue;
      host.toldIdle = true;
      link.send({ type: "idle" });
    }
  }

  /** A worker is gone: what we run for it is stopped. */
  onDown(link: Link): void {
    const host = this.#hosts.get(link);
    this.#hosts.delete(link);
    for (const run of host?.runs.values() ?? []) this.#runs.stop(run, false);
  }
}
