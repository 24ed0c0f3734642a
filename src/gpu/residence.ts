/**
 * Which data is on a device. Data comes when it is first used there and stays until its chunk is gone, or was changed
 * elsewhere. What the device writes is the newest until somebody brings it into the heap.
 */

import type { ElementType, TypedArray } from "../memory/dtype.ts";
import type { Heap } from "../memory/heap.ts";
import { lostOnDevice } from "../runtime/devices.ts";
import {
  DeviceArray,
  newStorage,
  readStorage,
  storageBytes,
  storageOf,
  writeStorage,
} from "./arrays.ts";
import type { Buffers } from "./buffers.ts";
import type { Commands } from "./commands.ts";
import type { Binding } from "./pipelines.ts";
import type { Waiting } from "./waiting.ts";
import { type GpuBuffer, MAP } from "./webgpu.ts";

interface Resident {
  readonly generation: number;
  /** Of the data that the buffer has. */
  version: number;
  readonly buffer: GpuBuffer;
}

export interface Traffic {
  readonly uploads: number;
  readonly downloads: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

export class Residence {
  readonly traffic = { uploads: 0, downloads: 0, uploadedBytes: 0, downloadedBytes: 0 };
  readonly #heap: Heap;
  readonly #buffers: Buffers;
  readonly #commands: Commands;
  readonly #waiting: Waiting;
  readonly #residents = new Map<number, Resident>();

  constructor(heap: Heap, buffers: Buffers, commands: Commands, waiting: Waiting) {
    this.#heap = heap;
    this.#buffers = buffers;
    this.#commands = commands;
    this.#waiting = waiting;
  }

  /** Number of arrays that are here. */
  get size(): number {
    return this.#residents.size;
  }

  #find(chunk: number): Resident | undefined {
    const resident = this.#residents.get(chunk);
    if (!resident || resident.generation === this.#heap.generationOf(chunk)) return resident;
    this.#drop(chunk, resident); // it was of another life of the entry
    return undefined;
  }

  #drop(chunk: number, { buffer }: Resident): void {
    this.#residents.delete(chunk);
    this.#buffers.giveStorage(buffer);
  }

  /** Whether the device has the newest data of a chunk. */
  has(chunk: number): boolean {
    const heap = this.#heap;
    return heap.stateOf(chunk) !== "lost" && this.#find(chunk)?.version === heap.versionOf(chunk);
  }

  /** The buffer of an array with its data, for reading. Its data is in the heap if it is not here. */
  read(array: DeviceArray): Binding {
    const { chunk, element, size } = array;
    const heap = this.#heap;
    const bytes = storageBytes(size);
    const known = this.#find(chunk);
    if (known && this.has(chunk)) return { buffer: known.buffer, bytes };
    storageOf(element);
    if (!heap.hasData(chunk)) throw lostOnDevice();
    const buffer = known?.buffer ?? this.#buffers.takeStorage(bytes);
    if (heap.get(chunk, "worker") === 0 && heap.get(chunk, "version") === 0) {
      heap.set(chunk, "version", 1);
    }
    const version = heap.versionOf(chunk); // before its data is read
    this.#residents.set(chunk, { generation: heap.generationOf(chunk), version, buffer });
    this.#upload(buffer, bytes, element, heap.view(chunk));
    return { buffer, bytes };
  }

  #upload(buffer: GpuBuffer, bytes: number, element: ElementType, from: TypedArray): void {
    const staging = this.#buffers.takeUpload(bytes);
    writeStorage(staging.getMappedRange(0, bytes), element, from);
    staging.unmap();
    this.#commands.copy(staging, buffer, bytes);
    this.#commands.afterwards(() => this.#buffers.giveUpload(staging));
    this.traffic.uploads++;
    this.traffic.uploadedBytes += bytes;
  }

  /** Sets the elements of an array that `create` made. */
  fill(array: DeviceArray, elements: Float32Array | Int32Array): void {
    const { buffer, bytes } = this.read(array);
    this.#upload(buffer, bytes, array.element, elements);
  }

  /** The buffer of an array with its data, for reading and writing: from now on the device has the newest. */
  write(array: DeviceArray): Binding {
    const { chunk } = array;
    const heap = this.#heap;
    const binding = this.read(array);
    heap.noteChange(chunk);
    (this.#residents.get(chunk) as Resident).version = heap.versionOf(chunk);
    heap.set(chunk, "device", heap.slot);
    return binding;
  }

  /** A new array on the device alone, with anything in it; the caller owns the reference. */
  create(shape: readonly number[], element: ElementType, bytes: number): DeviceArray {
    const heap = this.#heap;
    const size = shape.reduce((all, length) => all * length, 1);
    storageOf(element);
    const buffer = this.#buffers.takeStorage(storageBytes(size));
    let chunk: number;
    try {
      chunk = heap.reserve({ kind: "array", bytes, element, shape });
    } catch (error) {
      this.#buffers.giveStorage(buffer);
      throw error;
    }
    heap.set(chunk, "version", 1);
    heap.set(chunk, "device", heap.slot);
    heap.seal(chunk);
    this.#residents.set(chunk, { generation: heap.generationOf(chunk), version: 1, buffer });
    return new DeviceArray(chunk, element, shape, size);
  }

  /** A copy of what an array is now; the caller gives the buffer back. */
  snapshot(array: DeviceArray): Binding {
    const { buffer, bytes } = this.read(array);
    const copy = this.#buffers.takeStorage(bytes);
    this.#commands.copy(buffer, copy, bytes);
    return { buffer: copy, bytes };
  }

  /** A chunk is gone. */
  forget(chunk: number, generation: number): void {
    const resident = this.#residents.get(chunk);
    if (resident?.generation === generation) this.#drop(chunk, resident);
  }

  /** Brings the newest data of a chunk into the heap; somebody holds a reference. */
  async download(chunk: number): Promise<void> {
    const heap = this.#heap;
    if (heap.hasData(chunk)) return;
    const resident = this.#find(chunk);
    if (!resident || !this.has(chunk)) throw lostOnDevice();
    if (heap.get(chunk, "address") === 0) heap.back(chunk);
    const { version } = resident;
    const view = heap.view(chunk);
    const bytes = storageBytes(view.length);
    await this.#readBack(resident.buffer, bytes, (data) =>
      readStorage(view, heap.elementOf(chunk), data),
    );
    // Unless the device has written it again meanwhile.
    if (heap.versionOf(chunk) === version) heap.set(chunk, "device", 0);
  }

  /** The elements of an array as the device holds them; its chunk stays as it is. */
  async fetch(array: DeviceArray): Promise<Float32Array | Int32Array | Uint32Array> {
    const { buffer, bytes } = this.read(array);
    const elements = newStorage(array.element, array.size);
    await this.#readBack(buffer, bytes, (data) => {
      elements.set(new (elements.constructor as typeof Float32Array)(data, 0, array.size));
    });
    return elements;
  }

  async #readBack(
    buffer: GpuBuffer,
    bytes: number,
    use: (data: ArrayBuffer) => void,
  ): Promise<void> {
    const staging = this.#buffers.takeDownload(bytes);
    this.#commands.copy(buffer, staging, bytes);
    this.#commands.flush();
    await this.#waiting.for(() => staging.mapAsync(MAP.read));
    use(staging.getMappedRange(0, bytes));
    staging.unmap();
    this.#buffers.giveDownload(staging);
    this.traffic.downloads++;
    this.traffic.downloadedBytes += bytes;
  }

  /** The device is lost, and what only it had. */
  lose(): void {
    const heap = this.#heap;
    for (const [chunk, { generation }] of this.#residents) {
      if (!heap.tryRetain(chunk, generation)) continue;
      if (heap.isOnDevice(chunk) && heap.get(chunk, "device") === heap.slot) heap.lose(chunk);
      heap.release(chunk);
    }
    this.#residents.clear();
  }
}
