/** Contents that show whose a block is, and numbers that look random; for the thread tests of the heap. */

import type { Heap } from "../../src/memory/heap.ts";

/** Numbers without a pattern that matters here: xorshift32. */
export function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Fills a chunk with what only this life of it may contain. */
export function write(heap: Heap, chunk: number, by: number): void {
  const bytes = heap.bytes(chunk);
  bytes.fill(by);
  if (bytes.length >= 12) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, 3);
    words.set([chunk, heap.generationOf(chunk), by]);
  }
}

/** @throws where anybody else wrote there */
export function verify(heap: Heap, chunk: number): void {
  const bytes = heap.bytes(chunk);
  if (bytes.length === 0) return;
  let from = 0;
  let by = bytes[0] as number;
  if (bytes.length >= 12) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, 3);
    if (words[0] !== chunk || words[1] !== heap.generationOf(chunk)) {
      throw new Error(`chunk ${chunk} holds what was written for ${words[0]}`);
    }
    by = words[2] as number;
    from = 12;
  }
  // Blocks begin at multiples of 64 bytes: such steps meet any that overlaps.
  for (let i = from; i < bytes.length; i += 61) {
    if (bytes[i] !== by) throw new Error(`byte ${i} of chunk ${chunk} is ${bytes[i]}, not ${by}`);
  }
}
