/**
 * Texts that stay for good and have a number in the process: sources of functions, names of tasks. The number
 * is the index of the chunk with the text.
 */

import type { Heap } from "../memory/heap.ts";
import type { Holdings } from "./holdings.ts";

export class Shelf {
  readonly #heap: Heap;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  readonly #holdings: Holdings;

  constructor(heap: Heap, holdings: Holdings) {
    this.#heap = heap;
    this.#holdings = holdings;
    for (const id of holdings.stays("text")) this.#learn(id, this.#read(id));
  }

  /** The number of a text; equal texts of one thread have one number. */
  put(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(text);
    const id = this.#heap.allocate({ kind: "value", bytes: bytes.length });
    this.#heap.write(id, bytes);
    this.#remember(id, text);
    this.#heap.store(id, "memory");
    this.#heap.seal(id);
    return id;
  }

  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = this.#read(id);
      this.#remember(id, text);
    }
    return text;
  }

  #read(id: number): string {
    return new TextDecoder().decode(this.#heap.bytes(id).slice());
  }

  /** For the threads that come after this one, too. */
  #remember(id: number, text: string): void {
    this.#holdings.note("text", id);
    this.#learn(id, text);
  }

  #learn(id: number, text: string): void {
    this.#ids.set(text, id);
    this.#texts.set(id, text);
  }
}
