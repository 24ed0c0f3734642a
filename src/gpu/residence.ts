/**
 * Which data is on a device. Data comes when it is first used there and stays until its chunk is gone, or was changed
 * elsewhere. What the device writes is the newest until somebody brings it into the heap.
 */

import type { ElementType, TypedArray } from "../memory/dtype.ts";
import type { Heap } from "../memory/heap.ts";
import { lostOnDevice } from "../runtime/devices.ts";
import {
  ArrayPart,
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

/** Every device can bind a buffer from a multiple of so many elements on. */
const ALIGNMENT = 64;

interface Resident {
  readonly generation: number;
  /** Of the data that the buffer has. */
  version: number;
  readonly buffers: readonly GpuBuffer[];
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

  #drop(chunk: number, { buffers }: Resident): void {
    this.#residents.delete(chunk);
    this.#buffers.giveArray(buffers);
  }

  /** Whether the device has the newest data of a chunk. */
  has(chunk: number): boolean {
    const heap = this.#heap;
    return heap.stateOf(chunk) !== "lost" && this.#find(chunk)?.version === heap.versionOf(chunk);
  }

  /** The buffers of an array with its data, for reading. Its data is in the heap if it is not here. */
  read(array: DeviceArray): Binding[] {
    if (array instanceof ArrayPart) return [this.#partOf(array)];
    const { chunk, element, size } = array;
    const heap = this.#heap;
    const known = this.#find(chunk);
    if (known && this.has(chunk)) return this.#bindings(known.buffers, size);
    storageOf(element);
    if (!heap.hasData(chunk)) throw lostOnDevice();
    const buffers = known?.buffers ?? this.#buffers.takeArray(storageBytes(size));
    if (heap.get(chunk, "worker") === 0 && heap.get(chunk, "version") === 0) {
      heap.set(chunk, "version", 1);
    }
    const version = heap.versionOf(chunk); // before its data is read
    this.#residents.set(chunk, { generation: heap.generationOf(chunk), version, buffers });
    return heap.using(chunk, () => this.#upload(buffers, element, heap.view(chunk)));
  }

  #partOf({ whole, first, size }: ArrayPart): Binding {
    const bindings = this.read(whole);
    const most = this.#buffers.mostBytes;
    const { buffer } = bindings[Math.floor((4 * first) / most)] as Binding;
    return { buffer, bytes: storageBytes(size), offset: (4 * first) % most };
  }

  /** Whether elements of an array can be bound where they are. */
  canBind(first: number, size: number): boolean {
    const most = this.#buffers.mostBytes / 4;
    return first % ALIGNMENT === 0 && (first % most) + size <= most;
  }

  #bindings(buffers: readonly GpuBuffer[], size: number): Binding[] {
    const bytes = this.#buffers.cut(storageBytes(size));
    return buffers.map((buffer, i) => ({ buffer, bytes: bytes[i] as number }));
  }

  #upload(buffers: readonly GpuBuffer[], element: ElementType, from: TypedArray): Binding[] {
    const bindings = this.#bindings(buffers, from.length);
    let done = 0;
    for (const { buffer, bytes } of bindings) {
      const staging = this.#buffers.takeUpload(bytes);
      const part = from.subarray(done, done + bytes / 4);
      writeStorage(staging.getMappedRange(0, bytes), element, part);
      staging.unmap();
      this.#commands.copy(staging, buffer, bytes);
      this.#commands.afterwards(() => this.#buffers.giveUpload(staging));
      this.traffic.uploadedBytes += bytes;
      done += part.length;
    }
    this.traffic.uploads++;
    return bindings;
  }

  /** Sets the elements of an array that `create` made. */
  fill({ chunk, element }: DeviceArray, elements: Float32Array | Int32Array): void {
    this.#upload((this.#find(chunk) as Resident).buffers, element, elements);
  }

  /** The buffers of an array with its data, for reading and writing: from now on the device has the newest. */
  write(array: DeviceArray): Binding[] {
    const { chunk } = array;
    const heap = this.#heap;
    const bindings = this.read(array);
    heap.noteChange(chunk);
    (this.#residents.get(chunk) as Resident).version = heap.versionOf(chunk);
    heap.set(chunk, "device", heap.slot);
    return bindings;
  }

  /** A new array on the device alone, with anything in it; the caller owns the reference. */
  create(shape: readonly number[], element: ElementType, bytes: number): DeviceArray {
    const heap = this.#heap;
    const size = shape.reduce((all, length) => all * length, 1);
    storageOf(element);
    const buffers = this.#buffers.takeArray(storageBytes(size));
    let chunk: number;
    try {
      chunk = heap.reserve({ kind: "array", bytes, element, shape });
    } catch (error) {
      this.#buffers.giveArray(buffers);
      throw error;
    }
    heap.set(chunk, "version", 1);
    heap.set(chunk, "device", heap.slot);
    heap.seal(chunk);
    this.#residents.set(chunk, { generation: heap.generationOf(chunk), version: 1, buffers });
    return new DeviceArray(chunk, element, shape, size);
  }

  /** A copy of what an array is now; the caller gives the buffers back. */
  snapshot(array: DeviceArray): Binding[] {
    return this.read(array).map(({ buffer, bytes, offset }) => {
      const [copy] = this.#buffers.takeArray(bytes) as [GpuBuffer];
      this.#commands.copy(buffer, copy, bytes, offset);
      return { buffer: copy, bytes };
    });
  }

  /** Copies elements that follow one another to another array, held in the same way. */
  copy(from: DeviceArray, start: number, to: DeviceArray, toStart: number, count: number): void {
    const sources = this.read(from);
    const targets = this.write(to);
    const most = this.#buffers.mostBytes;
    for (let done = 0; done < 4 * count; ) {
      const [at, toAt] = [4 * start + done, 4 * toStart + done];
      const [offset, toOffset] = [at % most, toAt % most];
      const bytes = Math.min(4 * count - done, most - offset, most - toOffset);
      const source = (sources[Math.floor(at / most)] as Binding).buffer;
      const target = (targets[Math.floor(toAt / most)] as Binding).buffer;
      this.#commands.copy(source, target, bytes, offset, toOffset);
      done += bytes;
    }
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
    const bindings = this.#bindings(resident.buffers, view.length);
    await this.#readBack(bindings, (data, from, bytes) =>
      readStorage(view.subarray(from, from + bytes / 4), heap.elementOf(chunk), data),
    );
    // Unless the device has written it again meanwhile.
    if (heap.versionOf(chunk) === version) heap.set(chunk, "device", 0);
  }

  /** The elements of an array as the device holds them; its chunk stays as it is. */
  async fetch(array: DeviceArray): Promise<Float32Array | Int32Array | Uint32Array> {
    const elements = newStorage(array.element, array.size);
    const Elements = elements.constructor as typeof Float32Array;
    await this.#readBack(this.read(array), (data, from) => {
      const count = Math.min(data.byteLength / 4, array.size - from);
      elements.set(new Elements(data, 0, count), from);
    });
    return elements;
  }

  /** Gives the data of buffers, with the element that each begins with. */
  async #readBack(
    bindings: readonly Binding[],
    use: (data: ArrayBuffer, from: number, bytes: number) => void,
  ): Promise<void> {
    const most = this.#buffers.mostBytes;
    const stagings = bindings.map(({ buffer, bytes, offset }) => {
      const staging = this.#buffers.takeDownload(bytes);
      this.#commands.copy(buffer, staging, bytes, offset);
      return { staging, bytes };
    });
    this.#commands.flush();
    for (const [i, { staging, bytes }] of stagings.entries()) {
      await this.#waiting.reading(() => staging.mapAsync(MAP.read, 0, bytes));
      use(staging.getMappedRange(0, bytes), (i * most) / 4, bytes);
      staging.unmap();
      this.#buffers.giveDownload(staging);
      this.traffic.downloadedBytes += bytes;
    }
    this.traffic.downloads++;
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
