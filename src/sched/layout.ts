/**
 * Where the scheduler keeps its tables in the control memory, behind those of `memory/`. Offsets in bytes.
 * Every region is address space: pages are committed when first touched.
 */

import { MAX_SLOTS, MEMORY_END } from "../memory/layout.ts";

const BASE: number = MEMORY_END;

// --- Header --------------------------------------------------------------------------------------

/** Slots in use: the control thread's 0 and the compute threads'. */
export const SLOT_COUNT: number = BASE;
/** Threads asleep, in the core or in their event loop. */
export const SLEEPERS: number = BASE + 64;
/** One bit a priority class that was ever used; 64 bits. */
export const CLASSES_IN_USE: number = BASE + 128;
export const SET_COUNT: number = BASE + 136;
export const SET_LOCK: number = BASE + 140;
/** Tasks in the queues of processor sets. */
export const SET_READY: number = BASE + 192;
/** First record that was never in use. */
export const RECORD_BUMP: number = BASE + 256;
/** Bytes of rings. They lie at the end of the memory, the last one made lowest. */
export const RING_BYTES: number = BASE + 260;
/** Tasks that wait for the placer, linked by `queueNext`. */
export const PLACE_LIST: number = BASE + 320;
/** 1 when the control thread wants to know that all threads sleep. */
export const QUIET_WANTED: number = BASE + 384;

// --- Slots ---------------------------------------------------------------------------------------

/** More urgent classes have larger numbers. */
export const CLASS_COUNT = 64;

export const SLOTS: number = BASE + 0x10000;
export const SLOT = {
  /** 0 awake, else the way it sleeps (`PARK`). */
  park: 0,
  /** What the control thread wants to be woken for (`ARMED`). */
  armed: 4,
  /** Free records; only the slot's own thread uses the list. */
  freeList: 8,
  /** A ready task in no queue: the next one of this thread. */
  hand: 12,
  /** Where JavaScript leaves the result word for `finish`. */
  result: 16,
  /** A chunk whose reference is on its way into a result. */
  passing: 20,
  /** Finished tasks in order, taken from `notices` and not yet looked at. */
  inbox: 24,
  /** 1 while the thread finishes a task and will take another at once. */
  keeps: 28,
  /** A ready task on its way into a queue. */
  moving: 32,
  /** A done task on its way into the notices of its home. */
  telling: 36,
  /** Not 0: something waits in the event loop of the thread. It does not sleep in the core then. */
  mail: 40,
  /** The record whose function is being called, as far as that is synchronous. */
  calling: 44,
  /** 1: the thread runs only tasks of sets it belongs to, none that any thread may run. */
  narrow: 48,
  /** Tasks that the thread took from deques of others. */
  stolen: 52,
  /** Finished tasks of this home, pushed by any thread. */
  notices: 64,
  deques: 256,
} as const;
export const DEQUE_STRIDE = 128;
/** Top and bottom are written by different threads and have a cache line each. */
export const DEQUE = { top: 0, bottom: 64, ring: 68 } as const;
/** A ring is a word `mask`, padded to 8 bytes, and `mask + 1` words; all of it a multiple of 8 bytes. */
export const RING_ITEMS = 8;
export const FIRST_RING_LENGTH = 32;
export const SLOT_STRIDE: number = SLOT.deques + CLASS_COUNT * DEQUE_STRIDE;

/** Ways to sleep: `core` in `memory.atomic.wait32`, `loop` in the event loop of the thread. */
export const PARK = { awake: 0, core: 1, loop: 2 } as const;

/** `urgent`: not for finished tasks; the control thread looks at these soon in any case. */
export const ARMED = { nothing: 0, all: 1, urgent: 2 } as const;

// --- Processor sets ------------------------------------------------------------------------------

/** Set 0 is "any thread of the process" and has no queue. */
export const MAX_SETS = 1024;
export const SETS: number = BASE + 0x400000;
export const SET = { members: 0, queues: 64 } as const;
export const SET_QUEUE_STRIDE = 16;
export const SET_QUEUE = { lock: 0, head: 4, tail: 8 } as const;
export const SET_STRIDE: number = SET.queues + CLASS_COUNT * SET_QUEUE_STRIDE;
/** In place of a set: the task goes to the placer. */
export const PLACE = 0xffff;

// --- Records -------------------------------------------------------------------------------------

/**
 * A record is two cache lines: bookkeeping, then eight argument slots. A task with more arguments has
 * extension records with eight more each. A slot that waits for a task holds the link to the next waiter of
 * that task, so that edges need no memory of their own. A slot is named by its address / 8.
 */
export const RECORDS: number = BASE + 0x1000000;
export const RECORD_STRIDE = 128;
/** Kept back for the rings of deques, which grow with what is ready. */
export const MAX_RING_BYTES: number = 2 ** 28;
export const MAX_RECORDS: number = Math.floor((2 ** 32 - MAX_RING_BYTES - RECORDS) / RECORD_STRIDE);
export const RECORD_SLOTS = 8;
export const RECORD = {
  status: 0,
  /** Number by which its home knows the task; the core does not look at it. In an extension: its record. */
  handle: 4,
  /** Arguments to come, plus one until submitted, plus one until run. */
  pending: 8,
  /** First waiting slot; the sign bit is set when the result is there. */
  waiters: 12,
  /** What to run; the core does not look at it. */
  fn: 16,
  set: 20,
  class: 22,
  /** Arguments in this record. */
  count: 23,
  /** Slot of the thread that submitted the task and is told when it is done. */
  home: 24,
  /** Slot of the thread that runs it, or that decided its result and has not yet said so to everybody. */
  runner: 25,
  resultTag: 26,
  /** What the first arguments are that the function does not get; the core does not look at it. */
  hidden: 27,
  noticeNext: 28,
  queueNext: 32,
  extension: 36,
  /** Counts the tasks of the home; the core does not look at it. */
  serial: 40,
  flags: 44,
  result: 48,
  tags: 56,
  slots: 64,
} as const;

export const STATUS = {
  free: 0,
  /** Being filled by its home. */
  fresh: 1,
  waiting: 2,
  /** In a queue. */
  ready: 3,
  running: 4,
  /** The result is decided; late ones are ignored. */
  done: 5,
  extension: 6,
} as const;

export const FLAG = {
  /** In the notices or the inbox of its home. */
  listed: 1,
  /** Nothing refers to the record any more: its home may free it. */
  released: 2,
  /** Somebody waits: wake the home. */
  notify: 4,
  /** `submit` has not ended. */
  submitting: 8,
  /** `decide` has not ended. */
  deciding: 16,
} as const;

/** The upper half of the flags counts the runs that failed and were tried again; the core does not look at it. */
export const FAILED_RUNS_SHIFT = 16;
/** So that the count of failed runs can pass it. */
export const MOST_RETRIES: number = 2 ** (32 - FAILED_RUNS_SHIFT) - 2;

export const NO_RUNNER = 255;
export const CLOSED: number = 0x80000000 | 0;

/** What an argument slot or a result holds. */
export const TAG = {
  undefined: 0,
  number: 1,
  false: 2,
  true: 3,
  null: 4,
  /** A chunk: its index. The slot owns a reference. */
  chunk: 5,
  /** A chunk with an error: the task does not run and fails with it. */
  error: 6,
  /** The result of a task to come, by record; while linked, the next waiter. */
  edge: 7,
  /** The end of a task to come, without its value. */
  order: 8,
  /** A function that stays for good, by its chunk. */
  function: 9,
  /** A function in a chunk of its own. The slot owns a reference. */
  functionChunk: 10,
  /** Was `order`: no argument. */
  none: 11,
  /** So many of the next arguments are alternatives: each processor has its own. */
  pieces: 12,
} as const;

/** Whether what has this tag owns a reference to a chunk. */
export const isReference = (tag: number): boolean =>
  tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk;

export const recordAddress = (record: number): number => RECORDS + record * RECORD_STRIDE;
export const slotAddress = (slot: number): number => SLOTS + slot * SLOT_STRIDE;

if (SLOTS + MAX_SLOTS * SLOT_STRIDE > SETS || SETS + MAX_SETS * SET_STRIDE > RECORDS) {
  throw new Error("internal: regions of the scheduler overlap");
}
