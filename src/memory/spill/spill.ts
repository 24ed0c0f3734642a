/**
 * Keeping the memory of a process below its bound, as one thread does it: who needs memory writes the least recently
 * used chunks to the file and takes theirs; who needs a chunk that is there reads it. Nobody waits for anybody: a
 * chunk may be read by two threads at once, and one that is being written stays with whoever needs it meanwhile.
 * Where nothing may be written, memory is taken beyond the bound.
 */

import { crc32 } from "node:zlib";
import { BodkinError, internalError } from "../../wire/errors.ts";
import type { ChunkTableExports } from "../chunk-table.ts";
import {
  CHUNK_BUMP,
  DISK_BYTES,
  DISK_UNIT_BYTES,
  PHASE,
  PIN_LISTS,
  PIN_PLACES,
  PLACEMENT,
  RESIDENCE,
  RESIDENCE_STRIDE,
  RESIDENT_BYTES,
  RESIDENT_PEAK,
  SPILL_COUNTS,
  STORAGE,
} from "../layout.ts";
import { LEAST_BYTES, PINNED } from "./residence.ts";
import type { SpillFile } from "./spill-file.ts";

export interface SpillStats {
  readonly bound: number;
  /** Bytes of the chunks that are in memory, and the most there were at any time. */
  readonly resident: number;
  readonly peak: number;
  /** Bytes in use in the file. */
  readonly disk: number;
  /** Chunks that were written, that were in the file already when their memory was taken, and that were read. */
  readonly writes: number;
  readonly drops: number;
  readonly reads: number;
}

/** What the heap does for its part that knows of the file. */
export interface SpillHeap {
  readonly slot: number;
  readonly words: Int32Array;
  readonly table: ChunkTableExports;
  bytesOf(index: number): number;
  /** The memory of a chunk as it lies; undefined where it has none. */
  memory(index: number, bytes: number): Uint8Array | undefined;
  /** A new open chunk of so many bytes, without memory and with. */
  reserve(bytes: number): number;
  allocate(bytes: number): number;
  release(index: number): void;
}

export class Spill {
  readonly #heap: SpillHeap;
  readonly #bound: number;
  #file: SpillFile;
  readonly #totals: BigUint64Array;
  /** Places of this thread's list of pins that are free: those given back, then all from `#next` on. */
  readonly #free: number[] = [];
  #next = 1;
  /** What is taken now is taken in any case. */
  isBeyond = false;

  constructor(heap: SpillHeap, bound: number, file: SpillFile) {
    this.#heap = heap;
    this.#bound = bound;
    this.#file = file;
    this.#totals = new BigUint64Array(heap.words.buffer);
  }

  // --- Pins ------------------------------------------------------------------------------------------

  /**
   * Brings a chunk into memory and keeps it there until `unpin` of the number that this gives; 0 where the data is
   * neither in memory nor in the file. The caller holds a reference for as long.
   * @throws BodkinError where the file cannot be read, or no room be made
   */
  pin(index: number): number {
    const { table, slot } = this.#heap;
    const place = this.#free.pop() ?? this.#next++;
    if (place >= PIN_PLACES) throw internalError(`more than ${PIN_PLACES} arrays are in use`);
    try {
      for (;;) {
        const found = table.residencePin(slot, index, place);
        if (found === PINNED.yes) return place;
        if (found === PINNED.notHere) break;
        if (this.#read(index, place)) return place;
      }
    } catch (error) {
      this.#free.push(place);
      throw error;
    }
    this.#free.push(place);
    return 0;
  }

  unpin(place: number): void {
    const { table, slot } = this.#heap;
    table.residenceUnpin(slot, slot, place);
    this.#free.push(place);
  }

  /** Lets go of everything that a thread that is dead had pinned. */
  unpinAll(owner: number): void {
    const { table, slot, words } = this.#heap;
    const from = (PIN_LISTS >>> 2) + owner * PIN_PLACES;
    for (let place = 1; place < PIN_PLACES; place++) {
      if (words[from + place] !== 0) table.residenceUnpin(slot, owner, place);
    }
  }

  /** Chunks that a thread that is dead was about to write stay in memory. */
  repair(owner: number): void {
    const { table, slot, words } = this.#heap;
    const end = Atomics.load(words, CHUNK_BUMP >>> 2);
    for (let index = 1; index < end; index++) {
      if (this.#get(index, "phase") === (PHASE.claimed | (owner << 8))) {
        table.residenceUnclaim(slot, owner, index);
      }
    }
  }

  // --- Room ------------------------------------------------------------------------------------------

  /**
   * Sees to it that so many bytes more stay below the bound, as far as there are chunks that may be written.
   * @throws BodkinError where the file cannot be written; the chunks stay as they were
   */
  makeRoom(bytes: number): void {
    if (this.isBeyond) return;
    while (this.#total(RESIDENT_BYTES) + bytes > this.#bound && this.give()) {}
  }

  /** Takes the memory of one chunk that may be written: whether there was one. @throws BodkinError */
  give(): boolean {
    const { table, slot } = this.#heap;
    for (;;) {
      const index = table.residenceClaim(slot);
      if (index === 0) return false;
      if (index === -1) continue;
      this.#write(index);
      return true;
    }
  }

  /** A claimed chunk goes to the file, unless somebody needs it meanwhile. */
  #write(index: number): void {
    const heap = this.#heap;
    const { table, slot } = heap;
    let scratch = 0;
    try {
      const bytes = heap.bytesOf(index);
      scratch = heap.reserve(bytes);
      const isThere = this.#isUnchanged(index, bytes);
      if (!isThere) this.#copy(index, scratch, bytes);
      if (table.residenceCommit(slot, index, scratch) === 1) {
        this.#count(isThere ? SPILL_COUNTS.drops : SPILL_COUNTS.writes);
      }
    } finally {
      table.residenceUnclaim(slot, slot, index); // where it was not committed
      if (scratch !== 0) heap.release(scratch);
    }
  }

  /** Whether the file has what is in memory: tasks may have changed what they are told to leave as it is. */
  #isUnchanged(index: number, bytes: number): boolean {
    if (this.#get(index, "extent") === 0) return false;
    const memory = this.#heap.memory(index, bytes);
    return memory !== undefined && (crc32(memory) | 0) === this.#get(index, "checksum");
  }

  /** Writes the data of a chunk to a place in the file that belongs to `scratch`. */
  #copy(index: number, scratch: number, bytes: number): void {
    const { table, slot, words } = this.#heap;
    // We have no reference. Whoever frees the chunk meanwhile leaves anything there; then it is not committed.
    const memory = this.#heap.memory(index, bytes);
    if (!memory) return;
    const extent = table.diskTake(slot, scratch);
    if (extent === 0) throw this.#cannot("write to", "its 64 GiB are in use");
    try {
      this.#file.write(memory, extent * DISK_UNIT_BYTES);
    } catch (error) {
      throw this.#cannot("write to", messageOf(error), error);
    }
    Atomics.store(words, this.#word(scratch, "checksum"), crc32(memory) | 0);
  }

  /** Reads a chunk into memory and pins it: false where somebody else did, or changed it. */
  #read(index: number, place: number): boolean {
    const heap = this.#heap;
    const bytes = heap.bytesOf(index);
    const fresh = heap.allocate(bytes);
    try {
      const extent = this.#get(index, "extent");
      const checksum = this.#get(index, "checksum");
      const into = heap.memory(fresh, bytes) as Uint8Array;
      let problem: { why: string; cause?: unknown } | undefined;
      try {
        const count = this.#file.read(into, extent * DISK_UNIT_BYTES);
        if (count < into.length) problem = { why: "it is shorter than what was written" };
        else if ((crc32(into) | 0) !== checksum) problem = { why: "it is not what was written" };
      } catch (error) {
        problem = { why: messageOf(error), cause: error };
      }
      if (problem) {
        // Another thread may have read and changed it: then the place in the file is not its any more.
        if (heap.table.residencePin(heap.slot, index, place) === PINNED.yes) return true;
        if (this.#get(index, "extent") !== extent) return false;
        throw this.#cannot("read", problem.why, problem.cause);
      }
      const isOurs = heap.table.residenceAdopt(heap.slot, index, fresh, place) === 1;
      if (isOurs) this.#count(SPILL_COUNTS.reads);
      return isOurs;
    } finally {
      heap.release(fresh);
    }
  }

  /** Whether the data is in memory or in the file. */
  has(index: number): boolean {
    return this.#heap.table.residenceOf(this.#heap.slot, index) !== PINNED.notHere;
  }

  /** Whether the memory of a sealed chunk may be taken while somebody looks at it. */
  isLoose(index: number): boolean {
    return this.#get(index, "phase") !== PHASE.none;
  }

  /** The data is about to change: what the file has of it is old. */
  noteChange(index: number): void {
    if (this.#get(index, "extent") !== 0) this.#heap.table.diskDrop(this.#heap.slot, index);
  }

  /** A sealed chunk may be written from now on. */
  offer(index: number): void {
    if (this.#heap.bytesOf(index) >= LEAST_BYTES) {
      this.#heap.table.residenceOffer(this.#heap.slot, index);
    }
  }

  /** Where a chunk shall be: in memory for good, or rather on disk; then one is written now. */
  store(index: number, storage: keyof typeof STORAGE): void {
    this.#heap.table.residenceStore(this.#heap.slot, index, STORAGE[storage]);
    if (storage === "disk") this.give();
  }

  /** The file is about to be closed. */
  close(): void {
    const refuse = (): never => {
      throw new BodkinError("CLOSED", "the cluster was closed");
    };
    this.#file = { folder: this.#file.folder, write: refuse, read: refuse };
  }

  stats(): SpillStats {
    const count = (address: number): number => Atomics.load(this.#heap.words, address >>> 2);
    return {
      bound: this.#bound,
      resident: this.#total(RESIDENT_BYTES),
      peak: this.#total(RESIDENT_PEAK),
      disk: this.#total(DISK_BYTES),
      writes: count(SPILL_COUNTS.writes),
      drops: count(SPILL_COUNTS.drops),
      reads: count(SPILL_COUNTS.reads),
    };
  }

  #cannot(what: string, why: string, cause?: unknown): BodkinError {
    const { folder } = this.#file;
    const remedy =
      what === "read"
        ? "The data is lost; make it again by spawning its task again, and check the disk"
        : 'Nothing is lost. Free space there, or start with another folder or more memory: start({ spillDir: "/path", memory: "4GiB" })';
    return new BodkinError(
      "SPILL",
      `memory is bounded to ${this.#bound} bytes, and bodkin cannot ${what} its file in ${folder}: ${why}. ${remedy}.`,
      cause === undefined ? undefined : { cause },
    );
  }

  #total(address: number): number {
    return Number(Atomics.load(this.#totals, address >>> 3));
  }

  #count(address: number): void {
    Atomics.add(this.#heap.words, address >>> 2, 1);
  }

  #get(index: number, field: keyof typeof PLACEMENT): number {
    return Atomics.load(this.#heap.words, this.#word(index, field));
  }

  #word(index: number, field: keyof typeof PLACEMENT): number {
    return (RESIDENCE + index * RESIDENCE_STRIDE + PLACEMENT[field]) >>> 2;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
