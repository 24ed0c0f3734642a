/** A thread of the heap's thread tests: allocates, checks, passes on and frees, until it has done its rounds. */

import { parentPort, workerData } from "node:worker_threads";
import { Heap, type HeapShare } from "../../src/memory/heap.ts";
import { random, verify, write } from "./pattern.ts";

export interface ChurnSetup {
  readonly share: HeapShare;
  readonly slot: number;
  readonly seed: number;
  /** 0: for ever. */
  readonly rounds: number;
  /** Chunks that threads hand to each other: any may put one and take one. 0: none. */
  readonly mailbox: Int32Array;
  /** What this thread holds, as pairs of chunk and generation, for who must release it after its death. */
  readonly held: Int32Array;
  /** Rounds done so far. */
  readonly progress: Int32Array;
}

const SIZES = [0, 1, 60, 64, 100, 1000, 4096, 8191, 8192, 8193, 20_000, 70_000];

function churn(setup: ChurnSetup): void {
  const heap = new Heap(setup.share, setup.slot);
  const { held, mailbox, progress, rounds } = setup;
  const next = random(setup.seed);
  const places = held.length / 2;

  for (let round = 0; rounds === 0 || round < rounds; round++) {
    const at = next(places) * 2;
    let chunk = held[at] as number;
    if (chunk === 0) {
      const bytes = SIZES[next(SIZES.length)] as number;
      try {
        chunk = heap.allocate({ kind: "value", bytes });
      } catch (error) {
        if ((error as { code?: string }).code !== "HEAP_FULL") throw error;
        continue;
      }
      // Held before it is sealed: while it is open its slot says whose it is.
      held[at + 1] = heap.generationOf(chunk);
      Atomics.store(held, at, chunk);
      write(heap, chunk, setup.slot);
      heap.seal(chunk);
    } else if (mailbox.length > 0 && next(2) === 0) {
      // Others verify and free what we wrote.
      Atomics.store(held, at, Atomics.exchange(mailbox, next(mailbox.length), chunk));
    } else {
      verify(heap, chunk);
      if (mailbox.length > 0) {
        // Not where this thread may be stopped: nobody would know of the second reference.
        if (!heap.tryRetain(chunk, heap.generationOf(chunk))) throw new Error("it is held");
        heap.release(chunk);
      }
      heap.release(chunk);
      Atomics.store(held, at, 0);
    }
    Atomics.add(progress, 0, 1);
  }
}

churn(workerData as ChurnSetup);
parentPort?.postMessage("done");
