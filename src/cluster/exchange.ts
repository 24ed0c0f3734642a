/**
 * Chunks between workers. A chunk has one home; other workers hold entries that stand for it and fetch the
 * data, straight from the home, when they need it. Whoever describes a chunk to a worker keeps a reference for
 * it until told otherwise: so references form a tree, and a chunk lives while anybody in the tree needs it.
 */

import { elementOf, elementOfCode } from "../memory/dtype.ts";
import { type ChunkKind, KINDS } from "../memory/heap.ts";
import type { Context } from "../runtime/context.ts";
import {
  headerBytes,
  REFERENCE,
  type Reference,
  readReferences,
  writeReferences,
} from "../runtime/payload.ts";
import { BodkinError, internalError } from "../wire/errors.ts";
import { MAX_BULK_BYTES } from "../wire/frame.ts";
import type {
  ChunkDescription,
  Message,
  PayloadDescription,
  ReferenceDescription,
} from "../wire/messages.ts";
import type { Link } from "./transport.ts";

/** Values up to this size travel with the message that needs them, as copies. */
const INLINE_BYTES = 16384;

interface Pull {
  readonly chunk: number;
  readonly home: number;
  readonly started: number;
  readonly arrival: PromiseWithResolvers<void>;
}

export interface ExchangeHooks {
  link(worker: number): Link | undefined;
  /** A transfer was measured. */
  transferred(from: number, bytes: number, seconds: number): void;
}

export class Exchange {
  readonly #context: Context;
  readonly #hooks: ExchangeHooks;
  /** Our entries for chunks of others, by `home:index:generation`. */
  readonly #known = new Map<string, { readonly chunk: number; readonly generation: number }>();
  readonly #pulls = new Map<number, Pull>();
  readonly #pullOf = new Map<number, Pull>();
  /** References kept for each worker: chunk and count. */
  readonly #granted = new Map<number, Map<number, number>>();
  /** Sources and functions of each worker, by its numbers. */
  readonly #texts = new Map<number, Map<number, number>>();
  readonly #functions = new Map<number, Map<number, number>>();
  /** Those of ours that each worker has. */
  readonly #sent = new Map<number, Set<number>>();
  #request = 0;

  constructor(context: Context, hooks: ExchangeHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  // --- Describing ----------------------------------------------------------------------------------

  /** Describes a chunk to a worker, which then owns a reference. */
  describe(chunk: number, to: Link): ChunkDescription {
    const { heap, shelf, worker } = this.#context;
    const remote = heap.get(chunk, "worker");
    const label = heap.get(chunk, "label");
    const pinned = heap.get(chunk, "pinned") === 1;
    const kind = heap.kindOf(chunk);
    const isInline =
      !pinned && kind !== "object" && heap.bytesOf(chunk) <= INLINE_BYTES && heap.hasData(chunk);
    if (!isInline) this.#grant(chunk, to.peer);
    return {
      home: remote === 0 ? worker : remote,
      index: remote === 0 ? chunk : heap.get(chunk, "remoteIndex"),
      generation: remote === 0 ? heap.generationOf(chunk) : heap.get(chunk, "remoteGeneration"),
      grant: isInline ? 0 : chunk,
      kind: KINDS.indexOf(kind),
      element: elementOf(heap.elementOf(chunk)).code,
      shape: heap.shapeOf(chunk),
      bytes: heap.bytesOf(chunk),
      name: label === 0 ? "" : shelf.text(label),
      slot: kind === "object" ? heap.get(chunk, "slot") : 0,
      pinned,
      ...(isInline && { payload: this.#payload(chunk, to) }),
    };
  }

  #payload(chunk: number, to: Link): PayloadDescription {
    const { heap } = this.#context;
    return { bytes: heap.bytes(chunk).slice(), references: this.#references(chunk, to) };
  }

  /** What a serialised value refers to, in words for another worker. */
  #references(chunk: number, to: Link): ReferenceDescription[] {
    const { heap } = this.#context;
    const kind = heap.kindOf(chunk);
    if (kind !== "value" && kind !== "compound") return [];
    return readReferences(heap.bytes(chunk)).map(({ type, written, local }) => {
      if (type === REFERENCE.chunk) return { written, chunk: this.describe(local, to) };
      this.#sendSource(local, to);
      return { written, source: local };
    });
  }

  #sendSource(id: number, to: Link): void {
    if (!this.#firstTime(to.peer, id)) return;
    to.send({ type: "source", id, text: this.#context.shelf.text(id) });
  }

  /** Sends a function that stays, once a worker. */
  sendFunction(fn: number, to: Link): void {
    if (!this.#firstTime(to.peer, fn)) return;
    to.send({ type: "function", id: fn, payload: this.#payload(fn, to) });
  }

  #firstTime(peer: number, id: number): boolean {
    const sent = entryOf(this.#sent, peer, () => new Set<number>());
    if (sent.has(id)) return false;
    sent.add(id);
    return true;
  }

  #grant(chunk: number, peer: number): void {
    this.#context.heap.retain(chunk);
    const counts = entryOf(this.#granted, peer, () => new Map<number, number>());
    counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  }

  // --- Understanding ---------------------------------------------------------------------------------

  /** Our entry for a described chunk, with a reference for the caller. */
  accept(description: ChunkDescription, from: Link): number {
    const { heap, worker } = this.#context;
    if (description.payload) return this.#acceptCopy(description, description.payload, from);
    if (description.home === worker) {
      heap.retain(description.index);
      from.send({ type: "release", index: description.grant });
      return description.index;
    }
    const key = `${description.home}:${description.index}:${description.generation}`;
    const known = this.#known.get(key);
    if (known && heap.tryRetain(known.chunk, known.generation)) {
      from.send({ type: "release", index: description.grant });
      return known.chunk;
    }
    const chunk = this.#reserve(description);
    heap.set(chunk, "worker", description.home);
    heap.set(chunk, "remoteIndex", description.index);
    heap.set(chunk, "remoteGeneration", description.generation);
    heap.set(chunk, "grantor", from.peer);
    heap.set(chunk, "grantIndex", description.grant);
    heap.set(chunk, "slot", description.slot);
    heap.set(chunk, "pinned", description.pinned ? 1 : 0);
    heap.seal(chunk);
    this.#known.set(key, { chunk, generation: heap.generationOf(chunk) });
    return chunk;
  }

  #reserve(description: ChunkDescription): number {
    const kind = KINDS[description.kind];
    if (kind === undefined) throw internalError(`no kind ${description.kind} of chunks`);
    const label = description.name === "" ? 0 : this.#context.shelf.put(description.name);
    return this.#context.heap.reserve({
      kind: kind as ChunkKind,
      bytes: description.bytes,
      element: elementOfCode(description.element).name,
      shape: description.shape,
      label,
    });
  }

  /** A copy that came along is a chunk of our own. */
  #acceptCopy(description: ChunkDescription, payload: PayloadDescription, from: Link): number {
    const { heap } = this.#context;
    const chunk = this.#reserve(description);
    heap.back(chunk);
    heap.write(chunk, payload.bytes);
    this.#rewrite(chunk, payload.references, from);
    heap.seal(chunk);
    return chunk;
  }

  /** Puts our numbers into a payload in place of those of its writer. */
  #rewrite(chunk: number, references: readonly ReferenceDescription[], from: Link): void {
    if (references.length === 0) return;
    const bytes = this.#context.heap.bytes(chunk);
    if (headerBytes(references.length) > bytes.length)
      throw internalError("a payload is cut short");
    const local: Reference[] = references.map((reference) =>
      "chunk" in reference
        ? {
            type: REFERENCE.chunk,
            written: reference.written,
            local: this.accept(reference.chunk, from),
          }
        : {
            type: REFERENCE.source,
            written: reference.written,
            local: this.#numberOf(this.#texts, from.peer, reference.source, "source"),
          },
    );
    writeReferences(bytes, local);
  }

  #numberOf(
    tables: Map<number, Map<number, number>>,
    peer: number,
    id: number,
    what: string,
  ): number {
    const local = tables.get(peer)?.get(id);
    if (local === undefined) throw internalError(`worker ${peer} never sent ${what} ${id}`);
    return local;
  }

  /** Our number of a function that stays. */
  functionOf(id: number, from: Link): number {
    return this.#numberOf(this.#functions, from.peer, id, "function");
  }

  // --- Data ------------------------------------------------------------------------------------------

  /** Brings the data of a remote chunk here; the caller holds a reference. */
  bring(chunk: number): Promise<void> {
    const { heap } = this.#context;
    const state = heap.stateOf(chunk);
    const home = heap.get(chunk, "worker");
    if (state === "lost") return Promise.reject(lostData(home));
    if (heap.hasData(chunk)) return Promise.resolve();
    const running = this.#pullOf.get(chunk);
    if (running) return running.arrival.promise;
    const link = this.#hooks.link(home);
    if (!link) return Promise.reject(lostData(home));
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
    this.#pulls.set(request, pull);
    this.#pullOf.set(chunk, pull);
    link.send({
      type: "pull",
      request,
      index: heap.get(chunk, "remoteIndex"),
      generation: heap.get(chunk, "remoteGeneration"),
    });
    return pull.arrival.promise;
  }

  /** Where a piece of the data asked for goes. */
  target(message: Message, bytes: number): Uint8Array | null {
    if (message.type !== "piece") return null;
    const pull = this.#pulls.get(message.request);
    if (!pull) return null;
    return this.#context.heap.bytes(pull.chunk).subarray(message.offset, message.offset + bytes);
  }

  #endPull(request: number, error?: unknown): void {
    const pull = this.#pulls.get(request);
    if (!pull) return;
    this.#pulls.delete(request);
    this.#pullOf.delete(pull.chunk);
    const { heap } = this.#context;
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

  #serve(message: Message & { type: "pull" }, to: Link): void {
    const { heap } = this.#context;
    const { request, index, generation } = message;
    if (!heap.tryRetain(index, generation) || !heap.hasData(index)) {
      to.send({ type: "pulled", request, gone: `chunk ${index} is not there any more` });
      return;
    }
    const bytes = heap.bytes(index);
    for (let offset = 0; offset < bytes.length; offset += MAX_BULK_BYTES) {
      const piece = bytes.subarray(offset, offset + MAX_BULK_BYTES);
      heap.retain(index);
      to.sendBulk({ type: "piece", request, offset }, piece, () => this.#context.release(index));
    }
    to.send({ type: "pulled", request, references: this.#references(index, to) });
    this.#context.release(index);
  }

  // --- Messages and ends -------------------------------------------------------------------------------

  /** Handles the messages that are about chunks; false for others. */
  onMessage(message: Message, from: Link): boolean {
    switch (message.type) {
      case "source":
        entryOf(this.#texts, from.peer, () => new Map<number, number>()).set(
          message.id,
          this.#context.shelf.put(message.text),
        );
        return true;
      case "function":
        entryOf(this.#functions, from.peer, () => new Map<number, number>()).set(
          message.id,
          this.#acceptFunction(message.payload, from),
        );
        return true;
      case "pull":
        this.#serve(message, from);
        return true;
      case "pulled": {
        const pull = this.#pulls.get(message.request);
        if (message.gone === undefined && pull) {
          this.#rewrite(pull.chunk, message.references ?? [], from);
        }
        this.#endPull(
          message.request,
          message.gone === undefined ? undefined : new BodkinError("WORKER_LOST", message.gone),
        );
        return true;
      }
      case "release":
        this.#takeBack(message.index, from.peer);
        return true;
      default:
        return false;
    }
  }

  #acceptFunction(payload: PayloadDescription, from: Link): number {
    const { heap } = this.#context;
    const chunk = heap.allocate({ kind: "value", bytes: payload.bytes.length });
    heap.write(chunk, payload.bytes);
    this.#rewrite(chunk, payload.references, from);
    heap.seal(chunk);
    return chunk;
  }

  #takeBack(chunk: number, peer: number): void {
    const counts = this.#granted.get(peer);
    const count = counts?.get(chunk);
    if (!counts || count === undefined) return; // a worker cannot give back what it does not have
    if (count === 1) counts.delete(chunk);
    else counts.set(chunk, count - 1);
    this.#context.release(chunk);
  }

  /** Our last reference to a chunk of another worker is gone. */
  forget(chunk: number): void {
    const { heap } = this.#context;
    const home = heap.get(chunk, "worker");
    const key = `${home}:${heap.get(chunk, "remoteIndex")}:${heap.get(chunk, "remoteGeneration")}`;
    if (this.#known.get(key)?.chunk === chunk) this.#known.delete(key);
    this.#hooks
      .link(heap.get(chunk, "grantor"))
      ?.send({ type: "release", index: heap.get(chunk, "grantIndex") });
  }

  /** The entries that stand for chunks of a worker. */
  *entriesOf(worker: number): Generator<number> {
    const { heap } = this.#context;
    for (const [key, { chunk, generation }] of this.#known) {
      if (key.startsWith(`${worker}:`) && heap.generationOf(chunk) === generation) yield chunk;
    }
  }

  /** Brings here what we still need of a worker that leaves; what is pinned there is lost with it. */
  async takeOver(worker: number): Promise<void> {
    const { heap } = this.#context;
    await Promise.allSettled(
      [...this.entriesOf(worker)]
        .filter((chunk) => !heap.hasData(chunk))
        .map((chunk) => this.bring(chunk)),
    );
  }

  /** A worker is gone: what it had is lost, what was kept for it is given back. */
  onDown(worker: number): void {
    const { heap } = this.#context;
    for (const [request, pull] of [...this.#pulls]) {
      if (pull.home === worker) this.#endPull(request, lostData(worker));
    }
    for (const chunk of [...this.entriesOf(worker)]) if (!heap.hasData(chunk)) heap.lose(chunk);
    for (const [chunk, count] of this.#granted.get(worker) ?? []) {
      for (let i = 0; i < count; i++) this.#context.release(chunk);
    }
    for (const table of [this.#granted, this.#texts, this.#functions, this.#sent]) {
      table.delete(worker);
    }
  }
}

function entryOf<V>(map: Map<number, V>, key: number, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function lostData(worker: number): BodkinError {
  return new BodkinError("WORKER_LOST", `the data was on worker ${worker}, which is gone`);
}
