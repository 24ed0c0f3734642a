/**
 * What processes say to each other, as plain data. A worker is a process; numbers of chunks, tasks and sources
 * are those of the worker that says them, unless a field says otherwise.
 */

import type { ErrorCode } from "./errors.ts";
import type { EventBatch } from "./events.ts";

/** A chunk as another worker sees it. The sender keeps a reference for the receiver until `release`. */
export interface ChunkDescription {
  /** Worker that has the data, and the entry with its generation there. */
  readonly home: number;
  readonly index: number;
  readonly generation: number;
  /** Entry of the sender that holds the reference for the receiver. */
  readonly grant: number;
  readonly kind: number;
  readonly element: number;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly name: string;
  /** The slot of its home where the value is pinned: an object. 0 for data. */
  readonly slot: number;
  readonly pinned: boolean;
  /** Small values come along. */
  readonly payload?: PayloadDescription;
}

/** A serialised value with what it refers to. */
export interface PayloadDescription {
  readonly bytes: Uint8Array;
  readonly references: readonly ReferenceDescription[];
}

export type ReferenceDescription =
  | { readonly written: number; readonly chunk: ChunkDescription }
  | { readonly written: number; readonly source: number };

/** What a slot of a record holds. */
export type SlotDescription =
  | { readonly tag: number; readonly number?: number }
  | { readonly tag: number; readonly chunk: ChunkDescription }
  | { readonly tag: number; readonly function: number };

export type Message =
  /** A source text or a function that stays; before the first message that needs it. */
  | { readonly type: "source"; readonly id: number; readonly text: string }
  | { readonly type: "function"; readonly id: number; readonly payload: PayloadDescription }
  | TaskMessage
  | {
      readonly type: "done";
      readonly task: number;
      readonly result: SlotDescription;
      readonly seconds: number;
    }
  | { readonly type: "cancel"; readonly task: number; readonly force: boolean }
  | {
      readonly type: "pull";
      readonly request: number;
      readonly index: number;
      readonly generation: number;
    }
  /** A piece of the data asked for, with bulk. */
  | { readonly type: "piece"; readonly request: number; readonly offset: number }
  /** All pieces were sent; or, without references, the data is gone, or could not be read. */
  | {
      readonly type: "pulled";
      readonly request: number;
      readonly references?: readonly ReferenceDescription[];
      readonly error?: { readonly code: ErrorCode; readonly message: string };
    }
  | { readonly type: "release"; readonly index: number }
  /** The heap of the sender fills: give back references that nobody reaches. */
  | { readonly type: "collect" }
  /** The result of a task that a thread of the receiver spawned, once it is done. */
  | {
      readonly type: "ask";
      readonly request: number;
      readonly slot: number;
      readonly incarnation: number;
      readonly serial: number;
    }
  | { readonly type: "answer"; readonly request: number; readonly result: SlotDescription }
  /** From the head: the workers there are. */
  | { readonly type: "members"; readonly members: readonly Member[] }
  /** To the head: the members it is connected to. */
  | {
      readonly type: "ready";
      readonly members: readonly number[];
      /** Where others reach the sender. */
      readonly addresses: readonly string[];
    }
  /** To the head, from who is no member yet. */
  | { readonly type: "join"; readonly version: string; readonly threads: number }
  | { readonly type: "joined"; readonly worker: number; readonly lostAfter: number | false }
  | { readonly type: "refused"; readonly reason: string }
  /** What the receiver has here only waits: more of its tasks could run. */
  | { readonly type: "idle" }
  /** From the head: take over what you still need of a worker that leaves. */
  | { readonly type: "leaving"; readonly worker: number }
  /** How many devices the receiver has; it starts to use them. */
  | { readonly type: "findDevices" }
  | { readonly type: "devices"; readonly count: number; readonly reason?: string }
  | { readonly type: "evacuated"; readonly worker: number }
  /** From the head: write down what is done, or no longer. */
  | { readonly type: "watch"; readonly on: boolean }
  /** From the head: what was done until now. */
  | { readonly type: "askEvents"; readonly request: number }
  | { readonly type: "events"; readonly batch: EventBatch; readonly request?: number }
  /** The sender is alive. */
  | { readonly type: "beat" }
  | { readonly type: "stop" };

export interface TaskMessage {
  readonly type: "task";
  readonly task: number;
  /** A function that stays, or 0. */
  readonly fn: number;
  readonly hidden: number;
  readonly class: number;
  readonly slots: readonly SlotDescription[];
  /** Threads that may run it; all if absent. */
  readonly threads?: readonly number[];
}

/** A process of the cluster. */
export interface Member {
  readonly worker: number;
  readonly threads: number;
  /** Where others reach it, what is best first. */
  readonly addresses: readonly string[];
  /** Devices; undefined while nobody has asked. */
  readonly gpus?: number;
}
