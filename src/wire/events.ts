/** What the threads of one process wrote down of what they did, as plain data; `events/layout.ts` says how to read it. */

export interface EventBatch {
  readonly threads: readonly ThreadEvents[];
  /** Only where they were asked for. */
  readonly sums?: readonly ThreadSums[];
  /** Bytes in the heap of the process. */
  readonly memory: number;
}

/** What one thread wrote since it was last read. */
export interface ThreadEvents {
  readonly slot: number;
  /** Numbers of names are places in `names`. */
  readonly events: Float64Array;
  readonly names: readonly string[];
}

/** Exact sums of one thread since the recording began. */
export interface ThreadSums {
  readonly slot: number;
  readonly sleeps: number;
  /** Milliseconds. */
  readonly slept: number;
  /** Milliseconds in which a call of a task was under way. */
  readonly busy: number;
  /** Events for which there was no room. */
  readonly dropped: number;
  readonly names: readonly NameSums[];
}

export interface NameSums {
  readonly name: string;
  readonly spawned: number;
  readonly done: number;
  readonly failed: number;
  readonly milliseconds: number;
  readonly bytes: number;
  /** How many took how long; see `events/durations.ts`. */
  readonly durations: Uint32Array;
}
