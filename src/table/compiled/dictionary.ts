/** A dictionary that is being made in the heap, by the compiled reader and by JavaScript. */

import { type Dictionary, newIdentity } from "../columns/dictionary.ts";
import { DICTIONARY, DICTIONARY_BYTES, SLOT_BYTES } from "./layout.ts";
import type { Scratch } from "./reader.ts";

const SLOTS = 1024;
const BYTES = 1 << 14;

export class HeapDictionary {
  readonly address: number;
  readonly #scratch: Scratch;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
    this.address = scratch.take(DICTIONARY_BYTES);
    this.#set("size", 0);
    this.#set("bytes", scratch.take(BYTES));
    this.#set("room", BYTES);
    this.#set("offsets", scratch.take(2 * SLOTS + 4));
    this.#scratch.reader.words[this.#get("offsets") >>> 2] = 0;
    this.#newTable(SLOTS);
  }

  get size(): number {
    return this.#get("size");
  }

  /** The code of bytes of the heap, beyond whose end some more can be read. */
  add(from: number, length: number): number {
    return this.#scratch.reader.exports.intern(this.address, from, length);
  }

  /** Makes room for another string, or with a length for its bytes. */
  grow(length: number): void {
    const scratch = this.#scratch;
    const { size } = this;
    if (length > 0) {
      const used = scratch.reader.words[(this.#get("offsets") >>> 2) + size] as number;
      const room = 2 * this.#get("room") + length;
      this.#set("bytes", scratch.enlarge(this.#get("bytes"), used, room));
      this.#set("room", room);
      return;
    }
    const [table, slots] = [this.#get("table"), this.#get("mask") + 1];
    this.#set("offsets", scratch.enlarge(this.#get("offsets"), 4 * size + 4, 8 * slots + 4));
    this.#newTable(4 * slots);
    scratch.reader.exports.rehash(table, slots, this.#get("table"), this.#get("mask"));
    scratch.give(table);
  }

  /** What was added until now, in place: to be copied before more is added. */
  build(): Dictionary {
    const { size } = this;
    const { buffer } = this.#scratch.reader.words;
    const offsets = new Int32Array(buffer, this.#get("offsets"), size + 1);
    const bytes = new Uint8Array(buffer, this.#get("bytes"), offsets[size]);
    return { id: newIdentity(), size, offsets, bytes };
  }

  #newTable(slots: number): void {
    const table = this.#scratch.take(slots * SLOT_BYTES);
    this.#scratch.reader.bytes.fill(0, table, table + slots * SLOT_BYTES);
    this.#set("table", table);
    this.#set("mask", slots - 1);
  }

  #get(name: keyof typeof DICTIONARY): number {
    return (this.#scratch.reader.words[(this.address + DICTIONARY[name]) >>> 2] as number) >>> 0;
  }

  #set(name: keyof typeof DICTIONARY, value: number): void {
    this.#scratch.reader.words[(this.address + DICTIONARY[name]) >>> 2] = value;
  }
}
