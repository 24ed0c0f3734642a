/**
 * Texts that stay for good and have a number in the process: sources of functions, names of tasks. The number
 * is the index of the chunk with the text.
 */

import type { Heap } from "../memory/heap.ts";

export class Shelf {
  readonly #heap: Heap;
  readonly #ids = new Map<string, number>();
  readonly #texts = new Map<number, string>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The number of a text; equal texts of one thread have one number. */
  put(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(text);
    const id = this.#heap.allocate({ kind: "value", bytes: bytes.length });
    this.#heap.write(id, bytes);
    this.#heap.seal(id);
    this.#remember(id, text);
    return id;
  }

  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      text = new TextDecoder().decode(this.#heap.bytes(id).slice());
      this.#remember(id, text);
    }
    return text;
  }

  #remember(id: number, text: string): void {
    this.#ids.set(text, id);
    this.#texts.set(id, text);
  }
}
