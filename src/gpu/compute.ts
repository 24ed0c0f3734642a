/**
 * An open device, and what the implementations of functions on it see: arrays that are there, new ones, and kernels
 * to launch on them.
 */

import type { KernelIR } from "../kernel/ir.ts";
import type { Range } from "../kernel/range.ts";
import { dispatchSize } from "../kernel/wgsl/wgsl.ts";
import { type ElementType, elementOf } from "../memory/dtype.ts";
import type { Heap } from "../memory/heap.ts";
import type { DeviceDescription } from "../runtime/devices.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { ArrayPart, DeviceArray, type F64Option } from "./arrays.ts";
import { gpuOf } from "./binding.ts";
import { Buffers } from "./buffers.ts";
import { Commands } from "./commands.ts";
import { type Binding, type Pipeline, Pipelines } from "./pipelines.ts";
import { Residence, type Traffic } from "./residence.ts";
import { type LaunchSection, sectionsOf } from "./sections.ts";
import type { Waiting } from "./waiting.ts";
import { type GpuDevice, LIMITS, type LimitName, type Limits } from "./webgpu.ts";

export interface DeviceStatistics extends Traffic {
  readonly launches: number;
  /** Arrays on the device. */
  readonly arrays: number;
  /** Buffers in use: of arrays, and for transfers. */
  readonly buffers: number;
}

/** What an implementation gets, for one call. */
export interface ComputeDevice {
  readonly f64: F64Option;
  /** A new array with anything in it. It is freed after the call, unless it is its result. */
  create(shape: readonly number[], element: ElementType): DeviceArray;
  /** Elements that a kernel can be given of one array at any places. */
  readonly mostElements: number;
  /** Elements of an array that follow one another, for reading; a copy where they cannot be bound as they are. */
  part(array: DeviceArray, first: number, shape: readonly number[]): DeviceArray;
  /** Copies elements that follow one another; both arrays have elements of one type. */
  copy(from: DeviceArray, start: number, to: DeviceArray, toStart: number, count: number): void;
  /** A new array with one axis of these elements, freed as those of `create`. */
  upload(elements: Float32Array | Int32Array): DeviceArray;
  /**
   * Launches a kernel over a range; arguments in the order of its parameters. What is launched later sees what it
   * wrote. A promise where the kernel has to be made first.
   */
  launch(
    ir: KernelIR,
    range: Range,
    args: readonly (DeviceArray | number)[],
  ): undefined | Promise<undefined>;
  /** The elements of an array, as the device holds them. */
  read(array: DeviceArray): Promise<Float32Array | Int32Array | Uint32Array>;
  readonly statistics: DeviceStatistics;
}

export class OpenDevice {
  readonly residence: Residence;
  readonly #heap: Heap;
  readonly #buffers: Buffers;
  readonly #commands: Commands;
  readonly #pipelines: Pipelines;
  #launches = 0;
  #failure: BodkinError | undefined;

  private constructor(device: GpuDevice, limits: Limits, heap: Heap, waiting: Waiting) {
    this.#heap = heap;
    this.#buffers = new Buffers(device, limits, waiting, () => this.#commands.flush());
    this.#commands = new Commands(device, waiting);
    this.#pipelines = new Pipelines(device, limits, waiting);
    this.residence = new Residence(heap, this.#buffers, this.#commands, waiting);
    device.onuncapturederror = ({ error }) => {
      if (this.#failure) return;
      this.#failure = new BodkinError("DEVICE_LOST", `the GPU failed: ${error.message}`);
      console.error(this.#failure);
      device.destroy(); // what it has is not to be trusted
    };
  }

  /** Opens a device; `onLost` is called once, when it is gone. */
  static async open(
    description: DeviceDescription,
    heap: Heap,
    waiting: Waiting,
    onLost: (device: OpenDevice, message: string) => void,
  ): Promise<OpenDevice> {
    const device = await openGpu(description, waiting);
    const lowered = description["limits"] as Partial<Limits> | undefined;
    const limit = (name: LimitName): number =>
      Math.min(device.limits[name], lowered?.[name] ?? Number.POSITIVE_INFINITY);
    const limits = Object.fromEntries(LIMITS.map((name) => [name, limit(name)])) as Limits;
    const own = new OpenDevice(device, limits, heap, waiting);
    void device.lost.then(({ message }) => onLost(own, message));
    return own;
  }

  get statistics(): DeviceStatistics {
    return {
      ...this.residence.traffic,
      launches: this.#launches,
      arrays: this.residence.size,
      buffers: this.#buffers.inUse,
    };
  }

  create(shape: readonly number[], element: ElementType): DeviceArray {
    const bytes = shape.reduce((all, length) => all * length, elementOf(element).size);
    return this.residence.create(shape, element, bytes);
  }

  launch(
    ir: KernelIR,
    range: Range,
    args: readonly (DeviceArray | number)[],
  ): undefined | Promise<undefined> {
    if (this.#failure) throw this.#failure;
    if (range.items === 0) return undefined;
    const sections = sectionsOf(ir, range, args, this.#buffers.mostBytes / 4);
    const [first] = sections as [LaunchSection];
    const pipeline = this.#pipelines.get(ir, first.range, first.section !== undefined);
    const { room } = this.#commands;
    if (!("then" in pipeline) && !room) {
      this.#dispatch(ir, pipeline, sections, args);
      return undefined;
    }
    return Promise.all([pipeline, room]).then(([made]) => {
      this.#dispatch(ir, made, sections, args);
      return undefined;
    });
  }

  #dispatch(
    ir: KernelIR,
    pipeline: Pipeline,
    sections: readonly LaunchSection[],
    args: readonly (DeviceArray | number)[],
  ): void {
    const { kernel } = pipeline;
    const temporary: Binding[] = [];
    const isWritten = (array: DeviceArray): boolean =>
      kernel.buffers.some(
        ({ parameter, access }) =>
          access === "read_write" && (args[parameter] as DeviceArray).chunk === array.chunk,
      );
    const written = new Set<number>();
    const bindings = kernel.buffers.map(({ parameter, access }): readonly Binding[] => {
      const array = args[parameter] as DeviceArray;
      if (access === "read") {
        if (!isWritten(array)) return this.residence.read(array);
        // A device cannot bind a buffer that is written a second time: what is read is what it was before.
        const copy = this.residence.snapshot(array);
        temporary.push(...copy);
        return copy;
      }
      if (written.has(array.chunk)) {
        throw invalidArgument(
          `kernel '${ir.name}' gets the same array for two parameters that it writes, which a GPU cannot do; give it one`,
        );
      }
      written.add(array.chunk);
      return this.residence.read(array);
    });
    for (const { parameter, access } of kernel.buffers) {
      if (access === "read_write") this.residence.write(args[parameter] as DeviceArray);
    }
    const scalars = args.filter((arg) => typeof arg === "number");
    const lengths = args.flatMap((arg) => (typeof arg === "object" ? [arg.size] : []));
    sections.forEach(({ range, section }, i) => {
      const own = bindings.map((each) => each[i] as Binding);
      this.#commands.dispatch(
        pipeline.pipeline,
        this.#pipelines.bind(pipeline, this.#commands.uniforms, own),
        kernel.uniformData(range, lengths, scalars, section),
        dispatchSize(range),
      );
    });
    this.#launches++;
    if (temporary.length > 0) {
      const buffers = temporary.map(({ buffer }) => buffer);
      this.#commands.afterwards(() => this.#buffers.giveArray(buffers));
    }
  }

  /** Calls an implementation; gives its result, with a reference if that is an array. */
  call(body: (device: ComputeDevice) => unknown, f64: F64Option): unknown {
    const created: DeviceArray[] = [];
    const create = (shape: readonly number[], element: ElementType): DeviceArray => {
      const array = this.create(shape, element);
      created.push(array);
      return array;
    };
    const device: ComputeDevice = {
      f64,
      create,
      mostElements: this.#buffers.mostBytes / 4,
      part: (array, first, shape) => {
        const size = shape.reduce((all, length) => all * length, 1);
        if (this.residence.canBind(first, size)) return new ArrayPart(array, first, shape, size);
        const made = create(shape, array.element);
        this.residence.copy(array, first, made, 0, size);
        return made;
      },
      copy: (...copied) => this.residence.copy(...copied),
      upload: (elements) => {
        const array = this.create(
          [elements.length],
          elements instanceof Int32Array ? "i32" : "f32",
        );
        created.push(array);
        this.residence.fill(array, elements);
        return array;
      },
      launch: (ir, range, args) => this.launch(ir, range, args),
      read: (array) => this.residence.fetch(array),
      statistics: this.statistics,
    };
    const end = (result: unknown): unknown => {
      if (result instanceof DeviceArray) this.#heap.retain(result.chunk);
      for (const { chunk } of created) this.#heap.release(chunk);
      return result;
    };
    const fail = (error: unknown): never => {
      end(undefined);
      throw error;
    };
    let result: unknown;
    try {
      result = body(device);
    } catch (error) {
      fail(error);
    }
    return result instanceof Promise ? result.then(end, fail) : end(result);
  }

  async download(chunk: number): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.residence.download(chunk);
    if (this.#failure) throw this.#failure;
  }
}

async function openGpu(description: DeviceDescription, waiting: Waiting): Promise<GpuDevice> {
  try {
    const gpu = gpuOf(description);
    const adapter = await waiting.for(() =>
      gpu.requestAdapter({ powerPreference: "high-performance" }),
    );
    if (!adapter) throw new Error("it is gone");
    const { limits } = adapter;
    const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, limits[name]]));
    return await waiting.for(() => adapter.requestDevice({ requiredLimits }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BodkinError("DEVICE_LOST", `the GPU that was found cannot be opened: ${why}`);
  }
}
