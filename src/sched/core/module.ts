/** The scheduler core as one WebAssembly module, put together from its parts. */

import type { ModuleOptions } from "../../wasm/module.ts";
import { ModuleBuilder } from "../../wasm/module.ts";
import { defineDeques } from "./deque.ts";
import { defineLifecycle } from "./lifecycle.ts";
import { defineParking } from "./parking.ts";
import { defineRecords } from "./records.ts";
import { defineRepair } from "./repair.ts";
import { defineSearch } from "./search.ts";
import { defineSetQueues } from "./set-queues.ts";

/** What the core calls: freeing chunks is the heap's, waking the control thread is the platform's. */
export interface CoreImports {
  chunkDrop(slot: number, chunk: number): number;
  wakeControl(): undefined;
}

/** See the parts for what each does; records, slots and tags are numbers of `layout.ts`. */
export interface CoreExports {
  take(slot: number): number;
  extend(slot: number, owner: number, last: number): number;
  addSet(slot: number, m0: bigint, m1: bigint, m2: bigint, m3: bigint): number;
  submit(slot: number, record: number): void;
  enqueue(slot: number, record: number): void;
  begin(slot: number, record: number): number;
  finish(slot: number, record: number, tag: number, keeps: number): number;
  openHand(slot: number): void;
  again(slot: number, record: number, set: number): void;
  decide(slot: number, record: number, tag: number): number;
  nextNotice(slot: number): number;
  wantNotice(record: number): number;
  free(slot: number, record: number): void;
  next(slot: number, spins: number): number;
  lieDown(slot: number, how: number): number;
  sleep(slot: number, nanoseconds: bigint): number;
  declareAwake(slot: number): void;
  sendMail(slot: number): void;
  bury(slot: number, dead: number): void;
  orphan(slot: number, dead: number, from: number): number;
  abort(slot: number, record: number, tag: number): void;
}

const MEMORY_PAGES = 65536;

export function coreModule(options: ModuleOptions = {}): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder(MEMORY_PAGES, options);
  const chunkDrop = m.import("chunkDrop", ["i32", "i32"], "i32");
  const wakeControl = m.import("wakeControl", [], "void");
  const records = defineRecords(m);
  const deques = defineDeques(m);
  const setQueues = defineSetQueues(m);
  const parking = defineParking(m, wakeControl);
  const lifecycle = defineLifecycle(m, {
    records,
    deques,
    setQueues,
    parking,
    chunkDrop,
    wakeControl,
  });
  defineSearch(m, { deques, setQueues, parking, lifecycle });
  defineRepair(m, { parking, lifecycle });
  return m.bytes();
}
