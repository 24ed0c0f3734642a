/**
 * The thread of a device: opens it when the first task comes, runs what tasks ask for, and answers the control
 * thread, which asks for data. A device that is lost takes along what only it had; the next task opens another.
 */

import type { AnyFunction } from "../closure/codec.ts";
import type { Context } from "../runtime/context.ts";
import {
  DEVICE_TOPIC,
  type DeviceHost,
  type DeviceSetup,
  type Downloaded,
  lostOnDevice,
  PendingOperations,
  type ToDevice,
} from "../runtime/devices.ts";
import { toPost } from "../runtime/failure.ts";
import { listen, send } from "../runtime/topics.ts";
import { BodkinError, SchedulingError } from "../wire/errors.ts";
import { DeviceArray, type F64Option } from "./arrays.ts";
import { OpenDevice } from "./compute.ts";
import {
  cannotRunOnDevice,
  type DeviceImplementation,
  implementationOf,
  runsOnHost,
} from "./registry.ts";
import { Waiting } from "./waiting.ts";

class Host implements DeviceHost {
  readonly #context: Context;
  readonly #setup: DeviceSetup;
  readonly #operations: PendingOperations;
  readonly #waiting: Waiting;
  #device: OpenDevice | undefined;
  #opening: Promise<OpenDevice> | undefined;

  constructor(setup: DeviceSetup, context: Context) {
    this.#setup = setup;
    this.#context = context;
    const isPolled = !setup.description["isServed"];
    this.#operations = new PendingOperations(setup.pending);
    this.#waiting = new Waiting(this.#operations, isPolled);
    listen(DEVICE_TOPIC, (body) => {
      const say = body as ToDevice;
      if (say.type === "forget") this.#device?.residence.forget(say.chunk, say.generation);
      else void this.#download(say.chunk);
    });
  }

  #open(): Promise<OpenDevice> {
    this.#opening ??= OpenDevice.open(
      this.#setup.description,
      this.#context.heap,
      this.#waiting,
      (device) => this.#lose(device),
    )
      .then((device) => {
        this.#device = device;
        return device;
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  #lose(device: OpenDevice): void {
    if (this.#device === device) this.#device = undefined;
    device.residence.lose();
  }

  usesDevice(fn: AnyFunction): boolean {
    if (implementationOf(fn)) return true;
    if (runsOnHost(fn)) return false;
    throw new SchedulingError(cannotRunOnDevice(fn.name || "anonymous"));
  }

  operand(chunk: number): DeviceArray {
    const { heap } = this.#context;
    const size = heap.bytesOf(chunk) / heap.elementSizeOf(chunk);
    const shape = heap.kindOf(chunk) === "array" ? heap.shapeOf(chunk) : [size];
    return new DeviceArray(chunk, heap.elementOf(chunk), shape, size);
  }

  has(chunk: number): boolean {
    return this.#device?.residence.has(chunk) ?? false;
  }

  call(fn: AnyFunction, args: readonly unknown[], f64: unknown): unknown {
    const how = implementationOf(fn) as DeviceImplementation;
    const run = (device: OpenDevice): unknown =>
      device.call((own) => how(own, ...(args as never[])), f64 as F64Option);
    return this.#operations.during(() =>
      this.#device ? run(this.#device) : this.#open().then(run),
    );
  }

  chunkOf(result: unknown): number | undefined {
    return result instanceof DeviceArray ? result.chunk : undefined;
  }

  async #download(chunk: number): Promise<void> {
    let answer: Downloaded = { chunk };
    try {
      await this.#operations.run(async () => {
        if (!this.#device) throw lostOnDevice();
        await this.#device.download(chunk);
      });
    } catch (error) {
      // The device says it in its own words, or is gone.
      answer = { chunk, error: toPost(error instanceof BodkinError ? error : lostOnDevice()) };
    }
    send(DEVICE_TOPIC, answer);
  }
}

export const openHost = (setup: DeviceSetup, context: Context): DeviceHost =>
  new Host(setup, context);
