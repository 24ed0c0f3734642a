/**
 * The heap of one process: chunks of bytes that every thread sees. Wraps the chunk table and the allocator
 * for JavaScript. Knows nothing of tasks; a chunk's label is a number that the caller can name.
 *
 * Whoever holds an index owns a reference and gives it back with `release`.
 */

import { createSharedMemory, MAX_MEMORY_BYTES } from "../platform/memory.ts";
import { ModuleBuilder, type ModuleOptions } from "../wasm/module.ts";
import { BodkinError, internalError, invalidArgument } from "../wire/errors.ts";
import { type ChunkTableExports, defineChunkTable, RELEASED } from "./chunk-table.ts";
import { type ElementType, elementOf, elementOfCode, type TypedArray } from "./dtype.ts";
import {
  CHUNK,
  CHUNK_BUMP,
  CHUNK_STRIDE,
  CHUNKS,
  CLASS,
  CLASS_OF_UNITS,
  CLASS_STRIDE,
  CLASS_UNITS,
  CLASSES,
  DISK,
  KIND,
  LIVE_BYTES,
  LIVE_CHUNKS,
  MAX_DIMENSIONS,
  MAX_PAGES,
  PAGE_BYTES,
  PAGE_KIND,
  PAGE_LIMIT,
  PAGE_STRIDE,
  PAGES,
  RECLAIM_LIST,
  SLAB_PAGES,
  STATE,
} from "./layout.ts";
import { type MovesExports, movesModule } from "./moves.ts";
import { Spill, type SpillStats } from "./spill/spill.ts";
import { type SpillFile, type SpillFileShare, useSpillFile } from "./spill/spill-file.ts";

/** What threads need to see the same heap; structured-clonable. */
export interface HeapShare {
  /** Tables of this room and of the scheduler. */
  readonly control: WebAssembly.Memory;
  /** The bytes of chunks. */
  readonly data: WebAssembly.Memory;
  readonly table: WebAssembly.Module;
  readonly moves: WebAssembly.Module;
  /** Bytes of memory that chunks may have, and where the others are written to; undefined: no bound but the heap. */
  readonly bound?: number;
  readonly file?: SpillFileShare;
}

/** Up to so many elements a loop is faster than `set`. */
const FEW_ELEMENTS = 16;

/** Sizes are words of 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

export type ChunkKind = keyof typeof KIND;
export type ChunkState = keyof typeof STATE;

export interface ChunkSpec {
  readonly kind: ChunkKind;
  readonly bytes: number;
  readonly element?: ElementType;
  readonly shape?: readonly number[];
  /** A number for reports on what holds the memory. */
  readonly label?: number;
}

export interface HeapStats {
  readonly chunks: number;
  /** Bytes asked for; the blocks that hold them are somewhat larger. */
  readonly bytes: number;
  /** Size of the heap in bytes. */
  readonly capacity: number;
  /** Of a bounded heap. */
  readonly spill?: SpillStats;
}

export interface HeapOptions extends ModuleOptions {
  readonly bound?: number;
  readonly file?: SpillFileShare;
}

/** Kinds by their code. */
export const KINDS: readonly (ChunkKind | undefined)[] = Object.entries(KIND).reduce<
  (ChunkKind | undefined)[]
>((list, [kind, code]) => {
  list[code] = kind as ChunkKind;
  return list;
}, []);

const STATE_NAMES = Object.fromEntries(Object.entries(STATE).map(([k, v]) => [v, k])) as Record<
  number,
  ChunkState
>;

/** Makes the memories and empty tables of a process. `bytes` is the size of the heap, at most 4 GiB. */
export function createHeap(bytes: number, options: HeapOptions = {}): HeapShare {
  const control = createSharedMemory(MAX_MEMORY_BYTES);
  const data = createSharedMemory(Math.min(bytes, MAX_MEMORY_BYTES));
  const words = new Int32Array(control.buffer);
  const at = (address: number): number => address >>> 2;
  words[at(CHUNK_BUMP)] = 1; // index 0 means none
  const classOfUnits = new Uint8Array(control.buffer, CLASS_OF_UNITS, 129);
  let cls = 0;
  for (let units = 0; units <= 128; units++) {
    if (units > (CLASS_UNITS[cls] as number)) cls++;
    classOfUnits[units] = cls;
  }
  CLASS_UNITS.forEach((units, index) => {
    const base = CLASSES + index * CLASS_STRIDE;
    words[at(base + CLASS.units)] = units;
    words[at(base + CLASS.blocks)] = Math.floor((SLAB_PAGES * PAGE_BYTES) / (units * 64));
  });
  const share: HeapShare = {
    control,
    data,
    table: new WebAssembly.Module(tableModule(options)),
    moves: new WebAssembly.Module(movesModule(MAX_PAGES / 16)),
    ...(options.bound !== undefined && { bound: options.bound }),
    ...(options.file && { file: options.file }),
  };
  // Page 0 stays unused, so that address 0 can mean none. The rest starts as one run.
  const pages = Math.floor(data.buffer.byteLength / PAGE_BYTES);
  const tables = instantiate(share.table, control) as unknown as StartExports;
  addRun(words, 0, pages, tables.addPages);
  if (tables.addDisk) addRun(words, DISK, MAX_PAGES, tables.addDisk);
  return share;
}

interface StartExports {
  addPages(start: number): void;
  addDisk?(start: number): void;
}

/** Makes all pages but the first one free, whose tables are at `base`. */
function addRun(
  words: Int32Array,
  base: number,
  pages: number,
  add: (start: number) => void,
): void {
  words[(base + PAGE_LIMIT) >>> 2] = pages;
  if (pages <= 1) return;
  const first = (base + PAGES + PAGE_STRIDE) >>> 2;
  words[first] = PAGE_KIND.used;
  words[first + 1] = pages - 1;
  add(1);
}

function tableModule(options: HeapOptions): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder(MAX_PAGES / 16, options);
  defineChunkTable(m, options.bound !== undefined);
  return m.bytes();
}

const instantiate = (
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  probe: () => undefined = () => undefined,
): WebAssembly.Exports => new WebAssembly.Instance(module, { env: { memory, probe } }).exports;

/** The heap as one thread sees it. */
export class Heap {
  readonly share: HeapShare;
  readonly slot: number;
  /** The control memory as words, for other rooms' tables too. */
  readonly words: Int32Array;
  readonly #table: ChunkTableExports;
  readonly #moves: MovesExports;
  /** Of a bounded heap. */
  readonly #spill: Spill | undefined;
  readonly #buffer: SharedArrayBuffer;
  /** Further objects over the same memory, in the hands of users. */
  readonly #userBuffers = new WeakSet<ArrayBufferLike>();

  /** `file` is there in place of the one that `share` names. */
  constructor(share: HeapShare, slot: number, probe?: () => undefined, file?: SpillFile) {
    this.share = share;
    this.slot = slot;
    this.words = new Int32Array(share.control.buffer);
    this.#buffer = share.data.buffer;
    this.#table = instantiate(share.table, share.control, probe) as unknown as ChunkTableExports;
    this.#moves = instantiate(share.moves, share.data) as unknown as MovesExports;
    const own = file ?? (share.file && useSpillFile(share.file));
    if (share.bound !== undefined && own) this.#spill = this.#spillTo(own, share.bound);
  }

  #spillTo(file: SpillFile, bound: number): Spill {
    const whole = (bytes: number): ChunkSpec => ({ kind: "value", bytes });
    return new Spill(
      {
        slot: this.slot,
        words: this.words,
        table: this.#table,
        bytesOf: (index) => this.bytesOf(index),
        memory: (index, bytes) => {
          const address = this.get(index, "address") >>> 0;
          const isThere = address !== 0 && address + bytes <= this.#buffer.byteLength;
          return isThere ? new Uint8Array(this.#buffer, address, bytes) : undefined;
        },
        reserve: (bytes) => this.reserve(whole(bytes)),
        allocate: (bytes) => this.allocate(whole(bytes)),
        release: (index) => this.release(index),
      },
      bound,
      file,
    );
  }

  /** A new open chunk with memory. @throws BodkinError `HEAP_FULL`, naming what holds the memory. */
  allocate(spec: ChunkSpec): number {
    const index = this.reserve(spec);
    try {
      this.back(index);
    } catch (error) {
      this.release(index);
      throw error;
    }
    return index;
  }

  /** A new open chunk without memory: its data is elsewhere, or comes later. */
  reserve(spec: ChunkSpec): number {
    const { kind, bytes, element = "u8", shape = [], label = 0 } = spec;
    if (bytes > MOST_BYTES) throw this.#full(bytes);
    if (shape.length > MAX_DIMENSIONS || shape.some((length) => length > MOST_BYTES)) {
      throw invalidArgument(
        `an array of shape [${shape.join(", ")}] cannot be stored: at most ${MAX_DIMENSIONS} dimensions, each below 2 ** 32`,
      );
    }
    const meta = KIND[kind] | (elementOf(element).code << 8) | (shape.length << 16);
    const index = this.#table.chunkReserve(this.slot, bytes, meta, label);
    if (index === 0) {
      throw new BodkinError(
        "HEAP_FULL",
        "the table of chunks is full: 4 Mi chunks are alive. Drop or dispose results you no longer need, or work on larger blocks.",
      );
    }
    const at = this.#word(index, CHUNK.shape);
    for (let d = 0; d < shape.length; d++) this.words[at + d] = shape[d] as number;
    return index;
  }

  /**
   * Gives a reserved chunk its memory.
   * @throws BodkinError `HEAP_FULL`, or `SPILL` where others cannot be written; the chunk stays without memory
   */
  back(index: number): void {
    this.#spill?.makeRoom(this.bytesOf(index));
    do {
      if (this.#table.chunkBack(this.slot, index) === 1) return;
    } while (this.#spill?.give());
    throw this.#full(this.bytesOf(index));
  }

  seal(index: number): void {
    this.#setState(index, STATE.sealed);
    this.#spill?.offer(index);
  }

  // --- Memory and disk -----------------------------------------------------------------------------

  /** Whether sealed chunks may be on disk: then their memory may be used only while it is pinned. */
  get isBounded(): boolean {
    return this.#spill !== undefined;
  }

  /**
   * Brings the data of a chunk into memory and keeps it there until `unpin` of the number that this gives. The
   * caller holds a reference for as long. 0 where there is nothing to keep, or no data to bring.
   * @throws BodkinError `SPILL` where the file cannot be read
   */
  pin(index: number): number {
    return this.#spill ? this.#spill.pin(index) : 0;
  }

  unpin(pin: number): void {
    if (pin !== 0) this.#spill?.unpin(pin);
  }

  /** Uses a chunk while its data is in memory. */
  using<T>(index: number, use: () => T): T {
    if (!this.#spill) return use();
    const pin = this.#spill.pin(index);
    try {
      return use();
    } finally {
      this.unpin(pin);
    }
  }

  /** Lets go of what a thread that is dead had pinned; before its references are given back. */
  unpinAll(slot: number): void {
    this.#spill?.unpinAll(slot);
  }

  /** Where a chunk shall be while it lives: in memory, or rather on disk. Nothing where the heap is not bounded. */
  store(index: number, storage: "memory" | "disk"): void {
    this.#spill?.store(index, storage);
  }

  /** Data that is on disk cannot be had any more, nor more be put there. */
  closeFile(): void {
    this.#spill?.close();
  }

  /** Takes what `use` needs beyond the bound. */
  beyondBound<T>(use: () => T): T {
    const spill = this.#spill;
    if (!spill) return use();
    const outer = spill.isBeyond;
    spill.isBeyond = true;
    try {
      return use();
    } finally {
      spill.isBeyond = outer;
    }
  }

  // --- References ----------------------------------------------------------------------------------

  /** The data is gone; readers get an error instead. */
  lose(index: number): void {
    this.#setState(index, STATE.lost);
  }

  retain(index: number): void {
    this.#table.chunkRetain(index);
  }

  /** Retains a chunk that was seen before in this life; false where that life is over. */
  tryRetain(index: number, generation: number): boolean {
    return this.#table.chunkTryRetain(this.slot, index, generation) === 1;
  }

  /** Frees a chunk whose last reference is gone; for the scheduler, which counts references itself. */
  get drop(): (slot: number, index: number) => number {
    return this.#table.chunkDrop;
  }

  /** Gives one reference back. */
  release(index: number): void {
    if (this.#table.chunkRelease(this.slot, index) === RELEASED.toReclaim) this.onReclaim();
  }

  /** Tells the control thread that something waits for `takeReclaimed`; set by the room that can. */
  onReclaim: () => void = () => {};

  /** Whether `takeReclaimed` would give something. */
  get hasReclaimed(): boolean {
    return Atomics.load(this.words, RECLAIM_LIST >>> 2) !== 0;
  }

  /**
   * Takes the entries whose last reference is gone and that need more than freeing: remote ones, live objects
   * and what refers to others. The caller ends each with `free`.
   */
  takeReclaimed(): number[] {
    const list: number[] = [];
    let index = this.#table.takeReclaimList();
    while (index !== 0) {
      list.push(index);
      this.set(index, "freer", this.slot);
      index = this.get(index, "next");
    }
    return list;
  }

  /** Ends a reclaimed entry. */
  free(index: number): void {
    this.#table.chunkFree(this.slot, index);
  }

  /**
   * Whether the caller's reference is the only one to data that is nowhere else, so that nobody can tell when it
   * changes.
   */
  isSole(index: number): boolean {
    return Atomics.load(this.words, this.#word(index, CHUNK.refs)) === 1 && this.isOnlyHere(index);
  }

  /** Whether the data is in the heap of this process and nowhere else. */
  isOnlyHere(index: number): boolean {
    const isElsewhere = this.get(index, "worker") !== 0 || this.get(index, "version") !== 0;
    return !isElsewhere && this.get(index, "pinned") === 0 && this.hasData(index);
  }

  /** A field of an entry of which the caller has a reference. */
  get(index: number, field: Exclude<keyof typeof CHUNK, "shape">): number {
    return this.words[this.#word(index, CHUNK[field])] as number;
  }

  set(index: number, field: Exclude<keyof typeof CHUNK, "shape">, value: number): void {
    Atomics.store(this.words, this.#word(index, CHUNK[field]), value);
  }

  bytesOf(index: number): number {
    return (this.words[this.#word(index, CHUNK.bytes)] as number) >>> 0;
  }

  kindOf(index: number): ChunkKind {
    return KINDS[(this.words[this.#word(index, CHUNK.meta)] as number) & 0xff] as ChunkKind;
  }

  stateOf(index: number): ChunkState {
    return STATE_NAMES[this.get(index, "state") & 0xff] as ChunkState;
  }

  /** Counts the lives of an entry: an index with its generation names one chunk for ever. */
  generationOf(index: number): number {
    return this.get(index, "state") >>> 8;
  }

  elementOf(index: number): ElementType {
    const meta = this.words[this.#word(index, CHUNK.meta)] as number;
    return elementOfCode((meta >>> 8) & 0xff).name;
  }

  /** Bytes of one element. */
  elementSizeOf(index: number): number {
    return elementOf(this.elementOf(index)).size;
  }

  shapeOf(index: number): number[] {
    const count = ((this.words[this.#word(index, CHUNK.meta)] as number) >>> 16) & 0xff;
    const at = this.#word(index, CHUNK.shape);
    return Array.from(this.words.subarray(at, at + count), (n) => n >>> 0);
  }

  /** True where the bytes are in this process, complete; also while the entry is being reclaimed. */
  hasData(index: number): boolean {
    let state = this.get(index, "state") & 0xff;
    if (state === STATE.freeing) state = this.get(index, "before");
    if ((state !== STATE.sealed && state !== STATE.spilled) || this.isOnDevice(index)) return false;
    // In a bounded heap both words may change at any time.
    return this.get(index, "address") !== 0 || this.#spill?.has(index) === true;
  }

  /** Whether a device of this process has the newest data, and the heap has not. */
  isOnDevice(index: number): boolean {
    return this.get(index, "device") !== 0 && this.get(index, "worker") === 0;
  }

  /** Names the present data of a chunk among all that it ever had; for copies on devices. */
  versionOf(index: number): number {
    return this.get(index, "worker") === 0 ? this.get(index, "version") : 1;
  }

  /** The data is about to change, so that copies of it on devices are old. What no device ever saw has none. */
  noteChange(index: number): void {
    this.#spill?.noteChange(index);
    if (this.get(index, "version") !== 0 && this.get(index, "worker") === 0) {
      Atomics.add(this.words, this.#word(index, CHUNK.version), 1);
    }
  }

  /** Opens a sealed chunk without data again, to receive it. */
  reopen(index: number): void {
    this.#setState(index, STATE.open);
  }

  /** The bytes of a chunk, in place: valid while a reference is held. */
  bytes(index: number): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#address(index), this.bytesOf(index));
  }

  /** The elements of a chunk, in place: valid while a reference is held. */
  view(index: number): TypedArray {
    return this.#viewOver(this.#buffer, index);
  }

  #viewOver(buffer: SharedArrayBuffer, index: number): TypedArray {
    const meta = this.words[this.#word(index, CHUNK.meta)] as number;
    const element = elementOfCode((meta >>> 8) & 0xff);
    const length = this.bytesOf(index) / element.array.BYTES_PER_ELEMENT;
    return new element.array(buffer, this.#address(index), length);
  }

  /**
   * The elements of a chunk in place, for users: over a buffer object of their own, so that whatever can reach
   * the memory through this view (a subarray, its buffer) can be seen to, by watching that object.
   */
  userView(index: number): TypedArray {
    const buffer = structuredClone(this.#buffer);
    this.#userBuffers.add(buffer);
    return this.#viewOver(buffer, index);
  }

  /** Whether a view lies in this heap; then the byte address, for copies within the heap. */
  addressOf(view: ArrayBufferView): number | undefined {
    // Page 0 is not used; and asking for the buffer of a small array makes one.
    if (view.byteOffset === 0) return undefined;
    const { buffer } = view;
    if (buffer === this.#buffer || this.#userBuffers.has(buffer)) return view.byteOffset;
    return undefined;
  }

  /** Copies elements into a chunk of their type. */
  writeElements(index: number, from: TypedArray): void {
    if (from.length > FEW_ELEMENTS) {
      this.write(index, from);
      return;
    }
    // Small typed arrays have no buffer until somebody asks for it, which costs more than this.
    const to = this.view(index) as Float64Array;
    for (let i = 0; i < from.length; i++) to[i] = from[i] as number;
  }

  /** Copies bytes into a chunk from anywhere. */
  write(index: number, from: ArrayBufferView, offset = 0): void {
    const to = this.#address(index) + offset;
    const source = this.addressOf(from);
    if (source !== undefined) this.#moves.copy(to, source, from.byteLength);
    else {
      const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
      new Uint8Array(this.#buffer, to, from.byteLength).set(bytes);
    }
  }

  fill(index: number, byte: number): void {
    this.#moves.fill(this.#address(index), byte, this.bytesOf(index));
  }

  stats(): HeapStats {
    const bytes = new DataView(this.share.control.buffer).getBigUint64(LIVE_BYTES, true);
    return {
      chunks: Atomics.load(this.words, LIVE_CHUNKS >>> 2),
      bytes: Number(bytes),
      capacity: this.#buffer.byteLength,
      ...(this.#spill && { spill: this.#spill.stats() }),
    };
  }

  /** Bytes and chunks by label, largest first. */
  holders(): { label: number; chunks: number; bytes: number }[] {
    const byLabel = new Map<number, { label: number; chunks: number; bytes: number }>();
    const end = this.words[CHUNK_BUMP >>> 2] as number;
    for (let index = 1; index < end; index++) {
      const state = this.get(index, "state") & 0xff;
      if (state === STATE.free || this.get(index, "address") === 0) continue;
      const label = this.get(index, "label");
      const sum = byLabel.get(label) ?? { label, chunks: 0, bytes: 0 };
      sum.chunks++;
      sum.bytes += this.bytesOf(index);
      byLabel.set(label, sum);
    }
    return [...byLabel.values()].sort((a, b) => b.bytes - a.bytes);
  }

  /**
   * Ends what a dead thread left undone: chunks it was writing, chunks it was giving back. Objects it held and
   * data on its device are lost. For the control thread, after `takeReclaimed` and before another.
   */
  repair(slot: number): void {
    this.#spill?.repair(slot);
    const end = Atomics.load(this.words, CHUNK_BUMP >>> 2);
    for (let index = 1; index < end; index++) {
      const state = this.stateOf(index);
      if (state === "free") continue;
      if (state === "freeing") {
        if (this.get(index, "freer") === slot) this.#dropAgain(index);
      } else if (this.get(index, "refs") === 0) this.#table.chunkDrop(this.slot, index);
      else if (this.isOnDevice(index) && this.get(index, "device") === slot) this.lose(index);
      else if (this.get(index, "slot") === slot && this.get(index, "worker") === 0) {
        if (state === "open") {
          this.lose(index);
          this.release(index);
        } else if (this.kindOf(index) === "object") this.lose(index);
      }
    }
  }

  /** Takes back a step of a dead thread, and goes it. */
  #dropAgain(index: number): void {
    this.#setState(index, this.get(index, "before"));
    this.#table.chunkDrop(this.slot, index);
  }

  /** Reports in words what holds the memory; set by the room that can name labels. */
  nameOf: (label: number) => string = (label) => `label ${label}`;

  #full(bytes: number): BodkinError {
    const { capacity } = this.stats();
    const top = this.holders()
      .slice(0, 5)
      .map(
        (h) =>
          `    ${megabytes(h.bytes)} in ${h.chunks} chunk${h.chunks === 1 ? "" : "s"} of ${this.nameOf(h.label)}`,
      );
    const more =
      capacity < MAX_MEMORY_BYTES
        ? 'start with more: start({ memory: "4GiB" })'
        : "add workers, which have 4 GiB each: addWorkers(n)";
    return new BodkinError(
      "HEAP_FULL",
      [
        `no room for ${megabytes(bytes)} in the heap of ${megabytes(capacity)}; it is held by:`,
        ...(top.length > 0 ? top : ["    nothing: the request alone is too large"]),
        `Drop or dispose results you no longer need, work on smaller blocks, or ${more}.`,
      ].join("\n"),
    );
  }

  #address(index: number): number {
    const address = (this.words[this.#word(index, CHUNK.address)] as number) >>> 0;
    if (address === 0) throw internalError(`chunk ${index} has no memory (${this.stateOf(index)})`);
    if (this.#spill?.isLoose(index)) throw internalError(`chunk ${index} is used without a pin`);
    return address;
  }

  #setState(index: number, state: number): void {
    const at = this.#word(index, CHUNK.state);
    Atomics.store(this.words, at, ((this.words[at] as number) & ~0xff) | state);
  }

  #word(index: number, field: number): number {
    return (CHUNKS + index * CHUNK_STRIDE + field) >>> 2;
  }
}

function megabytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}
