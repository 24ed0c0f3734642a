/**
 * The control thread's side of a `GPU` object that the program gave: does what the thread of its device asks for. The
 * object is kept for ever; see `binding.ts`.
 */

import { PendingOperations } from "../runtime/devices.ts";
import { listen, send } from "../runtime/topics.ts";
import { type Call, GPU_TOPIC, type MethodCall, TO_GPU, type Told } from "./remote-calls.ts";
import { Waiting } from "./waiting.ts";
import { type Gpu, type GpuBuffer, type GpuDevice, LIMITS, MAP } from "./webgpu.ts";

type Method = (...args: unknown[]) => unknown;

/** Serves the thread of the device, whichever it is at a time. */
export function serveGpu(gpu: Gpu): void {
  let served: Served | undefined;
  listen(GPU_TOPIC, (body, from) => {
    for (const call of body as readonly Call[]) {
      if ("reset" in call) {
        served?.end();
        served = new Served(gpu, from);
      } else served?.do(call);
    }
  });
}

class Served {
  readonly #objects = new Map<number, unknown>();
  readonly #slot: number;
  readonly #waiting = new Waiting(new PendingOperations(new SharedArrayBuffer(8)));
  #device: { readonly id: number; readonly device: GpuDevice } | undefined;

  constructor(gpu: Gpu, slot: number) {
    this.#slot = slot;
    this.#objects.set(TO_GPU, gpu);
  }

  #say(told: Told): void {
    send(GPU_TOPIC, told, this.#slot);
  }

  do(call: Exclude<Call, { readonly reset: true }>): void {
    if ("drop" in call) {
      this.#objects.delete(call.to);
      return;
    }
    try {
      this.#call(call);
    } catch (error) {
      const id = this.#device?.id;
      if (id !== undefined) this.#say({ device: id, failed: messageOf(error) });
    }
  }

  #call(call: MethodCall): void {
    const { to, on, method, answer, result, data } = call;
    const object = this.#objects.get(to) as Record<string, unknown>;
    const target = (on === undefined ? object : object[on]) as Record<string, Method>;
    if (data) {
      const mapped = (object as unknown as GpuBuffer).getMappedRange(0, data.byteLength);
      new Uint8Array(mapped).set(new Uint8Array(data));
    }
    const run = (): unknown => (target[method] as Method)(...(this.#given(call.args) as unknown[]));
    if (answer === undefined) {
      const made = run();
      if (result !== undefined) this.#objects.set(result, made);
      return;
    }
    this.#waiting
      .for(async () => this.#valueOf(call, target, await run()))
      .then(
        (value) => this.#say({ answer, value }),
        (error) => this.#say({ answer, error: messageOf(error) }),
      );
  }

  /** Arguments with objects in place of what stands for them. */
  #given(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#given(each));
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    if ("remote" in value) return this.#objects.get(value.remote as number);
    return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, this.#given(own)]));
  }

  /** What the answer to a call says of its result. */
  #valueOf({ method, args, result, to }: MethodCall, target: unknown, made: unknown): unknown {
    if (result !== undefined && made !== null) this.#objects.set(result, made);
    switch (method) {
      case "requestAdapter":
        return made && limitsOf(made as GpuDevice);
      case "requestDevice":
        this.#watch(result as number, made as GpuDevice);
        this.#objects.delete(to); // an adapter makes one device
        return limitsOf(made as GpuDevice);
      case "getCompilationInfo": {
        const { messages } = made as { messages: readonly Record<string, unknown>[] };
        return {
          messages: Array.from(messages, ({ type, message, lineNum }) => ({
            type,
            message,
            lineNum,
          })),
        };
      }
      case "mapAsync": {
        const [mode, offset, size] = args as [number, number, number];
        return mode === MAP.read
          ? (target as GpuBuffer).getMappedRange(offset, size).slice(0)
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #watch(id: number, device: GpuDevice): void {
    this.#device = { id, device };
    device.onuncapturederror = ({ error }) => this.#say({ device: id, failed: error.message });
    void device.lost.then(({ reason, message }) => {
      this.#objects.delete(id);
      this.#say({ device: id, lost: { reason, message } });
    });
  }

  /** The thread that it served is gone. */
  end(): void {
    this.#objects.clear();
    this.#device?.device.destroy();
  }
}

const limitsOf = ({ limits }: Pick<GpuDevice, "limits">): Record<string, number> =>
  Object.fromEntries(LIMITS.map((name) => [name, limits[name]]));

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
