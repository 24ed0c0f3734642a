/** What the threads of one process wrote down of what they did, as plain data; `events/layout.ts` says how to read it. */

export interface EventBatch {
  readonly threads: readonly ThreadEvents[];
  /** Only where they were asked for. */
  readonly sums?: readonly ThreadSums[];
  /** Those since the process began, where sums are. */
  readonly predictions?: readonly PredictionSums[];
  /** Bytes of chunks in the memory of the process, of how many there may be, and on its disk. */
  readonly memory: { readonly bytes: number; readonly bound: number; readonly disk: number };
  /** Bytes of chunks that it sent to other workers and got from them. */
  readonly traffic: { readonly sent: number; readonly received: number };
  /** Tasks that are ready and not begun, and those that its threads took from each other so far. */
  readonly queue: { readonly ready: number; readonly stolen: number };
}

/** Tasks of a name that the process placed: seconds that they were expected to take together, and took. */
export interface PredictionSums {
  readonly name: string;
  readonly count: number;
  readonly predicted: number;
  readonly measured: number;
}

/** What one thread wrote since it was last read. */
export interface ThreadEvents {
  readonly slot: number;
  /** Numbers of names are places in `names`. */
  readonly events: Float64Array;
  readonly names: readonly string[];
  /** Lines that it printed, at least the last of them. */
  readonly log: readonly string[];
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
