import { describe, expect, it } from "vitest";
import { createHeap, Heap } from "../../src/memory/heap.ts";
import { FakeFile } from "./fake-file.ts";
import { heldLocks, isWhole, pageMap } from "./page-map.ts";

const UNIT = 10_000;
const DEAD = 7;
const share = createHeap(2 ** 20, { probe: true, bound: 4 * UNIT });
const file = new FakeFile();
const control = new Heap(share, 0, undefined, file);

class Stopped extends Error {}

interface Held {
  readonly chunk: number;
  readonly generation: number;
  readonly value: number;
}

/** Writes, reads, pins and changes chunks; what it has is in `held` as soon as it may be sealed. */
function scenario(heap: Heap, held: Held[]): void {
  const make = (value: number): number => {
    const chunk = heap.allocate({ kind: "typed", bytes: UNIT });
    heap.bytes(chunk).fill(value);
    held.push({ chunk, generation: heap.generationOf(chunk), value });
    heap.seal(chunk);
    return chunk;
  };
  const chunks = [1, 2, 3, 4, 5, 6, 7].map(make);
  const pins = chunks.slice(0, 3).map((chunk) => heap.pin(chunk));
  heap.noteChange(chunks[0] as number);
  make(8);
  for (const pin of pins) heap.unpin(pin);
  for (const chunk of chunks) heap.using(chunk, () => heap.bytes(chunk)[0]);
  heap.store(chunks[6] as number, "disk");
  heap.store(chunks[5] as number, "memory");
  heap.release(chunks[1] as number); // on disk
  held.splice(1, 1);
}

/** What the control thread does for a dead thread; then all that it held must be as it was. */
function bury(held: readonly Held[]): void {
  control.unpinAll(DEAD);
  control.repair(DEAD);
  for (const { chunk, generation, value } of held) {
    if (!control.tryRetain(chunk, generation)) continue;
    if (control.stateOf(chunk) !== "lost") {
      control.using(chunk, () =>
        expect(control.bytes(chunk).every((byte) => byte === value)).toBe(true),
      );
    }
    control.release(chunk);
    control.release(chunk);
  }
}

const isEmpty = (): boolean => {
  const { resident, disk } = control.stats().spill as NonNullable<
    ReturnType<Heap["stats"]>["spill"]
  >;
  return resident === 0 && disk === 0 && isWhole(control);
};

describe("a thread that stops while it moves chunks to disk and back", () => {
  it("at any of its probes or in the file holds no lock, loses nothing and leaves nothing after the repair", () => {
    let all = 0;
    for (let n = 1; ; n++) {
      let count = 0;
      const step = (): undefined => {
        expect(heldLocks(control)).toEqual([]);
        // From then on it does nothing any more, in whatever would clean up.
        if (++count >= n) throw new Stopped();
        return undefined;
      };
      const heap = new Heap(share, DEAD, step, file);
      const held: Held[] = [];
      file.onWrite = file.onRead = step;
      let isStopped = false;
      try {
        scenario(heap, held);
      } catch (error) {
        if (count < n) throw error;
        isStopped = true;
      }
      file.onWrite = file.onRead = () => {};
      pageMap(control);
      bury(held);
      expect(isEmpty(), `stopped at probe ${n}`).toBe(true);
      if (!isStopped) break;
      all = n;
    }
    expect(all).toBeGreaterThan(200);
  });
});
