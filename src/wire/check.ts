/**
 * Whether what came over a wire is a message: the right fields, of the right kinds. Numbers that mean something to one
 * process alone (chunks, tasks, requests) are checked where they are used.
 */

import { internalError } from "./errors.ts";
import type { EventBatch, NameSums, PredictionSums, ThreadEvents, ThreadSums } from "./events.ts";
import type {
  ChunkDescription,
  Member,
  Message,
  PayloadDescription,
  ReferenceDescription,
  SlotDescription,
} from "./messages.ts";

type Check = (value: unknown) => boolean;
/** A check for every field of a message, those that may be absent among them. */
type Fields<T> = { readonly [Key in Exclude<keyof T, "type">]-?: Check };
type MessageOf<Type extends Message["type"]> = Extract<Message, { readonly type: Type }>;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const number: Check = (value) => typeof value === "number";
/** Seconds, bytes and counts: no less than nothing, and finite. */
const amount: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
/** A word of 32 bits, signed or not. */
const word: Check = (value) =>
  Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 32;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const byte: Check = (value) => count(value) && (value as number) < 256;
const bytes: Check = (value) => value instanceof Uint8Array;
const isA =
  (cls: new (...args: never[]) => unknown): Check =>
  (value) =>
    value instanceof cls;

const absent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item));
const record = <T extends object>(fields: { readonly [Key in keyof T]-?: Check }): Check => {
  const entries = Object.entries<Check>(fields);
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    entries.every(([name, check]) => check((value as Record<string, unknown>)[name]));
};

// Descriptions are in each other: values and what they refer to.
const references: Check = (value) => list(reference)(value);
const payload = record<PayloadDescription>({ bytes, references });
const chunk = record<ChunkDescription>({
  home: byte,
  index: word,
  generation: word,
  grant: word,
  kind: byte,
  element: byte,
  shape: list(count),
  bytes: count,
  name: text,
  slot: count,
  pinned: flag,
  payload: absent(payload),
});
const chunkReference = record<Extract<ReferenceDescription, { chunk: unknown }>>({
  written: word,
  chunk,
});
const sourceReference = record<Extract<ReferenceDescription, { source: unknown }>>({
  written: word,
  source: word,
});
const reference: Check = (value) => chunkReference(value) || sourceReference(value);

const chunkSlot = record<Extract<SlotDescription, { chunk: unknown }>>({ tag: byte, chunk });
const functionSlot = record<Extract<SlotDescription, { function: unknown }>>({
  tag: byte,
  function: word,
});
const plainSlot = record<Extract<SlotDescription, { number?: unknown }>>({
  tag: byte,
  number: absent(number),
});
const slot: Check = (value) => {
  if (typeof value !== "object" || value === null) return false;
  return "chunk" in value
    ? chunkSlot(value)
    : "function" in value
      ? functionSlot(value)
      : plainSlot(value);
};

const member = record<Member>({
  worker: byte,
  threads: byte,
  addresses: list(text),
  gpus: absent(byte),
});

const nameSums = record<NameSums>({
  name: text,
  spawned: amount,
  done: amount,
  failed: amount,
  milliseconds: amount,
  bytes: amount,
  durations: isA(Uint32Array),
});
const batch = record<EventBatch>({
  threads: list(
    record<ThreadEvents>({
      slot: byte,
      events: isA(Float64Array),
      names: list(text),
      log: list(text),
    }),
  ),
  sums: absent(
    list(
      record<ThreadSums>({
        slot: byte,
        sleeps: amount,
        slept: amount,
        busy: amount,
        dropped: amount,
        names: list(nameSums),
      }),
    ),
  ),
  predictions: absent(
    list(record<PredictionSums>({ name: text, count, predicted: amount, measured: amount })),
  ),
  memory: record<EventBatch["memory"]>({ bytes: amount, bound: amount, disk: amount }),
  traffic: record<EventBatch["traffic"]>({ sent: amount, received: amount }),
  queue: record<EventBatch["queue"]>({ ready: amount, stolen: amount }),
});

const FIELDS: { readonly [Type in Message["type"]]: Fields<MessageOf<Type>> } = {
  source: { id: word, text },
  function: { id: word, payload },
  task: {
    task: count,
    fn: word,
    hidden: byte,
    class: byte,
    slots: list(slot),
    threads: absent(list(byte)),
  },
  done: { task: count, result: slot, seconds: amount },
  cancel: { task: count, force: flag },
  pull: { request: count, index: word, generation: word },
  piece: { request: count, offset: count },
  pulled: {
    request: count,
    references: absent(references),
    error: absent(record<{ code: string; message: string }>({ code: text, message: text })),
  },
  release: { index: word },
  collect: {},
  ask: { request: count, slot: byte, incarnation: count, serial: word },
  answer: { request: count, result: slot },
  members: { members: list(member) },
  ready: { members: list(byte), addresses: list(text) },
  join: { version: text, threads: byte },
  joined: { worker: byte, lostAfter: (value) => value === false || amount(value) },
  refused: { reason: text },
  idle: {},
  leaving: { worker: byte },
  findDevices: {},
  devices: { count: byte, reason: absent(text) },
  evacuated: { worker: byte },
  watch: { on: flag },
  askEvents: { request: count },
  events: { batch, request: absent(count) },
  beat: {},
  stop: {},
};

const CHECKS: ReadonlyMap<unknown, Check> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, record(fields as object)]),
);

/** The messages of a frame. @throws BodkinError where that is not what it holds */
export function checkedMessages(value: unknown): Message[] {
  if (!Array.isArray(value)) throw internalError("a frame holds no messages");
  for (const message of value) {
    const type = (message as { readonly type?: unknown } | null | undefined)?.type;
    const check = CHECKS.get(type);
    if (!check) throw internalError("a frame holds something that is no message");
    if (!check(message)) throw internalError(`a message of type '${String(type)}' is malformed`);
  }
  return value as Message[];
}
