/**
 * The task table of one process as one thread sees it: the WebAssembly core with its memory, and the few
 * writes that prepare a record. Pure bookkeeping: it starts no thread, and what a task runs is a number.
 */

import type { Heap } from "../memory/heap.ts";
import { BodkinError, internalError } from "../wire/errors.ts";
import type { CoreExports, CoreImports } from "./core/module.ts";
import { ORPHAN } from "./core/repair.ts";
import {
  CLASS_COUNT,
  CLASSES_IN_USE,
  DEQUE,
  DEQUE_STRIDE,
  FAILED_RUNS_SHIFT,
  isReference,
  MAX_SETS,
  QUIET_WANTED,
  RECORD,
  RECORD_BUMP,
  RECORD_SLOTS,
  recordAddress,
  SET,
  SET_COUNT,
  SET_READY,
  SET_STRIDE,
  SETS,
  SLOT,
  SLOT_COUNT,
  slotAddress,
  TAG,
} from "./layout.ts";

const PASSING: number = (SLOT.passing - SLOT.result) >>> 2;
const FAILED_RUN: number = 1 << FAILED_RUNS_SHIFT;

/** What a slot or a result of a record holds. */
export type Tag = (typeof TAG)[keyof typeof TAG];

/** Something a dead thread left to its survivors. */
export interface Orphan {
  readonly record: number;
  readonly what: keyof typeof ORPHAN;
}

const ORPHAN_NAMES = Object.fromEntries(
  Object.entries(ORPHAN).map(([name, code]) => [code, name]),
) as Record<number, keyof typeof ORPHAN>;

export class TaskTable {
  readonly core: CoreExports;
  readonly slot: number;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly floats: Float64Array;
  readonly #longs: BigUint64Array;
  /** Word index of this slot's result word. */
  readonly #resultWord: number;

  constructor(
    module: WebAssembly.Module,
    heap: Heap,
    imports: Omit<CoreImports, "chunkDrop"> & { probe?: () => undefined },
  ) {
    const { control } = heap.share;
    this.slot = heap.slot;
    this.words = heap.words;
    this.bytes = new Uint8Array(control.buffer);
    this.floats = new Float64Array(control.buffer);
    this.#longs = new BigUint64Array(control.buffer);
    this.core = new WebAssembly.Instance(module, {
      env: {
        memory: control,
        chunkDrop: heap.drop,
        wakeControl: imports.wakeControl,
        probe: imports.probe ?? (() => undefined),
      },
    }).exports as unknown as CoreExports;
    this.#resultWord = (slotAddress(this.slot) + SLOT.result) >>> 2;
  }

  /** Prepares an empty table; once a process. */
  initialise(slots: number): void {
    this.words[RECORD_BUMP >>> 2] = 1; // record 0 means none
    this.words[SET_COUNT >>> 2] = 1; // set 0 means any thread
    this.setSlotCount(slots);
  }

  setSlotCount(slots: number): void {
    Atomics.store(this.words, SLOT_COUNT >>> 2, slots);
  }

  /** Makes a slot run only tasks of sets it belongs to; before its thread starts. */
  makeNarrow(slot: number): void {
    Atomics.store(this.words, (slotAddress(slot) + SLOT.narrow) >>> 2, 1);
  }

  /** Declares that a class is used; before the first task of it. */
  useClass(cls: number): void {
    const at = (CLASSES_IN_USE >>> 2) + (cls >>> 5);
    const bit = 1 << (cls & 31);
    if (((this.words[at] as number) & bit) === 0) Atomics.or(this.words, at, bit);
  }

  /** The number of a set of slots; equal sets have one number. @throws BodkinError after 1023 sets. */
  setOf(members: Iterable<number>): number {
    const words = new BigUint64Array(4);
    for (const slot of members) words[slot >>> 6]! |= 1n << BigInt(slot & 63);
    const count = Atomics.load(this.words, SET_COUNT >>> 2);
    for (let id = 1; id < count; id++) {
      const at = (SETS + id * SET_STRIDE + SET.members) >>> 3;
      if (words.every((word, i) => this.#longs[at + i] === word)) return id;
    }
    const [m0, m1, m2, m3] = words as unknown as [bigint, bigint, bigint, bigint];
    const id = this.core.addSet(this.slot, m0, m1, m2, m3);
    if (id === 0) {
      throw new BodkinError(
        "SCHEDULING",
        `more than ${MAX_SETS - 1} different scopes within one process; reuse scopes`,
      );
    }
    return id;
  }

  /** An empty record of this slot. @throws BodkinError where the table is full. */
  take(): number {
    const record = this.core.take(this.slot);
    if (record === 0) {
      throw new BodkinError(
        "SCHEDULING",
        "the task table is full: 26 million tasks are unfinished; await some before spawning more",
      );
    }
    return record;
  }

  /** Prepares what does not depend on arguments. */
  describe(record: number, fn: number, set: number, cls: number): void {
    const at = recordAddress(record);
    this.words[(at + RECORD.fn) >>> 2] = fn;
    // set (two bytes), class, count: one store
    this.words[(at + RECORD.set) >>> 2] = set | (cls << 16);
  }

  /** Leaves how long a task ran, in the place of its function, which is not needed any more. */
  setSeconds(record: number, seconds: number): void {
    this.words[(recordAddress(record) + RECORD.fn) >>> 2] = Math.min(seconds * 1e6, 2 ** 31 - 1);
  }

  secondsOf(record: number): number {
    return this.word(record, RECORD.fn) / 1e6;
  }

  setSerial(record: number, serial: number): void {
    this.words[(recordAddress(record) + RECORD.serial) >>> 2] = serial;
  }

  setHandle(record: number, handle: number): void {
    this.words[(recordAddress(record) + RECORD.handle) >>> 2] = handle;
  }

  setHidden(record: number, hidden: number): void {
    this.bytes[recordAddress(record) + RECORD.hidden] = hidden;
  }

  /** Adds an extension behind `last` (the record or its last extension) and gives it. */
  extend(record: number, last: number): number {
    const extension = this.core.extend(this.slot, record, last);
    if (extension === 0) throw internalError("no record for an extension");
    return extension;
  }

  setNumber(part: number, position: number, value: number): void {
    const at = recordAddress(part);
    this.floats[(at + RECORD.slots + position * 8) >>> 3] = value;
    this.bytes[at + RECORD.tags + position] = TAG.number;
  }

  /** A tag with a word: a chunk (its reference passes to the slot), a record, a function. */
  setWord(part: number, position: number, tag: Tag, word: number): void {
    const at = recordAddress(part);
    this.words[(at + RECORD.slots + position * 8) >>> 2] = word;
    this.bytes[at + RECORD.tags + position] = tag;
  }

  setCount(part: number, count: number): void {
    this.bytes[recordAddress(part) + RECORD.count] = count;
  }

  countOf(part: number): number {
    return this.bytes[recordAddress(part) + RECORD.count] as number;
  }

  /** Whether arguments of a task at work are still to come. */
  hasMissing(record: number): boolean {
    return this.words[(recordAddress(record) + RECORD.pending) >>> 2] !== 1;
  }

  /** The chunk of the first failed argument. */
  errorIn(record: number): number {
    for (const part of this.parts(record)) {
      const count = this.countOf(part);
      for (let at = 0; at < count; at++) {
        if (this.tagOf(part, at) === TAG.error) return this.slotWord(part, at);
      }
    }
    return 0;
  }

  /** The processor set of a record. */
  setOfRecord(record: number): number {
    return (this.words[(recordAddress(record) + RECORD.set) >>> 2] as number) & 0xffff;
  }

  isMember(set: number, slot: number): boolean {
    const byte = this.bytes[SETS + set * SET_STRIDE + SET.members + (slot >>> 3)] as number;
    return ((byte >>> (slot & 7)) & 1) === 1;
  }

  /** The slots of a set. */
  membersOf(set: number): number[] {
    const count = Atomics.load(this.words, SLOT_COUNT >>> 2);
    return Array.from({ length: count }, (_, slot) => slot).filter((slot) =>
      this.isMember(set, slot),
    );
  }

  /** Tasks that are ready and not begun, and those that threads took from each other so far; as of about now. */
  queued(): { readonly ready: number; readonly stolen: number } {
    const { words } = this;
    const used = [CLASSES_IN_USE, CLASSES_IN_USE + 4].map((at) => words[at >>> 2] as number);
    let ready = words[SET_READY >>> 2] as number;
    let stolen = 0;
    for (let slot = 0; slot < (words[SLOT_COUNT >>> 2] as number); slot++) {
      const at = slotAddress(slot);
      stolen += words[(at + SLOT.stolen) >>> 2] as number;
      if (words[(at + SLOT.hand) >>> 2] !== 0) ready++;
      for (let cls = 0; cls < CLASS_COUNT; cls++) {
        if ((((used[cls >>> 5] as number) >>> (cls & 31)) & 1) === 0) continue;
        const deque = at + SLOT.deques + cls * DEQUE_STRIDE;
        const bottom = Atomics.load(words, (deque + DEQUE.bottom) >>> 2);
        ready += Math.max(0, (bottom - Atomics.load(words, (deque + DEQUE.top) >>> 2)) | 0);
      }
    }
    return { ready, stolen };
  }

  /** Counts one more failed run of a task, whose result may be decided meanwhile. Gives the count. */
  countRetry(record: number): number {
    const flags = Atomics.add(this.words, (recordAddress(record) + RECORD.flags) >>> 2, FAILED_RUN);
    return ((flags + FAILED_RUN) | 0) >>> FAILED_RUNS_SHIFT;
  }

  /** The parts of a record: itself and its extensions. */
  *parts(record: number): Generator<number> {
    for (let part = record; part !== 0; part = this.word(part, RECORD.extension)) yield part;
  }

  tagOf(part: number, position: number): Tag {
    return this.bytes[recordAddress(part) + RECORD.tags + position] as Tag;
  }

  slotWord(part: number, position: number): number {
    return this.words[(recordAddress(part) + RECORD.slots + position * 8) >>> 2] as number;
  }

  slotNumber(part: number, position: number): number {
    return this.floats[(recordAddress(part) + RECORD.slots + position * 8) >>> 3] as number;
  }

  /** A field of a record that no other thread changes now, or whose changes do not matter. */
  word(record: number, field: number): number {
    return this.words[(recordAddress(record) + field) >>> 2] as number;
  }

  byte(record: number, field: number): number {
    return this.bytes[recordAddress(record) + field] as number;
  }

  /** Leaves a number for `finish` or `decide`. */
  leaveNumber(value: number): void {
    this.floats[this.#resultWord >>> 1] = value;
  }

  /** Leaves a word for `finish`, `decide` or `abort`. The reference of a chunk passes to them, whatever they do. */
  leaveWord(tag: Tag, word: number): void {
    if (isReference(tag)) this.words[this.#resultWord + PASSING] = word;
    this.words[this.#resultWord] = word;
  }

  resultTag(record: number): Tag {
    return this.byte(record, RECORD.resultTag) as Tag;
  }

  resultNumber(record: number): number {
    return this.floats[(recordAddress(record) + RECORD.result) >>> 3] as number;
  }

  resultWord(record: number): number {
    return this.words[(recordAddress(record) + RECORD.result) >>> 2] as number;
  }

  /** Takes the result's reference out of the record; the caller owns it now. */
  takeResultReference(record: number): number {
    this.bytes[recordAddress(record) + RECORD.resultTag] = TAG.undefined;
    return this.resultWord(record);
  }

  /** Asks for `wakeControl` when there is something for the control thread: one of `ARMED`. */
  arm(armed: number): void {
    Atomics.store(this.words, (slotAddress(this.slot) + SLOT.armed) >>> 2, armed);
  }

  /** Asks for `wakeControl` when all threads sleep. */
  wantQuiet(wanted: boolean): void {
    Atomics.store(this.words, QUIET_WANTED >>> 2, wanted ? 1 : 0);
  }

  /** The record whose function a thread is calling, or 0. */
  callingOf(slot: number): number {
    return Atomics.load(this.words, (slotAddress(slot) + SLOT.calling) >>> 2);
  }

  setCalling(record: number): void {
    this.words[this.#resultWord + ((SLOT.calling - SLOT.result) >>> 2)] = record;
  }

  /** The word a sleeping thread waits on. */
  parkWord(slot: number = this.slot): number {
    return (slotAddress(slot) + SLOT.park) >>> 2;
  }

  /** What a dead thread left: for each, the caller fails, aborts or frees the record. */
  *orphans(dead: number): Generator<Orphan> {
    this.core.bury(this.slot, dead);
    for (let from = 1; ; ) {
      const found = this.core.orphan(this.slot, dead, from);
      if (found === 0) return;
      const record = found & 0xfffffff;
      yield { record, what: ORPHAN_NAMES[found >>> 28] as keyof typeof ORPHAN };
      from = record + 1;
    }
  }
}

export { RECORD_SLOTS };
