import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeap, Heap } from "../../src/memory/heap.ts";
import {
  CHUNK,
  CHUNK_STRIDE,
  CHUNKS,
  CLASS_STRIDE,
  CLASSES,
  PAGE_LOCK,
} from "../../src/memory/layout.ts";
import { times } from "../support/counts.ts";
import { heldLocks, isWhole, pageMap } from "./page-map.ts";
import { Holder, SCENARIO_BYTES, scenario } from "./scenario.ts";

const DEAD = 7;
const share = createHeap(SCENARIO_BYTES, { probe: true });
const control = new Heap(share, 0);

class Stopped extends Error {}

/** A heap of a thread that is stopped at its `n`-th probe; `probes` counts them. */
function mortal(n: number): { heap: Heap; probes(): number } {
  let count = 0;
  const heap = new Heap(share, DEAD, () => {
    if (++count === n) throw new Stopped();
    return undefined;
  });
  return { heap, probes: () => count };
}

/** Does as the control thread does for a thread that died; gives what was reclaimed. */
function bury(holder: Holder): number[] {
  const reclaimed: number[] = [];
  const reclaim = (): void => {
    for (const chunk of control.takeReclaimed()) {
      reclaimed.push(chunk);
      control.free(chunk);
    }
  };
  reclaim();
  control.repair(DEAD);
  reclaim();
  // What a record names is released by whoever repairs the record.
  for (const { chunk, generation } of holder.held) {
    if (!control.tryRetain(chunk, generation)) continue;
    control.release(chunk);
    control.release(chunk);
  }
  reclaim();
  return reclaimed;
}

/** Runs something that may be stopped. True where it was. */
function isStopped(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  }
}

function probesOf(run: (heap: Heap, holder: Holder) => void): number {
  const { heap, probes } = mortal(0);
  const holder = new Holder(heap);
  run(heap, holder);
  bury(holder);
  expect(isWhole(control)).toBe(true);
  return probes();
}

describe("a thread that stops", () => {
  it("at any of its probes leaves nothing behind after the repair, and nothing half done before", () => {
    const all = probesOf(scenario);
    expect(all).toBeGreaterThan(200);
    for (let n = 1; n <= all; n++) {
      const { heap } = mortal(n);
      const holder = new Holder(heap);
      expect(isStopped(() => scenario(heap, holder))).toBe(true);
      expect(heldLocks(control)).toEqual([]);
      pageMap(control);
      bury(holder);
      expect(control.stats(), `stopped at probe ${n} of ${all}`).toMatchObject({
        chunks: 0,
        bytes: 0,
      });
      expect(isWhole(control), `stopped at probe ${n} of ${all}`).toBe(true);
    }
  });

  it("is survived by others who go on in the middle of its work", { timeout: 600_000 }, () => {
    const action = fc.oneof(
      fc.record({
        what: fc.constant("make" as const),
        bytes: fc.constantFrom(1, 64, 8000, 8192, 9000, 100_000),
      }),
      fc.record({ what: fc.constant("drop" as const), bytes: fc.nat() }),
    );
    const work = (
      actions: readonly { what: "make" | "drop"; bytes: number }[],
      holder: Holder,
    ): void => {
      for (const { what, bytes } of actions) {
        const held = holder.held[bytes % Math.max(1, holder.held.length)];
        if (what === "drop" && held) holder.drop(held);
        if (what === "make" && holder.held.length < 8) holder.make({ kind: "value", bytes });
      }
    };
    const actions = fc.array(action, { minLength: 1, maxLength: 60 });
    const check = (
      first: Parameters<typeof work>[0],
      second: Parameters<typeof work>[0],
      n: number,
    ) => {
      const survivor = new Holder(control);
      const { heap } = mortal(n);
      const holder = new Holder(heap);
      isStopped(() => work(first, holder));
      work(second, survivor);
      bury(holder);
      work(second, survivor);
      survivor.dropAll();
      expect(isWhole(control)).toBe(true);
    };
    fc.assert(fc.property(actions, actions, fc.integer({ min: 1, max: 400 }), check), {
      seed: 4,
      numRuns: times(20_000),
    });
  });
});

describe("locks", () => {
  it("are in no hand wherever a thread may be stopped", () => {
    let probes = 0;
    const heap = new Heap(share, DEAD, () => {
      probes++;
      expect(heldLocks(control)).toEqual([]);
      pageMap(control);
      return undefined;
    });
    const holder = new Holder(heap);
    scenario(heap, holder);
    expect(probes).toBeGreaterThan(200);
    bury(holder);
  });

  it("of the pages make whoever has a class's lock let go of that and wait, and lose nothing if stopped then", () => {
    // The lock of the pages is held by another thread from probe `from` on, for a while.
    const WHILE = 40;
    const all = probesOf(scenario);
    let waited = 0;
    for (let from = 1; from <= all; from += 3) {
      for (const stop of [Number.POSITIVE_INFINITY, from + WHILE / 2]) {
        let count = 0;
        const word = PAGE_LOCK >>> 2;
        const heap = new Heap(share, DEAD, () => {
          count++;
          if (count === from) control.words[word] = 99;
          if (control.words[word] === 99) {
            const classes = heldLocks(control).filter((lock) => lock >= CLASSES);
            expect(classes.map((lock) => (lock - CLASSES) / CLASS_STRIDE)).toEqual([]);
          }
          if (count === from + WHILE || count === stop) {
            if (control.words[word] === 99) control.words[word] = 0;
          }
          if (count === stop) throw new Stopped();
          return undefined;
        });
        const holder = new Holder(heap);
        isStopped(() => scenario(heap, holder));
        if (count > all + 10) waited++;
        bury(holder);
        if (control.words[word] === 99) control.words[word] = 0;
        expect(isWhole(control)).toBe(true);
      }
    }
    expect(waited).toBeGreaterThan(0);
  });
});

describe("repair", () => {
  const repaired = (): void => {
    control.repair(DEAD);
    control.repair(DEAD); // a second time changes nothing
  };

  it("ends what was being written, also where others hold it: they find it lost", () => {
    const heap = new Heap(share, DEAD);
    heap.allocate({ kind: "value", bytes: 5000 });
    const shared = heap.allocate({ kind: "value", bytes: 5000 });
    control.retain(shared);
    repaired();
    expect(control.stateOf(shared)).toBe("lost");
    expect(control.get(shared, "refs")).toBe(1);
    control.release(shared);
    expect(isWhole(control)).toBe(true);
  });

  it("loses the objects of the thread, not those of others, of other workers or shared by all", () => {
    const heap = new Heap(share, DEAD);
    const make = (slot: number, worker = 0): number => {
      const chunk = heap.reserve({ kind: "object", bytes: 0 });
      control.set(chunk, "slot", slot);
      control.set(chunk, "worker", worker);
      control.seal(chunk);
      return chunk;
    };
    const chunks = [make(DEAD), make(3), make(DEAD, 2), make(0xff)];
    const data = heap.allocate({ kind: "typed", bytes: 64 });
    control.seal(data);
    repaired();
    expect(chunks.map((chunk) => control.stateOf(chunk))).toEqual([
      "lost",
      "sealed",
      "sealed",
      "sealed",
    ]);
    expect(control.hasData(data)).toBe(true);
    for (const chunk of [...chunks, data]) control.release(chunk);
    for (const chunk of control.takeReclaimed()) control.free(chunk);
    expect(isWhole(control)).toBe(true);
  });

  it("hands on a compound that was being given back, with what it holds", () => {
    for (let n = 1; ; n++) {
      const { heap } = mortal(n);
      const compound = control.allocate({ kind: "compound", bytes: 64 });
      control.seal(compound);
      const stopped = isStopped(() => heap.release(compound));
      const isUntouched = control.get(compound, "refs") === 1;
      if (!isUntouched) {
        const list = control.takeReclaimed();
        control.repair(DEAD);
        list.push(...control.takeReclaimed());
        expect(list).toEqual([compound]);
        expect(control.hasData(compound)).toBe(true);
        control.free(compound);
      } else {
        control.release(compound);
        for (const chunk of control.takeReclaimed()) control.free(chunk);
      }
      if (!stopped) break;
      expect(n).toBeLessThan(20);
    }
    expect(isWhole(control)).toBe(true);
  });

  it("frees what a thread gave its last reference back of, and no more", () => {
    const chunk = control.allocate({ kind: "value", bytes: 5000 });
    Atomics.sub(control.words, wordOf(chunk, "refs") >>> 2, 1);
    repaired();
    expect(control.stateOf(chunk)).toBe("free");
    expect(isWhole(control)).toBe(true);
  });
});

const wordOf = (chunk: number, field: "refs"): number =>
  CHUNKS + chunk * CHUNK_STRIDE + CHUNK[field];
