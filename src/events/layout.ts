/**
 * What one thread of a process writes down for whoever watches: a header, exact sums by name, the names, a ring
 * of events of one size, and the last that it printed. Offsets in bytes of one shared buffer a thread, whose pages are committed when touched. One
 * thread writes it and one, the control thread of the process, reads it.
 */

/** Words of the header. */
export const HEADER = {
  /** 0: off; else the number of the recording, which tells the writer to begin anew. Set by the control thread. */
  wanted: 0,
  /** The recording that the sums and names are of. Set by the writer. */
  recording: 1,
  /** Events written and taken, modulo 2³². */
  written: 2,
  taken: 3,
  /** Events for which there was no room in the ring. */
  dropped: 4,
  /** Names, and the bytes of their texts. */
  names: 5,
  nameBytes: 6,
  /** Times the thread slept; the milliseconds are `SLEPT`. */
  sleeps: 7,
  /** Bytes of the log, modulo 2³²: those for which there is room made, those written, and those taken. */
  logging: 8,
  logged: 9,
  logTaken: 10,
} as const;
/** Milliseconds that the thread slept, as a float. */
export const SLEPT = 64;
/** Milliseconds in which a call of a task was under way, as a float. */
export const BUSY = 72;

/** Number 0 is what all further names are counted under. */
export const MAX_NAMES = 1024;
/** Texts of names, each behind a word with its length; at most so many bytes of one. */
export const NAMES = 128;
export const MAX_NAME_BYTES = 120;
export const NAMES_BYTES: number = MAX_NAMES * (4 + MAX_NAME_BYTES);

/** Sums of one name: floats, then counts by duration. */
export const SUMS: number = NAMES + NAMES_BYTES;
export const SUM = { spawned: 0, done: 1, failed: 2, milliseconds: 3, bytes: 4 } as const;
export const SUM_FLOATS = 8;
export const BUCKETS = 256;
export const SUMS_STRIDE: number = SUM_FLOATS * 8 + BUCKETS * 4;

export const RING: number = SUMS + MAX_NAMES * SUMS_STRIDE;
export const RING_EVENTS: number = 2 ** 16;
/**
 * Floats of an event: when it began and ended (milliseconds of the clock of this machine), the task it is about, one
 * more number that depends on its kind, and `kind | name << 8`.
 */
export const EVENT = { from: 0, to: 1, task: 2, detail: 3, what: 4 } as const;
export const EVENT_FLOATS = 5;

/** The last that the thread printed: lines of UTF-8, each with its end; older ones are written over. */
export const LOG: number = RING + RING_EVENTS * EVENT_FLOATS * 8;
export const LOG_BYTES: number = 2 ** 14;
export const EVENTS_BYTES: number = LOG + LOG_BYTES;

/** An event has both of its ends, so that a pair cannot be broken. */
export const EVENT_KIND = {
  /** A task ran; `detail`: bytes of its result. */
  run: 1,
  /** A task ran and failed. */
  failed: 2,
  /** The call of a task that gave a promise: the thread was free for others after it. */
  call: 3,
  /** All of such a task, from its call to the end of its promise; `detail` as for `run`. */
  awaited: 4,
  awaitedFailed: 5,
  /** A task was submitted; `detail`: the task that spawned it, or 0. */
  spawned: 6,
  /** A task depends on another, which is `detail`. */
  edge: 7,
  /** Data came from another worker; `task`: that worker, `detail`: bytes. */
  moved: 8,
  /** The thread slept: there was nothing to do. */
  slept: 9,
} as const;
export type EventKind = (typeof EVENT_KIND)[keyof typeof EVENT_KIND];
