/**
 * Devices as processors, without knowing what a device is: each has a thread of its own, in a slot behind those
 * of the compute threads, that takes only tasks scoped to it. Data may be on a device, in the heap, or in both;
 * the entry of a chunk says where the newest is. Here is the control thread's part: finding devices, fetching
 * data from them, telling them what is gone, and letting them end.
 */

import { setTimeout as delay } from "node:timers/promises";
import type { AnyFunction } from "../closure/codec.ts";
import type { Heap } from "../memory/heap.ts";
import { BodkinError } from "../wire/errors.ts";
import { fromPost, type PostedError, toPost } from "./failure.ts";
import { listen, send } from "./topics.ts";

/** What a thread with a device does differently; made by the room that knows devices. */
export interface DeviceHost {
  /** Whether a function runs on the device; false: on the host's side of it. @throws where it cannot run here */
  usesDevice(fn: AnyFunction): boolean;
  /** Stands for the data of a chunk among the arguments of a function that runs on the device. */
  operand(chunk: number): unknown;
  /** Whether the device has the newest data of a chunk. */
  has(chunk: number): boolean;
  /** Calls what stands for a function on the device; `f64` is the option of the task. */
  call(fn: AnyFunction, args: readonly unknown[], f64: unknown): unknown;
  /** The chunk of a result that is on the device, with a reference; undefined for other results. */
  chunkOf(result: unknown): number | undefined;
}

/** A device as the control thread found it; plain data for the thread that opens it. */
export type DeviceDescription = Readonly<Record<string, unknown>>;

/** Limits of a device that the program may lower. */
export const DEVICE_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
] as const;

export type DeviceLimit = (typeof DEVICE_LIMITS)[number];

/** What the program says of the devices of a process. */
export interface DeviceSettings {
  /** What its devices come from, in place of what would be found; false: it has none. */
  readonly source?: object | false | undefined;
  /** They are used as if they could do no more. */
  readonly limits?: Readonly<Partial<Record<DeviceLimit, number>>> | undefined;
}

export interface FoundDevices {
  readonly devices: readonly DeviceDescription[];
  /** Why there is none, and what to do. */
  readonly reason?: string;
  /** The control thread does what they do, so nobody may wait for them without its event loop. */
  readonly areServed?: boolean;
}

/** What the thread of a device starts with, besides what every thread does. */
export interface DeviceSetup {
  readonly number: number;
  readonly description: DeviceDescription;
  /** Operations under way, then 1 when no more may begin. A thread must not end while there are any. */
  readonly pending: SharedArrayBuffer;
}

let finder: ((settings: DeviceSettings) => Promise<FoundDevices>) | undefined;

/** Sets how the devices of a process are found; at load. */
export function setDeviceFinder(find: NonNullable<typeof finder>): void {
  finder = find;
}

/** Between the control thread and those of devices. */
export const DEVICE_TOPIC = "device";

export type ToDevice =
  | { readonly type: "download"; readonly chunk: number }
  | { readonly type: "forget"; readonly chunk: number; readonly generation: number };

/** The data asked for is in the heap, or never will be. */
export interface Downloaded {
  readonly chunk: number;
  readonly error?: PostedError;
}

const PENDING = 0;
const CLOSING = 1;
/** Longest wait for what a device is doing when the process ends. */
const DRAIN_MILLISECONDS = 10_000;
const LOOK_MILLISECONDS = 5;

export class Devices {
  /** Why there is none. */
  reason: string | undefined;
  readonly #heap: Heap;
  readonly #settings: DeviceSettings;
  readonly #start: (setups: readonly DeviceSetup[]) => void;
  readonly #isAlive: (slot: number) => boolean;
  readonly #downloads = new Map<number, PromiseWithResolvers<void> & { readonly slot: number }>();
  #pending: Int32Array[] = [];
  #found: Promise<number> | undefined;

  /** `start` starts threads; `isAlive` tells of a slot whether one is there. */
  constructor(
    heap: Heap,
    settings: DeviceSettings,
    start: (setups: readonly DeviceSetup[]) => void,
    isAlive: (slot: number) => boolean,
  ) {
    this.#heap = heap;
    this.#settings = settings;
    this.#start = start;
    this.#isAlive = isAlive;
    listen(DEVICE_TOPIC, (body) => this.#onDownloaded(body as Downloaded));
  }

  /** Finds the devices of this machine and starts their threads; once. Gives how many there are. Never throws. */
  find(): Promise<number> {
    this.#found ??= (async () => {
      const found = await finder?.(this.#settings);
      const { devices, reason, areServed = false } = found ?? { devices: [] };
      this.reason = reason;
      const setups = devices.map((description, i): DeviceSetup => {
        const pending = new SharedArrayBuffer(8);
        return { number: i + 1, description, pending };
      });
      this.#pending = setups.map(({ pending }) => new Int32Array(pending));
      if (setups.length > 0) {
        if (!areServed) process.on("exit", this.#drainNow);
        this.#start(setups);
      }
      return setups.length;
    })();
    return this.#found;
  }

  /** Brings data into the heap that is on a device only; the caller holds a reference. */
  download(chunk: number): Promise<void> {
    const heap = this.#heap;
    if (heap.hasData(chunk)) return Promise.resolve();
    const slot = heap.get(chunk, "device");
    if (heap.stateOf(chunk) === "lost" || slot === 0 || !this.#isAlive(slot)) {
      return Promise.reject(lostOnDevice());
    }
    let running = this.#downloads.get(chunk);
    if (!running) {
      running = { ...Promise.withResolvers<void>(), slot };
      this.#downloads.set(chunk, running);
      running.promise.catch(() => {}); // whoever waits hears it too
      heap.retain(chunk);
      send(DEVICE_TOPIC, { type: "download", chunk } satisfies ToDevice, slot);
    }
    return running.promise;
  }

  #onDownloaded({ chunk, error }: Downloaded): void {
    const running = this.#downloads.get(chunk);
    if (!running) return;
    this.#downloads.delete(chunk);
    if (error === undefined) running.resolve();
    else running.reject(fromPost(error));
    this.#heap.release(chunk);
  }

  /** The thread of a slot is gone: what was asked of it never comes. */
  onThreadEnd(slot: number): void {
    for (const [chunk, running] of [...this.#downloads]) {
      if (running.slot === slot) this.#onDownloaded({ chunk, error: toPost(lostOnDevice()) });
    }
  }

  /** Lets devices end what they are doing: the engine does not survive the end of a thread that waits for one. */
  async drain(): Promise<void> {
    process.off("exit", this.#drainNow);
    for (const words of this.#pending) Atomics.store(words, CLOSING, 1);
    const isBusy = (): boolean => this.#pending.some((words) => Atomics.load(words, PENDING) > 0);
    const until = performance.now() + DRAIN_MILLISECONDS;
    // A timer, since waiting for a word does not keep the process alive.
    while (isBusy() && performance.now() < until) await delay(LOOK_MILLISECONDS);
  }

  readonly #drainNow = (): void => {
    for (const words of this.#pending) Atomics.store(words, CLOSING, 1);
    const until = performance.now() + DRAIN_MILLISECONDS;
    for (const words of this.#pending) {
      let left: number;
      while ((left = Atomics.load(words, PENDING)) > 0 && performance.now() < until) {
        Atomics.wait(words, PENDING, left, 100);
      }
    }
  };
}

/** Counts the operations of a device that are under way, and the calls of its binding, for whoever wants to end its thread. */
export class PendingOperations {
  readonly #words: Int32Array;

  constructor(pending: SharedArrayBuffer) {
    this.#words = new Int32Array(pending);
    Atomics.store(this.#words, PENDING, 0); // those of a thread that died are over
  }

  /** Runs an operation to its end. @throws BodkinError where the thread is about to end */
  async run<T>(begin: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await begin();
    } finally {
      this.#end();
    }
  }

  /**
   * The same of what may end at once: calls of a binding are operations, too, which the end of the thread must not
   * meet. @throws BodkinError where the thread is about to end
   */
  during(begin: () => unknown): unknown {
    this.#begin();
    let result: unknown;
    try {
      result = begin();
    } finally {
      if (!(result instanceof Promise)) this.#end();
    }
    return result instanceof Promise ? result.finally(() => this.#end()) : result;
  }

  #begin(): void {
    Atomics.add(this.#words, PENDING, 1);
    if (Atomics.load(this.#words, CLOSING) === 0) return;
    this.#end();
    throw new BodkinError("CLOSED", "the cluster is closing");
  }

  #end(): void {
    Atomics.sub(this.#words, PENDING, 1);
    Atomics.notify(this.#words, PENDING);
  }
}

export const lostOnDevice = (): BodkinError =>
  new BodkinError(
    "DEVICE_LOST",
    "the data was on a GPU that was lost; make it again by spawning its task again",
  );
