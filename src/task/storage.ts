/** How much memory and disk the data of a worker takes. */

import { here } from "./data.ts";

/** Bytes, of the worker where it was asked. */
export interface StorageUse {
  /** What data may take in memory; undefined where nothing goes to disk. */
  readonly bound: number | undefined;
  /** What it takes now; and the most it took since the start, where there is a bound. */
  readonly memory: number;
  readonly peak: number | undefined;
  readonly disk: number;
  /** How often data was written to disk, given up in memory since disk had it, and read. */
  readonly writes: number;
  readonly drops: number;
  readonly reads: number;
}

/** What the data of this worker takes. Of another one: `spawnWith({ scope: scope({ worker }) }, storageUse)`. */
export function storageUse(): StorageUse {
  const { bytes, spill } = here().heap.stats();
  if (!spill) {
    const none = { writes: 0, drops: 0, reads: 0 };
    return { bound: undefined, memory: bytes, peak: undefined, disk: 0, ...none };
  }
  const { bound, resident, peak, disk, writes, drops, reads } = spill;
  return { bound, memory: resident, peak, disk, writes, drops, reads };
}
