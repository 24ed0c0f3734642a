/**
 * Watching what all threads of the cluster do, for one listener in the process that started it. Each control thread
 * takes the events of its threads from time to time, and the others send theirs to the first.
 */

import type { HeapStats } from "../memory/heap.ts";
import type { LocalProcess } from "../runtime/local-process.ts";
import type { EventBatch, PredictionSums } from "../wire/events.ts";
import type { Message } from "../wire/messages.ts";
import type { Link } from "./transport.ts";

/** Hears what a process did. */
export type EventListener = (worker: number, batch: EventBatch) => void;

export interface WatchingParts {
  readonly process: LocalProcess;
  /** Bytes of chunks that this process sent to others and got from them. */
  traffic(): { readonly sent: number; readonly received: number };
  /** How well the costs of the tasks that it placed were foreseen. */
  predictions(): readonly PredictionSums[];
  /** The links to all other members. */
  links(): Iterable<Link>;
  link(worker: number): Link | undefined;
}

/** Of a heap without a bound all is in memory. */
const memoryOf = ({ bytes, capacity, spill }: HeapStats): EventBatch["memory"] => ({
  bytes: spill?.resident ?? bytes,
  bound: spill?.bound ?? capacity,
  disk: spill?.disk ?? 0,
});

const HEAD = 1;
/** Between looks at the rings, which hold more than a tenth of a second of the shortest tasks. */
const LOOK_MILLISECONDS = 40;
/** Longer nobody waits for the last events of a process. */
const PATIENCE_MILLISECONDS = 2000;

export class Watching {
  readonly #parts: WatchingParts;
  /** Set on the head while somebody watches. */
  #listener: EventListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #asked = new Map<number, { readonly worker: number; readonly resolve: () => void }>();
  #request = 0;

  constructor(parts: WatchingParts) {
    this.#parts = parts;
  }

  /** Begins a recording, in all processes. On the head. */
  start(listener: EventListener): void {
    this.#listener = listener;
    this.#begin();
    for (const link of this.#parts.links()) link.send({ type: "watch", on: true });
  }

  /** Ends it; what was written until now still comes with `flush`. */
  stop(): void {
    this.#end();
    for (const link of this.#parts.links()) link.send({ type: "watch", on: false });
  }

  /** A process joins: it takes part. */
  onLink(link: Link): void {
    if (this.#listener && this.#timer) link.send({ type: "watch", on: true });
  }

  #begin(): void {
    this.#parts.process.events.start();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.take(), LOOK_MILLISECONDS);
    this.#timer.unref();
  }

  #end(): void {
    this.#parts.process.events.stop();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes what the threads of this process wrote. */
  take(): void {
    const batch = this.#batch(false);
    if (batch.threads.length > 0) this.#deliver(batch);
  }

  #deliver(batch: EventBatch, request?: number): void {
    const { process, link } = this.#parts;
    const { worker } = process.context;
    if (this.#listener) this.#listener(worker, batch);
    else {
      link(HEAD)?.send({ type: "events", batch, ...(request !== undefined && { request }) });
    }
  }

  #batch(withSums: boolean): EventBatch {
    const { process, traffic, predictions } = this.#parts;
    const { events, context } = process;
    return {
      threads: events.take(),
      ...(withSums && { sums: events.sums(), predictions: predictions() }),
      memory: memoryOf(context.heap.stats()),
      traffic: { ...traffic() },
      queue: context.table.queued(),
    };
  }

  /** Gives the listener all that this process wrote until now, with its sums. */
  flushHere(): void {
    if (this.#listener) this.#deliver(this.#batch(true));
  }

  /** Gives the listener all that was written until now, everywhere, with the sums. On the head. */
  async flush(): Promise<void> {
    if (!this.#listener) return;
    this.flushHere();
    const { process, links } = this.#parts;
    const answers = [...links()].map((link) => {
      const request = ++this.#request;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#asked.set(request, { worker: link.peer, resolve });
      link.send({ type: "askEvents", request });
      return promise;
    });
    if (answers.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MILLISECONDS);
    });
    await process.hold(Promise.race([Promise.all(answers), late]));
    clearTimeout(timer);
  }

  /** Handles the messages that are about events; false for others. */
  onMessage(message: Message, from: Link): boolean {
    if (message.type === "watch") {
      if (message.on) this.#begin();
      else this.#end();
    } else if (message.type === "askEvents") this.#deliver(this.#batch(true), message.request);
    else if (message.type === "events") {
      this.#listener?.(from.peer, message.batch);
      if (message.request !== undefined) this.#answered(message.request);
    } else return false;
    return true;
  }

  #answered(request: number): void {
    this.#asked.get(request)?.resolve();
    this.#asked.delete(request);
  }

  /** A worker is gone: it answers nothing. */
  onDown(worker: number): void {
    for (const [request, asked] of this.#asked)
      if (asked.worker === worker) this.#answered(request);
  }

  close(): void {
    this.#end();
  }
}
