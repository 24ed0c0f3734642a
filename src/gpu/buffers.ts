/**
 * Buffers of a device, used again: making one costs more than most launches. Storage holds arrays; staging buffers
 * are the way between a device and memory, since the binding must never be given shared memory itself. No buffer is larger
 * than what a kernel can be given at once: larger arrays have several, cut at the same elements.
 */

import type { Waiting } from "./waiting.ts";
import { type GpuBuffer, type GpuDevice, type Limits, MAP, USAGE } from "./webgpu.ts";

type Kind = "storage" | "upload" | "download";

const USAGES: Record<Kind, number> = {
  storage: USAGE.storage | USAGE.copySource | USAGE.copyTarget,
  upload: USAGE.mapWrite | USAGE.copySource,
  download: USAGE.mapRead | USAGE.copyTarget,
};

const LEAST_BYTES = 256;
/** Above this sizes are multiples of it; below, powers of two. */
const STEP_BYTES: number = 2 ** 20;
/** Free buffers of each kind up to this size in all. */
const MOST_FREE_BYTES: number = 2 ** 28;

export class Buffers {
  /** Buffers that are in use. */
  inUse = 0;
  /** Of one buffer. */
  readonly mostBytes: number;
  readonly #device: GpuDevice;
  readonly #waiting: Waiting;
  readonly #flush: () => void;
  /** By kind and size, and for each kind the bytes of all. */
  readonly #free = new Map<string, GpuBuffer[]>();
  readonly #freeBytes: Record<Kind, number> = { storage: 0, upload: 0, download: 0 };

  /** `flush` submits the commands that were collected: they may use a buffer that is about to be destroyed. */
  constructor(device: GpuDevice, limits: Limits, waiting: Waiting, flush: () => void) {
    const { maxBufferSize, maxStorageBufferBindingSize } = limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    this.mostBytes = most - (most % LEAST_BYTES);
    this.#device = device;
    this.#waiting = waiting;
    this.#flush = flush;
  }

  /** Room for an array, with anything in it: several buffers where one could not be bound whole. */
  takeArray(bytes: number): GpuBuffer[] {
    return this.cut(bytes).map((own) => this.#take("storage", own));
  }

  giveArray(buffers: readonly GpuBuffer[]): void {
    for (const buffer of buffers) this.#give("storage", buffer);
  }

  /** How many of so many bytes each buffer of an array has. */
  cut(bytes: number): number[] {
    const { mostBytes } = this;
    return Array.from({ length: Math.ceil(bytes / mostBytes) }, (_, i) =>
      Math.min(mostBytes, bytes - i * mostBytes),
    );
  }

  /** A buffer that is mapped for writing. */
  takeUpload(bytes: number): GpuBuffer {
    return this.#take("upload", bytes);
  }

  /** Gives one back whose copy was submitted. */
  giveUpload(buffer: GpuBuffer): void {
    this.#waiting
      .for(() => buffer.mapAsync(MAP.write))
      .then(
        () => this.#give("upload", buffer),
        () => {
          this.inUse--; // the device is lost
        },
      );
  }

  takeDownload(bytes: number): GpuBuffer {
    return this.#take("download", bytes);
  }

  giveDownload(buffer: GpuBuffer): void {
    this.#give("download", buffer);
  }

  #take(kind: Kind, bytes: number): GpuBuffer {
    const size = Math.min(roundUp(bytes), this.mostBytes);
    this.inUse++;
    const free = this.#free.get(`${kind} ${size}`)?.pop();
    if (free) {
      this.#freeBytes[kind] -= size;
      return free;
    }
    return this.#device.createBuffer({
      size,
      usage: USAGES[kind],
      mappedAtCreation: kind === "upload",
    });
  }

  #give(kind: Kind, buffer: GpuBuffer): void {
    this.inUse--;
    const { size } = buffer;
    if (this.#freeBytes[kind] + size > MOST_FREE_BYTES) {
      this.#flush();
      buffer.destroy();
      return;
    }
    this.#freeBytes[kind] += size;
    const key = `${kind} ${size}`;
    const free = this.#free.get(key);
    if (free) free.push(buffer);
    else this.#free.set(key, [buffer]);
  }
}

function roundUp(bytes: number): number {
  if (bytes > STEP_BYTES) return Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
  let size = LEAST_BYTES;
  while (size < bytes) size *= 2;
  return size;
}
