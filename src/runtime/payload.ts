/**
 * Serialised values in the heap. A payload begins with the references it holds (other chunks, and sources of
 * functions, which stay for good), so that it can be freed, and moved to another process, without reading the
 * rest:
 *
 *     count, then count × (type, number in the bytes, number here), then the bytes of the codec
 *
 * In the process that wrote it both numbers are equal; elsewhere the second is the local one.
 */

import { type AnyFunction, Codec, type CodecHost } from "../closure/codec.ts";
import { Pending } from "../closure/pending.ts";
import type { Heap } from "../memory/heap.ts";
import { BodkinError, internalError } from "../wire/errors.ts";
import { type Failure, plainError } from "./failure.ts";
import type { Holdings } from "./holdings.ts";
import type { LiveObjects } from "./live-objects.ts";
import type { Shelf } from "./shelf.ts";

export const REFERENCE = { chunk: 1, source: 2 } as const;

export interface Reference {
  readonly type: number;
  /** The number in the bytes. */
  readonly written: number;
  /** The number in this process. */
  local: number;
}

/** A class of objects that travel by what they stand for: tasks, chunks, distributed arrays. */
export interface HandleKind {
  readonly name: string;
  claims(value: object): boolean;
  /** Plain data for the other side; chunks in it go through `keep`. */
  describe(value: object, keep: (chunk: number) => number): unknown;
  /** The object on the other side; chunks in the description come out of `find`, with a reference. */
  restore(description: unknown, find: (chunk: number) => number): unknown;
}

const handleKinds: HandleKind[] = [];

/** Makes a class of handles known; at load, in every thread. */
export function registerHandle(kind: HandleKind): void {
  handleKinds.push(kind);
}

/** The library's own exports, by name and by identity. */
const exportsByName = new Map<string, unknown>();
const namesOfExports = new Map<unknown, string>();

export function registerExports(names: Readonly<Record<string, unknown>>, room?: string): void {
  for (const [own, value] of Object.entries(names)) {
    // Functions of two rooms may have one name.
    const name = room === undefined ? own : `${room}.${own}`;
    if ((exportsByName.get(name) ?? value) !== value) {
      throw internalError(`two things travel by the name '${name}'`);
    }
    exportsByName.set(name, value);
    if (typeof value === "function" || (typeof value === "object" && value !== null)) {
      namesOfExports.set(value, name);
    }
  }
}

/** Rooms that make their exports known when they are loaded. */
const laterRooms = new Map<string, () => Promise<unknown>>();

/** `load` makes the exports of a room known; it is called when one of them is asked for by name. */
export function registerLater(room: string, load: () => Promise<unknown>): void {
  laterRooms.set(room, load);
}

/** @throws Pending while its room is being loaded */
function exportNamed(name: string): unknown {
  const known = exportsByName.get(name);
  if (known !== undefined) return known;
  const room = name.split(".", 1)[0] as string;
  const load = laterRooms.get(room);
  if (load) throw new Pending(load().then(() => void laterRooms.delete(room)));
  throw internalError(`no export '${name}' here`);
}

const HEADER_WORDS = 1;
const ENTRY_WORDS = 3;

export function headerBytes(references: number): number {
  return (HEADER_WORDS + references * ENTRY_WORDS) * 4;
}

/** The references of a payload. */
export function readReferences(payload: Uint8Array): Reference[] {
  const words = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const count = words.getUint32(0, true);
  if (headerBytes(count) > payload.byteLength) throw internalError("a payload is cut short");
  return Array.from({ length: count }, (_, i) => {
    const at = headerBytes(i);
    return {
      type: words.getUint32(at, true),
      written: words.getUint32(at + 4, true),
      local: words.getUint32(at + 8, true),
    };
  });
}

export function writeReferences(payload: Uint8Array, references: readonly Reference[]): void {
  const words = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  words.setUint32(0, references.length, true);
  references.forEach((reference, i) => {
    const at = headerBytes(i);
    words.setUint32(at, reference.type, true);
    words.setUint32(at + 4, reference.written, true);
    words.setUint32(at + 8, reference.local, true);
  });
}

/** A reference on its way into a payload: noted, until the payload has it. */
interface Collected extends Reference {
  readonly place: number;
}

/** Writes payloads of one thread to the heap and reads them. */
export class Payloads implements CodecHost {
  readonly #heap: Heap;
  readonly #objects: LiveObjects;
  readonly #codec: Codec;
  readonly #shelf: Shelf;
  readonly #holdings: Holdings;
  #writing: Map<string, Collected> | null = null;
  #reading: readonly Reference[] = [];
  /** A failure that is in the heap for when it is so full that no other can be written. */
  readonly lastFailure: number;

  constructor(
    heap: Heap,
    objects: LiveObjects,
    shelf: Shelf,
    holdings: Holdings,
    lastFailure?: number,
  ) {
    this.#heap = heap;
    this.#objects = objects;
    this.#shelf = shelf;
    this.#holdings = holdings;
    this.#codec = new Codec(this);
    this.lastFailure = lastFailure ?? this.write({ thrown: heapFull(), path: [] }, 0);
  }

  /** Puts a value into the heap; the caller owns the chunk. @throws BodkinError `UNSHIPPABLE` */
  write(value: unknown, label: number): number {
    return this.#store(() => this.#codec.encode(value), label);
  }

  /** Puts a failure into the heap. What cannot travel of the thing thrown is left out. Never throws. */
  writeFailure(failure: Failure, label: number): number {
    for (const thrown of [failure.thrown, plainError(failure.thrown)]) {
      try {
        return this.#heap.beyondBound(() => this.write({ ...failure, thrown }, label));
      } catch {} // it cannot travel, or there is no room
    }
    this.#heap.retain(this.lastFailure);
    return this.lastFailure;
  }

  writeFunction(fn: AnyFunction, label: number): { chunk: number; stable: boolean } {
    let stable = false;
    const chunk = this.#store(() => {
      const shipment = this.#codec.encodeFunction(fn);
      stable = shipment.stable;
      return shipment.bytes;
    }, label);
    return { chunk, stable };
  }

  #store(encode: () => Uint8Array, label: number): number {
    const outer = this.#writing;
    const collected = new Map<string, Collected>();
    this.#writing = collected;
    try {
      const bytes = encode();
      const references = [...collected.values()];
      const header = headerBytes(references.length);
      const chunk = this.#heap.allocate({
        kind: references.some((r) => r.type === REFERENCE.chunk) ? "compound" : "value",
        bytes: header + bytes.length,
        label,
      });
      const target = this.#heap.bytes(chunk);
      writeReferences(target, references);
      target.set(bytes, header);
      this.#heap.seal(chunk);
      for (const { type, place } of references) {
        if (type === REFERENCE.chunk) this.#holdings.end(place);
      }
      return chunk;
    } catch (error) {
      for (const { type, place } of collected.values()) {
        if (type === REFERENCE.chunk) this.#heap.release(this.#holdings.end(place));
      }
      throw error;
    } finally {
      this.#writing = outer;
    }
  }

  /** The value of a payload. @throws Pending while a module or shared object is on its way */
  read(chunk: number): unknown {
    return this.#open(chunk, (bytes) => this.#codec.decode(bytes));
  }

  readFunction(chunk: number): ReturnType<Codec["decodeFunction"]> {
    return this.#open(chunk, (bytes) => this.#codec.decodeFunction(bytes));
  }

  #open<T>(chunk: number, decode: (bytes: Uint8Array) => T): T {
    const [references, bytes] = this.#heap.using(chunk, () => {
      const payload = this.#heap.bytes(chunk);
      const list = readReferences(payload);
      // A copy: what is decoded may be views of these bytes, and the chunk may be freed before they are.
      return [list, payload.slice(headerBytes(list.length))] as const;
    });
    const outer = this.#reading;
    this.#reading = references;
    try {
      return decode(bytes);
    } finally {
      this.#reading = outer;
    }
  }

  /** Gives back what a payload holds; when its chunk is reclaimed. */
  releaseReferences(chunk: number): void {
    for (const { type, local } of readReferences(this.#heap.bytes(chunk))) {
      if (type === REFERENCE.chunk) this.#heap.release(local);
    }
  }

  // --- What the codec asks -----------------------------------------------------------------------

  exportName(value: object): string | undefined {
    return namesOfExports.get(value);
  }

  exported(name: string): unknown {
    return exportNamed(name);
  }

  toToken(value: object): unknown {
    if (value instanceof SharedArrayBuffer) {
      const chunk = this.#objects.share(value);
      // `share` gave us a reference.
      if (!this.#note(REFERENCE.chunk, chunk)) this.#heap.release(chunk);
      return { shared: chunk };
    }
    const kind = handleKinds.find((each) => each.claims(value));
    if (!kind) return undefined;
    const keep = (chunk: number): number => {
      this.#heap.retain(chunk);
      if (!this.#note(REFERENCE.chunk, chunk)) this.#heap.release(chunk);
      return chunk;
    };
    return { kind: kind.name, is: kind.describe(value, keep) };
  }

  fromToken(token: unknown): unknown {
    const { shared, kind, is } = token as { shared?: number; kind?: string; is?: unknown };
    if (shared !== undefined) return this.#objects.get(this.#local(REFERENCE.chunk, shared));
    const found = handleKinds.find((each) => each.name === kind);
    if (!found) throw internalError(`no kind of handle '${kind}' here`);
    return found.restore(is, (chunk) => {
      const local = this.#local(REFERENCE.chunk, chunk);
      this.#heap.retain(local);
      return local;
    });
  }

  internSource(text: string): number {
    const id = this.#shelf.put(text);
    this.#note(REFERENCE.source, id);
    return id;
  }

  sourceOf(id: number): string {
    return this.#shelf.text(this.#local(REFERENCE.source, id));
  }

  /** Notes a reference, which passes to the payload; false where that has one already. */
  #note(type: number, id: number): boolean {
    const key = `${type}:${id}`;
    if (!this.#writing) throw internalError("a reference outside of a payload");
    if (this.#writing.has(key)) return false;
    const place = type === REFERENCE.chunk ? this.#holdings.note("reference", id) : 0;
    this.#writing.set(key, { type, written: id, local: id, place });
    return true;
  }

  #local(type: number, written: number): number {
    const found = this.#reading.find((r) => r.type === type && r.written === written);
    if (!found)
      throw internalError(`a payload refers to ${type}:${written}, which it does not list`);
    return found.local;
  }
}

const heapFull = (): BodkinError =>
  new BodkinError(
    "HEAP_FULL",
    'the heap of the worker is full, even for the error of this task. Drop or dispose results you no longer need, or start with more: start({ memory: "4GiB" }).',
  );
