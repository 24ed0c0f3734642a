/**
 * Where this room keeps its tables in the control memory: addresses and field offsets in bytes. The control
 * memory holds bookkeeping only; the numbers of users are in the heap, a memory of its own, so that a wild
 * store of a kernel cannot reach what is described here.
 *
 * Every region is address space: pages are committed when first touched.
 */

/** Most threads of one process: the control thread (slot 0) and the compute threads. */
export const MAX_SLOTS = 255;

export const PAGE_BYTES = 4096;
export const MAX_PAGES: number = 2 ** 32 / PAGE_BYTES;

// --- Header --------------------------------------------------------------------------------------

export const CHUNK_LOCK = 0x40;
export const CHUNK_FREE_LIST = 0x44;
export const CHUNK_BUMP = 0x48;
export const LIVE_CHUNKS = 0x4c;
/** Bytes asked for by live chunks; 64 bits wide. */
export const LIVE_BYTES = 0x50;
/** Entries whose memory the control thread must give back itself: objects on a thread, copies elsewhere. */
export const RECLAIM_LIST = 0x58;
export const PAGE_LOCK = 0x80;
export const PAGE_LIMIT = 0x84;
/** One bit a first-level bin that has a free run. */
export const BIN_MAP = 0x88;
/** One 16-bit map (in 32 bits) for each first-level bin. */
export const BIN_SUBMAPS = 0x90;
/** Heads of the free lists: 18 × 16 page numbers. */
export const BIN_HEADS = 0x100;
/** 24 size classes of 64 bytes each: lock, first slab with room, units of 64 bytes a block, blocks a slab. */
export const CLASSES = 0xd00;
export const CLASS_STRIDE = 64;
export const CLASS = { lock: 0, partial: 4, units: 8, blocks: 12 } as const;
/** A byte for each number of units 0…128: the class that holds it. */
export const CLASS_OF_UNITS = 0x1400;

/** Of a bounded heap only, with the tables behind `RESIDENCE`. */
export const SPILL_LOCK = 0x600;
/** Chunks that may be written to disk, least recently used first. */
export const OLDEST = 0x604;
export const NEWEST = 0x608;
/** Bytes of the chunks that have memory, and the most there ever were; 64 bits wide. */
export const RESIDENT_BYTES = 0x610;
export const RESIDENT_PEAK = 0x618;
/** Bytes in use in the file; 64 bits wide. */
export const DISK_BYTES = 0x620;
/** How often a chunk was written, given up without writing since the file had it, and read. */
export const SPILL_COUNTS = { writes: 0x630, drops: 0x634, reads: 0x638 } as const;

// --- Pages ---------------------------------------------------------------------------------------

/** A descriptor a page; only the first and the last page of a run carry one. */
export const PAGES = 0x10000;
export const PAGE_STRIDE = 16;
export const PAGE = { kind: 0, count: 4, next: 8, prev: 12 } as const;
export const PAGE_KIND = { body: 0, free: 1, tail: 2, used: 3, slab: 4 } as const;

/** 16 bytes a page; a slab uses the 256 bytes of its sixteen. */
export const SLABS: number = PAGES + MAX_PAGES * PAGE_STRIDE;
export const SLAB_PAGES = 16;
/** `summary` has one bit for each word of `bitmap` with a free block; a set bit of `bitmap` is a free block. */
export const SLAB = { summary: 0, free: 4, bitmap: 16 } as const;

/** Blocks up to this size come from slabs, larger ones are whole pages. */
export const SMALL_BYTES = 8192;
export const CLASS_UNITS: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128,
];

// --- Chunks --------------------------------------------------------------------------------------

export const CHUNKS = 0x4000000;
export const CHUNK_STRIDE = 128;
export const MAX_CHUNKS: number = 4 * 2 ** 20;
export const CHUNK = {
  /** `state | generation << 8`: what frees an entry compares both, so that it cannot free its next life. */
  state: 0,
  /** The state in which the last reference was given back. */
  before: 4,
  refs: 8,
  address: 12,
  bytes: 16,
  /** `kind | element << 8 | dimensions << 16`. */
  meta: 20,
  label: 24,
  /** Slot of the thread that writes an open chunk, or that holds the object. */
  slot: 28,
  /** Worker that has the data, 0 for this process; then the index and generation it has there. */
  worker: 32,
  remoteIndex: 36,
  remoteGeneration: 40,
  /** Of data of this process, in the same words: slot of the thread on whose device the newest is, 0 for the heap. */
  device: 36,
  /** Counts the changes of data that was on a device; 0: it never was on one. */
  version: 40,
  /** Next entry of whichever list holds this one. */
  next: 44,
  /** Worker that must be told when a remote entry is released, and the entry it holds for us. */
  grantor: 48,
  grantIndex: 52,
  /** Slot of the thread that is giving the entry back. */
  freer: 56,
  /** 1: the data must not be copied to another worker, since users may change it. */
  pinned: 60,
  shape: 64,
} as const;
export const MAX_DIMENSIONS = 16;

// --- Memory and disk -----------------------------------------------------------------------------

/** One a chunk. */
export const RESIDENCE: number = CHUNKS + MAX_CHUNKS * CHUNK_STRIDE;
export const RESIDENCE_STRIDE = 32;
export const PLACEMENT = {
  /** Users of the memory as it lies: it stays while there are any. */
  pins: 0,
  /** `phase | slot << 8`. */
  phase: 4,
  older: 8,
  newer: 12,
  /** First unit of the file that holds the data, 0: none does. */
  extent: 16,
  checksum: 20,
  /** What the user wants of it. */
  storage: 24,
} as const;
/** `listed`: it may be written. `claimed`: the thread of a slot is about to. */
export const PHASE = { none: 0, listed: 1, claimed: 2 } as const;
export const STORAGE = { any: 0, memory: 1, disk: 2 } as const;

/** What each slot has pinned, so that it can be let go when its thread is dead. */
export const PIN_LISTS: number = RESIDENCE + MAX_CHUNKS * RESIDENCE_STRIDE;
export const PIN_PLACES: number = 2 ** 16;

/** The free runs of the file: the same tables as those of the pages. Its blocks are sparse, so units are large. */
export const DISK: number = PIN_LISTS + (MAX_SLOTS + 1) * PIN_PLACES * 4;
export const DISK_UNIT_BYTES = 65536;

/** First address behind this room's tables; the scheduler's begin here. */
export const MEMORY_END: number = DISK + PAGES + MAX_PAGES * PAGE_STRIDE;

export const STATE = {
  free: 0,
  /** Being written by one thread. */
  open: 1,
  /** Immutable, except for what users declared mutable. */
  sealed: 2,
  /** On disk. */
  spilled: 3,
  /** The thread or worker that had the data is gone. */
  lost: 4,
  freeing: 5,
} as const;

export const KIND = {
  /** A typed array. */
  typed: 1,
  /** A typed array with a shape, row-major. */
  array: 2,
  /** A serialised value. */
  value: 3,
  /** A live value, of one thread or shared by all; it has no bytes here. */
  object: 4,
  /** A serialised value that holds references to other chunks. */
  compound: 5,
} as const;
