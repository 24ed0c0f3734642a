/**
 * Chunks between workers. A chunk has one home; other workers hold entries that stand for it and fetch the
 * data, straight from the home, when they need it (`pulls.ts`). Whoever describes a chunk to a worker keeps a
 * reference for it until told otherwise: so references form a tree, and a chunk lives while anybody in the tree
 * needs it.
 */

import { elementOf, elementOfCode } from "../memory/dtype.ts";
import { type ChunkKind, type ChunkSpec, KINDS } from "../memory/heap.ts";
import type { Context } from "../runtime/context.ts";
import { REFERENCE, type Reference, readReferences, writeReferences } from "../runtime/payload.ts";
import { internalError } from "../wire/errors.ts";
import type {
  ChunkDescription,
  Message,
  PayloadDescription,
  ReferenceDescription,
} from "../wire/messages.ts";
import { Pulls } from "./pulls.ts";
import type { Link } from "./transport.ts";

/** Values up to this size travel with the message that needs them, as copies. */
const INLINE_BYTES = 16384;

export interface ExchangeHooks {
  link(worker: number): Link | undefined;
  /** A transfer was measured. */
  transferred(from: number, bytes: number, seconds: number): void;
}

/** What passed between us and one other worker. */
class Peer {
  /** References kept for it: chunk and count. */
  readonly granted = new Map<number, number>();
  /** Those of our sources and functions that it has. */
  readonly sent = new Set<number>();
  /** Its sources, by its numbers. */
  readonly texts = new Map<number, string>();
  /** Its functions, by its numbers: as they came, and our chunks of those that were needed. */
  readonly payloads = new Map<number, PayloadDescription>();
  readonly functions = new Map<number, number>();
}

export class Exchange {
  readonly pulls: Pulls;
  readonly #context: Context;
  readonly #hooks: ExchangeHooks;
  readonly #peers = new Map<number, Peer>();
  /** Our entries for chunks of others, by `home:index:generation`. */
  readonly #known = new Map<string, { readonly chunk: number; readonly generation: number }>();

  constructor(context: Context, hooks: ExchangeHooks) {
    this.#context = context;
    this.#hooks = hooks;
    this.pulls = new Pulls(context, {
      ...hooks,
      describeReferences: (chunk, to) => this.#describeReferences(chunk, to),
      acceptReferences: (chunk, references, from) => {
        this.#write(chunk, this.#acceptReferences(references, from));
      },
    });
  }

  #peer(worker: number): Peer {
    let peer = this.#peers.get(worker);
    if (!peer) this.#peers.set(worker, (peer = new Peer()));
    return peer;
  }

  // --- Describing ----------------------------------------------------------------------------------

  /**
   * Describes a chunk to a worker, which then owns a reference. Small values go along as copies; errors always,
   * so that no failure waits for data.
   */
  describe(chunk: number, to: Link, isError = false): ChunkDescription {
    const { heap, shelf, worker } = this.#context;
    const remote = heap.get(chunk, "worker");
    const label = heap.get(chunk, "label");
    const pinned = heap.get(chunk, "pinned") === 1;
    const kind = heap.kindOf(chunk);
    const isSmall = isError || heap.bytesOf(chunk) <= INLINE_BYTES;
    const isInline = isSmall && !pinned && kind !== "object" && heap.hasData(chunk);
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
    const bytes = heap.using(chunk, () => heap.bytes(chunk).slice());
    return { bytes, references: this.#describeReferences(chunk, to) };
  }

  /** What a serialised value refers to, in words for another worker. */
  #describeReferences(chunk: number, to: Link): ReferenceDescription[] {
    const { heap } = this.#context;
    const kind = heap.kindOf(chunk);
    if (kind !== "value" && kind !== "compound") return [];
    const references = heap.using(chunk, () => readReferences(heap.bytes(chunk)));
    return references.map(({ type, written, local }) => {
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

  #firstTime(worker: number, id: number): boolean {
    const { sent } = this.#peer(worker);
    if (sent.has(id)) return false;
    sent.add(id);
    return true;
  }

  #grant(chunk: number, worker: number): void {
    this.#context.heap.retain(chunk);
    const { granted } = this.#peer(worker);
    granted.set(chunk, (granted.get(chunk) ?? 0) + 1);
  }

  // --- Understanding ---------------------------------------------------------------------------------

  /**
   * Our entry for a described chunk, with a reference for the caller. Where that throws, for want of memory,
   * everything that came with the description was given back.
   */
  accept(description: ChunkDescription, from: Link): number {
    const { heap, worker } = this.#context;
    if (description.payload) return this.#acceptCopy(description, description.payload, from);
    if (description.home === worker) {
      if (!heap.tryRetain(description.index, description.generation)) {
        throw internalError(`worker ${from.peer} names a chunk that is not here`);
      }
      this.decline(description, from);
      return description.index;
    }
    const key = keyOf(description.home, description.index, description.generation);
    const known = this.#known.get(key);
    if (known && heap.tryRetain(known.chunk, known.generation)) {
      this.decline(description, from);
      return known.chunk;
    }
    let chunk: number;
    try {
      chunk = heap.reserve(this.#specOf(description));
    } catch (error) {
      this.decline(description, from);
      throw error;
    }
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

  /** Gives back what came with a description. */
  decline(description: ChunkDescription, from: Link): void {
    if (description.payload) {
      for (const reference of description.payload.references) {
        if ("chunk" in reference) this.decline(reference.chunk, from);
      }
    } else from.send({ type: "release", index: description.grant });
  }

  #specOf(description: ChunkDescription): ChunkSpec {
    const kind = KINDS[description.kind];
    if (kind === undefined) throw internalError(`no kind ${description.kind} of chunks`);
    checkSize(description);
    return {
      kind: kind as ChunkKind,
      bytes: description.bytes,
      element: elementOfCode(description.element).name,
      shape: description.shape,
      label: description.name === "" ? 0 : this.#context.shelf.put(description.name),
    };
  }

  /** A copy that came along is a chunk of our own. */
  #acceptCopy(description: ChunkDescription, payload: PayloadDescription, from: Link): number {
    if (payload.bytes.length !== description.bytes) {
      throw internalError(`${payload.bytes.length} bytes came of ${description.bytes}`);
    }
    const references = this.#acceptReferences(payload.references, from);
    try {
      return this.#store(this.#specOf(description), payload.bytes, references);
    } catch (error) {
      this.#drop(references);
      throw error;
    }
  }

  #store(spec: ChunkSpec, bytes: Uint8Array, references: readonly Reference[]): number {
    const { heap } = this.#context;
    const chunk = heap.allocate(spec);
    heap.write(chunk, bytes);
    this.#write(chunk, references);
    heap.seal(chunk);
    return chunk;
  }

  /** Puts our numbers into a payload in place of those of its writer. */
  #write(chunk: number, references: readonly Reference[]): void {
    if (references.length > 0) writeReferences(this.#context.heap.bytes(chunk), references);
  }

  /** What a payload refers to, in our numbers, with references; all of it or nothing. */
  #acceptReferences(references: readonly ReferenceDescription[], from: Link): Reference[] {
    return acceptEach(references, {
      accept: (reference): Reference => {
        const { written } = reference;
        return "chunk" in reference
          ? { type: REFERENCE.chunk, written, local: this.accept(reference.chunk, from) }
          : { type: REFERENCE.source, written, local: this.#sourceOf(reference.source, from) };
      },
      drop: (accepted) => this.#drop(accepted),
      decline: (reference) => {
        if ("chunk" in reference) this.decline(reference.chunk, from);
      },
    });
  }

  #drop(references: readonly Reference[]): void {
    for (const { type, local } of references) {
      if (type === REFERENCE.chunk) this.#context.release(local);
    }
  }

  #sourceOf(id: number, from: Link): number {
    const text = this.#peer(from.peer).texts.get(id);
    if (text === undefined) throw internalError(`worker ${from.peer} never sent source ${id}`);
    return this.#context.shelf.put(text);
  }

  /** Our chunk of a function that stays. */
  functionOf(id: number, from: Link): number {
    const { functions, payloads } = this.#peer(from.peer);
    let fn = functions.get(id);
    if (fn === undefined) {
      const payload = payloads.get(id);
      if (!payload) throw internalError(`worker ${from.peer} never sent function ${id}`);
      const references = this.#acceptReferences(payload.references, from);
      fn = this.#store({ kind: "value", bytes: payload.bytes.length }, payload.bytes, references);
      functions.set(id, fn);
      payloads.delete(id);
    }
    return fn;
  }

  // --- Messages and ends -------------------------------------------------------------------------------

  /** Handles the messages that are about chunks; false for others. */
  onMessage(message: Message, from: Link): boolean {
    switch (message.type) {
      case "source":
        this.#peer(from.peer).texts.set(message.id, message.text);
        return true;
      case "function":
        this.#peer(from.peer).payloads.set(message.id, message.payload);
        return true;
      case "release":
        this.#takeBack(message.index, from.peer);
        return true;
      default:
        return this.pulls.onMessage(message, from);
    }
  }

  #takeBack(chunk: number, worker: number): void {
    const { granted } = this.#peer(worker);
    const count = granted.get(chunk);
    if (count === undefined) return; // a worker cannot give back what it does not have
    if (count === 1) granted.delete(chunk);
    else granted.set(chunk, count - 1);
    this.#context.release(chunk);
  }

  /** Our last reference to a chunk of another worker is gone. */
  forget(chunk: number): void {
    const { heap } = this.#context;
    this.#forgetKey(chunk);
    this.#hooks
      .link(heap.get(chunk, "grantor"))
      ?.send({ type: "release", index: heap.get(chunk, "grantIndex") });
  }

  /** Asks the members for what they need no more, where any of ours is with others: who has it may be any. */
  askToCollect(links: Iterable<Link>): void {
    if (![...this.#peers.values()].some(({ granted }) => granted.size > 0)) return;
    for (const link of links) link.send({ type: "collect" });
  }

  #forgetKey(chunk: number): void {
    const { heap } = this.#context;
    const key = keyOf(
      heap.get(chunk, "worker"),
      heap.get(chunk, "remoteIndex"),
      heap.get(chunk, "remoteGeneration"),
    );
    if (this.#known.get(key)?.chunk === chunk) this.#known.delete(key);
  }

  /** The entries that a worker has the data for, or keeps the reference for. */
  #entriesFrom(worker: number): number[] {
    const { heap } = this.#context;
    return [...this.#known.values()]
      .filter(({ chunk, generation }) => heap.generationOf(chunk) === generation)
      .map(({ chunk }) => chunk)
      .filter(
        (chunk) => heap.get(chunk, "worker") === worker || heap.get(chunk, "grantor") === worker,
      );
  }

  /** Brings here what we still need through a worker that leaves; what is pinned there is lost with it. */
  async takeOver(worker: number): Promise<void> {
    await Promise.allSettled(this.#entriesFrom(worker).map((chunk) => this.pulls.bring(chunk)));
  }

  /** A worker is gone. What it had is lost, copies are ours now; what was kept for it is given back. */
  onDown(worker: number): void {
    const { heap } = this.#context;
    this.pulls.onDown(worker);
    for (const chunk of this.#entriesFrom(worker)) {
      if (heap.hasData(chunk)) {
        this.#forgetKey(chunk);
        heap.set(chunk, "device", 0);
        heap.set(chunk, "version", 1); // a device may have a copy
        heap.set(chunk, "worker", 0);
      } else if (heap.get(chunk, "worker") === worker) heap.lose(chunk);
    }
    const peer = this.#peers.get(worker);
    this.#peers.delete(worker);
    for (const [chunk, count] of peer?.granted ?? []) {
      for (let i = 0; i < count; i++) this.#context.release(chunk);
    }
  }
}

/** The elements of an array fill its memory. @throws BodkinError where they do not */
function checkSize({ kind, element, shape, bytes }: ChunkDescription): void {
  if (KINDS[kind] !== "array") return;
  const length = shape.reduce((product, side) => product * side, 1);
  if (length * elementOfCode(element).size === bytes) return;
  throw internalError(`an array of shape ${shape.join("×")} with ${bytes} bytes`);
}

const keyOf = (home: number, index: number, generation: number): string =>
  `${home}:${index}:${generation}`;

export interface Acceptance<D, A> {
  /** @throws after it has given its item back */
  accept(item: D): A;
  drop(accepted: readonly A[]): void;
  decline(item: D): void;
}

/** Accepts all items or, where one cannot be, none. */
export function acceptEach<D, A>(items: readonly D[], how: Acceptance<D, A>): A[] {
  const accepted: A[] = [];
  for (const [i, item] of items.entries()) {
    try {
      accepted.push(how.accept(item));
    } catch (error) {
      how.drop(accepted);
      items.slice(i + 1).forEach(how.decline);
      throw error;
    }
  }
  return accepted;
}
