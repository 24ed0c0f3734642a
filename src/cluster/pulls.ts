/**
 * Moving the data of chunks between workers: whoever needs it asks the home of the chunk, which sends it in
 * pieces. The pieces go from the heap to the socket and from the socket to the heap.
 */

import type { Context } from "../runtime/context.ts";
import { fromPost, toPost } from "../runtime/failure.ts";
import { BodkinError } from "../wire/errors.ts";
import { MAX_BULK_BYTES } from "../wire/frame.ts";
import type { Message, ReferenceDescription } from "../wire/messages.ts";
import type { Link } from "./transport.ts";

interface Pull {
  readonly chunk: number;
  readonly home: number;
  readonly started: number;
  readonly arrival: PromiseWithResolvers<void>;
}

export interface PullHooks {
  link(worker: number): Link | undefined;
  /** A transfer was measured. */
  transferred(from: number, bytes: number, seconds: number): void;
  /** What a serialised value refers to, in words for another worker; and the reverse, put into the value. */
  describeReferences(chunk: number, to: Link): ReferenceDescription[];
  acceptReferences(chunk: number, references: readonly ReferenceDescription[], from: Link): void;
}

export class Pulls {
  /** Bytes that were sent to others, and that came from others. */
  readonly traffic: { sent: number; received: number } = { sent: 0, received: 0 };
  readonly #context: Context;
  readonly #hooks: PullHooks;
  readonly #byRequest = new Map<number, Pull>();
  readonly #byChunk = new Map<number, Pull>();
  #request = 0;

  constructor(context: Context, hooks: PullHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  /** Brings the data of a remote chunk here; the caller holds a reference. */
  bring(chunk: number): Promise<void> {
    const { heap } = this.#context;
    const home = heap.get(chunk, "worker");
    if (heap.hasData(chunk)) return Promise.resolve();
    const running = this.#byChunk.get(chunk);
    if (running) return running.arrival.promise;
    const link = this.#hooks.link(home);
    if (!link || heap.stateOf(chunk) === "lost") return Promise.reject(lostData(home));
    if (heap.get(chunk, "pinned") === 1 || heap.kindOf(chunk) === "object") {
      return Promise.reject(
        new BodkinError(
          "SCHEDULING",
          `Current scope and argument Chunk scope are not compatible: the data is pinned to worker ${home}. Run the task there: scope({ worker: ${home} }).`,
        ),
      );
    }
    try {
      heap.back(chunk);
    } catch (error) {
      return Promise.reject(error);
    }
    heap.retain(chunk);
    heap.reopen(chunk);
    const request = ++this.#request;
    const pull: Pull = {
      chunk,
      home,
      started: performance.now(),
      arrival: Promise.withResolvers<void>(),
    };
    pull.arrival.promise.catch(() => {}); // whoever waits hears it too
    this.#byRequest.set(request, pull);
    this.#byChunk.set(chunk, pull);
    link.send({
      type: "pull",
      request,
      index: heap.get(chunk, "remoteIndex"),
      generation: heap.get(chunk, "remoteGeneration"),
    });
    return pull.arrival.promise;
  }

  /** Where a piece of the data asked for goes. */
  target(message: Message, bytes: number, from: number): Uint8Array | null {
    if (message.type !== "piece") return null;
    const pull = this.#byRequest.get(message.request);
    if (!pull || pull.home !== from) return null;
    const all = this.#context.heap.bytes(pull.chunk);
    if (message.offset + bytes > all.length) return null;
    this.traffic.received += bytes;
    return all.subarray(message.offset, message.offset + bytes);
  }

  /** Handles the messages that are about data; false for others. */
  onMessage(message: Message, from: Link): boolean {
    if (message.type === "pull") void this.#serve(message, from);
    else if (message.type === "pulled") this.#onPulled(message, from);
    else return false;
    return true;
  }

  async #serve(
    { request, index, generation }: Message & { type: "pull" },
    to: Link,
  ): Promise<void> {
    const { heap, bring } = this.#context;
    if (!heap.tryRetain(index, generation)) {
      to.send({ type: "pulled", request });
      return;
    }
    if (heap.isOnDevice(index)) await bring(index).catch(() => {}); // then it is lost
    try {
      if (heap.hasData(index)) heap.using(index, () => this.#sendData(request, index, to));
      else to.send({ type: "pulled", request });
    } catch (error) {
      // It cannot be read from disk: who asked hears why.
      to.send({ type: "pulled", request, error: toPost(error) });
    }
    this.#context.release(index);
  }

  #sendData(request: number, index: number, to: Link): void {
    const { heap } = this.#context;
    const bytes = heap.bytes(index);
    for (let offset = 0; offset < bytes.length; offset += MAX_BULK_BYTES) {
      const piece = bytes.subarray(offset, offset + MAX_BULK_BYTES);
      heap.retain(index);
      const pin = heap.pin(index);
      to.sendBulk({ type: "piece", request, offset }, piece, () => {
        heap.unpin(pin);
        this.#context.release(index);
      });
      this.traffic.sent += piece.length;
    }
    const references = this.#hooks.describeReferences(index, to);
    to.send({ type: "pulled", request, references });
  }

  #onPulled({ request, references, error }: Message & { type: "pulled" }, from: Link): void {
    const pull = this.#byRequest.get(request);
    if (pull?.home !== from.peer) return;
    if (!references) {
      this.#end(request, pull, error ? fromPost(error) : lostData(from.peer));
      return;
    }
    try {
      this.#hooks.acceptReferences(pull.chunk, references, from);
      this.#end(request, pull);
    } catch (error) {
      this.#end(request, pull, error);
    }
  }

  #end(request: number, pull: Pull, error?: unknown): void {
    const { heap } = this.#context;
    this.#byRequest.delete(request);
    this.#byChunk.delete(pull.chunk);
    if (error === undefined) {
      heap.seal(pull.chunk);
      const seconds = (performance.now() - pull.started) / 1000;
      this.#hooks.transferred(pull.home, heap.bytesOf(pull.chunk), seconds);
      pull.arrival.resolve();
    } else {
      heap.lose(pull.chunk);
      pull.arrival.reject(error);
    }
    this.#context.release(pull.chunk);
  }

  /** A worker is gone: what it was sending never comes. */
  onDown(worker: number): void {
    for (const [request, pull] of [...this.#byRequest]) {
      if (pull.home === worker) this.#end(request, pull, lostData(worker));
    }
  }
}

function lostData(worker: number): BodkinError {
  return new BodkinError(
    "WORKER_LOST",
    `the data was on worker ${worker}, which is gone or gave it up; make it again by spawning its task again`,
  );
}
