/** Kernels as pipelines of a device, made once for each shape of groups, and what they are bound to. */

import type { KernelIR } from "../kernel/ir.ts";
import type { Range } from "../kernel/range.ts";
import { toWgsl, type WgslKernel } from "../kernel/wgsl/wgsl.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import { internalError, invalidArgument } from "../wire/errors.ts";
import type { Waiting } from "./waiting.ts";
import {
  type BindGroup,
  type BindGroupLayout,
  type ComputePipeline,
  type GpuBuffer,
  type GpuDevice,
  type Limits,
  VISIBLE_TO_COMPUTE,
} from "./webgpu.ts";

export interface Pipeline {
  readonly kernel: WgslKernel;
  readonly pipeline: ComputePipeline;
  readonly layout: BindGroupLayout;
  /** By the buffers. */
  readonly groups: BoundedMap<BindGroup>;
}

/** A buffer, and how much of it an array takes, from where on. */
export interface Binding {
  readonly buffer: GpuBuffer;
  readonly bytes: number;
  readonly offset?: number;
}

const KEPT_GROUPS = 64;

export class Pipelines {
  readonly #device: GpuDevice;
  readonly #limits: Limits;
  readonly #waiting: Waiting;
  readonly #made = new WeakMap<KernelIR, Map<string, Pipeline | Promise<Pipeline>>>();
  readonly #numbers = new WeakMap<GpuBuffer, number>();
  #number = 0;

  constructor(device: GpuDevice, limits: Limits, waiting: Waiting) {
    this.#device = device;
    this.#limits = limits;
    this.#waiting = waiting;
  }

  /** @throws KernelError or BodkinError where the device cannot run the kernel */
  get(ir: KernelIR, { group }: Range, isSection: boolean): Pipeline | Promise<Pipeline> {
    let forms = this.#made.get(ir);
    if (!forms) this.#made.set(ir, (forms = new Map()));
    const key = `${group.join()}${isSection ? " section" : ""}`;
    let made = forms.get(key);
    if (!made) {
      made = this.#make(toWgsl(ir, group, isSection), ir.name);
      const own = forms;
      own.set(key, made);
      made.then(
        (pipeline) => own.set(key, pipeline),
        () => own.delete(key),
      );
    }
    return made;
  }

  #make(kernel: WgslKernel, name: string): Promise<Pipeline> {
    this.#check(kernel, name);
    const device = this.#device;
    const layout = device.createBindGroupLayout({
      entries: [
        {
          binding: kernel.uniform.binding,
          visibility: VISIBLE_TO_COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true },
        },
        ...kernel.buffers.map(({ binding, access }) => ({
          binding,
          visibility: VISIBLE_TO_COMPUTE,
          buffer: { type: access === "read" ? "read-only-storage" : "storage" } as const,
        })),
      ],
    });
    return this.#waiting.for(async () => {
      const module = device.createShaderModule({ code: kernel.code });
      const { messages } = await this.#waiting.reading(() => module.getCompilationInfo());
      const errors = messages.filter((each) => each.type === "error");
      if (errors.length > 0) {
        const list = errors.map((each) => `line ${each.lineNum}: ${each.message}`).join("; ");
        throw internalError(`the WGSL of kernel '${name}' is wrong: ${list}\n${kernel.code}`);
      }
      const pipeline = await device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: kernel.entryPoint },
      });
      return { kernel, pipeline, layout, groups: new BoundedMap<BindGroup>(KEPT_GROUPS) };
    });
  }

  #check({ groupItems, sharedBytes, buffers }: WgslKernel, name: string): void {
    const limits = this.#limits;
    const mostItems = Math.min(
      limits.maxComputeInvocationsPerWorkgroup,
      limits.maxComputeWorkgroupSizeX,
    );
    if (groupItems > mostItems) {
      throw invalidArgument(
        `a group of kernel '${name}' has ${groupItems} items, and the GPU takes ${mostItems}; give it smaller groups: range(size, { group })`,
      );
    }
    if (sharedBytes > limits.maxComputeWorkgroupStorageSize) {
      throw invalidArgument(
        `kernel '${name}' has ${sharedBytes} bytes in local arrays, and a group has ${limits.maxComputeWorkgroupStorageSize} on the GPU; make them shorter`,
      );
    }
    if (buffers.length > limits.maxStorageBuffersPerShaderStage) {
      throw invalidArgument(
        `kernel '${name}' uses ${buffers.length} arrays, and the GPU binds ${limits.maxStorageBuffersPerShaderStage} at once; use fewer`,
      );
    }
  }

  /** What binds these buffers, in the order of the kernel's. */
  bind(
    { kernel, layout, groups }: Pipeline,
    uniforms: GpuBuffer,
    buffers: readonly Binding[],
  ): BindGroup {
    const key = buffers
      .map(({ buffer, bytes, offset = 0 }) => `${this.#numberOf(buffer)}:${bytes}@${offset}`)
      .join();
    return groups.getOrMake(key, () =>
      this.#device.createBindGroup({
        layout,
        entries: [
          {
            binding: kernel.uniform.binding,
            resource: { buffer: uniforms, size: kernel.uniform.size },
          },
          ...buffers.map(({ buffer, bytes, offset = 0 }, i) => ({
            binding: (kernel.buffers[i] as WgslKernel["buffers"][number]).binding,
            resource: { buffer, offset, size: bytes },
          })),
        ],
      }),
    );
  }

  #numberOf(buffer: GpuBuffer): number {
    let number = this.#numbers.get(buffer);
    if (number === undefined) this.#numbers.set(buffer, (number = ++this.#number));
    return number;
  }
}
