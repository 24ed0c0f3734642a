/**
 * Commands for a device, collected and submitted together: at the end of the turn of the event loop, when there are
 * many, or when somebody needs what they do. The device carries them out in their order.
 */

import type { Waiting } from "./waiting.ts";
import {
  type BindGroup,
  type CommandEncoder,
  type ComputePass,
  type ComputePipeline,
  type GpuBuffer,
  type GpuDevice,
  USAGE,
} from "./webgpu.ts";

const UNIFORM_BYTES = 65_536;
/** Every device can bind a uniform buffer from a multiple of this on. */
const UNIFORM_ALIGNMENT = 256;
/** Submissions that the device has not done; whoever adds more waits. */
const MOST_IN_FLIGHT = 8;

export class Commands {
  /** The range, lengths and scalars of the launches that are collected, one after the other. */
  readonly uniforms: GpuBuffer;
  readonly #device: GpuDevice;
  readonly #waiting: Waiting;
  readonly #uniformData = new Uint8Array(UNIFORM_BYTES);
  #uniformBytes = 0;
  #encoder: CommandEncoder | undefined;
  #pass: ComputePass | undefined;
  #afterwards: (() => void)[] = [];
  #inFlight = 0;
  #lastDone: Promise<unknown> = Promise.resolve();

  constructor(device: GpuDevice, waiting: Waiting) {
    this.#device = device;
    this.#waiting = waiting;
    this.uniforms = device.createBuffer({
      size: UNIFORM_BYTES,
      usage: USAGE.uniform | USAGE.copyTarget,
    });
  }

  /** Room in the queue: undefined where there is some, else when. */
  get room(): Promise<unknown> | undefined {
    return this.#inFlight < MOST_IN_FLIGHT ? undefined : this.#lastDone;
  }

  dispatch(
    pipeline: ComputePipeline,
    group: BindGroup,
    uniform: ArrayBuffer,
    [x, y, z]: readonly [number, number, number],
  ): void {
    if (this.#uniformBytes + uniform.byteLength > UNIFORM_BYTES) this.flush();
    const offset = this.#uniformBytes;
    this.#uniformData.set(new Uint8Array(uniform), offset);
    this.#uniformBytes += Math.ceil(uniform.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    this.#pass ??= this.#open().beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, group, [offset]);
    this.#pass.dispatchWorkgroups(x, y, z);
  }

  copy(from: GpuBuffer, to: GpuBuffer, bytes: number, fromAt = 0, toAt = 0): void {
    const encoder = this.#open();
    this.#endPass();
    encoder.copyBufferToBuffer(from, fromAt, to, toAt, bytes);
  }

  /** Calls back when what is collected now was submitted. */
  afterwards(callback: () => void): void {
    this.#open();
    this.#afterwards.push(callback);
  }

  #open(): CommandEncoder {
    if (!this.#encoder) {
      this.#encoder = this.#device.createCommandEncoder();
      queueMicrotask(() => this.flush());
    }
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  /** Submits what was collected. */
  flush(): void {
    const encoder = this.#encoder;
    if (!encoder) return;
    this.#endPass();
    this.#encoder = undefined;
    const { queue } = this.#device;
    if (this.#uniformBytes > 0) {
      queue.writeBuffer(this.uniforms, 0, this.#uniformData, 0, this.#uniformBytes);
      this.#uniformBytes = 0;
    }
    queue.submit([encoder.finish()]);
    const afterwards = this.#afterwards;
    this.#afterwards = [];
    for (const callback of afterwards) callback();
    this.#inFlight++;
    const over = (): void => {
      this.#inFlight--;
    };
    this.#lastDone = this.#waiting.for(() => queue.onSubmittedWorkDone()).then(over, over);
  }
}
