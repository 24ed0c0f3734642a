/** Gives slices of bytes codes in the order in which they come, without making strings of them. */

import { type Dictionary, newIdentity } from "./dictionary.ts";

/** The beginning of a hash; bytes are mixed in by `(hash ^ byte) * HASH_FACTOR` in 32 bits. */
export const HASH_START: number = 0x811c9dc5 | 0;
export const HASH_FACTOR = 0x01000193;

export class ByteDictionary {
  size: number = 0;
  #table = new Int32Array(4096).fill(-1);
  #hashes = new Int32Array(2048);
  #offsets = new Int32Array(2049);
  #bytes = new Uint8Array(1 << 16);

  /** The code of bytes from `from` to before `to`, whose hash is known. */
  find(raw: number, buffer: Uint8Array, from: number, to: number): number {
    const hash = raw ^ (raw >>> 15);
    const table = this.#table;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const code = table[slot] as number;
      if (code < 0) return this.#add(slot, hash, buffer, from, to);
      if (this.#hashes[code] === hash && this.#equals(code, buffer, from, to)) return code;
      slot = (slot + 1) & mask;
    }
  }

  /** The code of bytes. */
  add(buffer: Uint8Array, from: number, to: number): number {
    let hash = HASH_START;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (buffer[at] as number), HASH_FACTOR);
    return this.find(hash, buffer, from, to);
  }

  #equals(code: number, buffer: Uint8Array, from: number, to: number): boolean {
    const start = this.#offsets[code] as number;
    const length = to - from;
    if ((this.#offsets[code + 1] as number) - start !== length) return false;
    const bytes = this.#bytes;
    for (let at = 0; at < length; at++) {
      if (bytes[start + at] !== buffer[from + at]) return false;
    }
    return true;
  }

  #add(slot: number, hash: number, buffer: Uint8Array, from: number, to: number): number {
    const code = this.size++;
    const end = this.#offsets[code] as number;
    const length = to - from;
    if (end + length > this.#bytes.length) {
      this.#bytes = grown(this.#bytes, 2 * this.#bytes.length + length);
    }
    this.#bytes.set(buffer.subarray(from, to), end);
    this.#hashes[code] = hash;
    this.#offsets[code + 1] = end + length;
    this.#table[slot] = code;
    if (2 * this.size === this.#table.length) this.#grow();
    return code;
  }

  #grow(): void {
    this.#hashes = grown(this.#hashes, this.#table.length);
    this.#offsets = grown(this.#offsets, this.#table.length + 1);
    const table = new Int32Array(2 * this.#table.length).fill(-1);
    const mask = table.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = (this.#hashes[code] as number) & mask;
      while ((table[slot] as number) >= 0) slot = (slot + 1) & mask;
      table[slot] = code;
    }
    this.#table = table;
  }

  /** What was added until now, in place: to be copied before more is added. */
  build(): Dictionary {
    const { size } = this;
    return { id: newIdentity(), size, offsets: this.#offsets, bytes: this.#bytes };
  }
}

/** The codes of a dictionary as those of another one, to which the strings are added that are asked for. */
export class Translation {
  readonly #all: ByteDictionary;
  readonly #dictionary: Dictionary;
  readonly #known: Int32Array;

  constructor(all: ByteDictionary, dictionary: Dictionary) {
    this.#all = all;
    this.#dictionary = dictionary;
    this.#known = new Int32Array(Math.max(1, dictionary.size)).fill(-1);
  }

  /** What lies under nulls may be no code; it becomes any. */
  of(code: number): number {
    const own = code >= 0 && code < this.#dictionary.size ? code : 0;
    let found = this.#known[own] as number;
    if (found < 0) {
      const { bytes, offsets } = this.#dictionary;
      found = this.#all.add(bytes, offsets[own] ?? 0, offsets[own + 1] ?? 0);
      this.#known[own] = found;
    }
    return found;
  }
}

function grown<A extends Int32Array | Uint8Array>(old: A, length: number): A {
  const made = new (old.constructor as new (length: number) => A)(length);
  made.set(old);
  return made;
}
