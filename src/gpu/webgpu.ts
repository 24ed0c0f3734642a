/** What is used of WebGPU, as types; so that users of the library need no package with all of it. */

import { DEVICE_LIMITS, type DeviceLimit } from "../runtime/devices.ts";

export interface Gpu {
  requestAdapter(options?: {
    readonly powerPreference?: "low-power" | "high-performance";
  }): Promise<Adapter | null>;
}

export const LIMITS: readonly DeviceLimit[] = DEVICE_LIMITS;

export type LimitName = DeviceLimit;

export type Limits = Readonly<Record<LimitName, number>>;

export interface Adapter {
  readonly limits: Limits;
  requestDevice(description: {
    readonly requiredLimits: Partial<Record<LimitName, number>>;
  }): Promise<GpuDevice>;
}

export interface GpuDevice {
  readonly limits: Limits;
  readonly queue: Queue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  createBuffer(description: {
    readonly size: number;
    readonly usage: number;
    readonly mappedAtCreation?: boolean;
  }): GpuBuffer;
  createShaderModule(description: { readonly code: string }): ShaderModule;
  createBindGroupLayout(description: {
    readonly entries: readonly {
      readonly binding: number;
      readonly visibility: number;
      readonly buffer: {
        readonly type: "uniform" | "storage" | "read-only-storage";
        readonly hasDynamicOffset?: boolean;
      };
    }[];
  }): BindGroupLayout;
  createPipelineLayout(description: {
    readonly bindGroupLayouts: readonly BindGroupLayout[];
  }): PipelineLayout;
  createComputePipelineAsync(description: {
    readonly layout: PipelineLayout;
    readonly compute: { readonly module: ShaderModule; readonly entryPoint: string };
  }): Promise<ComputePipeline>;
  createBindGroup(description: {
    readonly layout: BindGroupLayout;
    readonly entries: readonly { readonly binding: number; readonly resource: BufferBinding }[];
  }): BindGroup;
  createCommandEncoder(): CommandEncoder;
  destroy(): void;
}

export interface BufferBinding {
  readonly buffer: GpuBuffer;
  readonly offset?: number;
  readonly size?: number;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset?: number, size?: number): Promise<undefined>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface ShaderModule {
  getCompilationInfo(): Promise<{
    readonly messages: readonly {
      readonly type: string;
      readonly message: string;
      readonly lineNum: number;
    }[];
  }>;
}

declare const brand: unique symbol;
interface Opaque<Name extends string> {
  readonly [brand]: Name;
}
export type BindGroupLayout = Opaque<"BindGroupLayout">;
export type PipelineLayout = Opaque<"PipelineLayout">;
export type ComputePipeline = Opaque<"ComputePipeline">;
export type BindGroup = Opaque<"BindGroup">;
export type CommandBuffer = Opaque<"CommandBuffer">;

export interface CommandEncoder {
  beginComputePass(): ComputePass;
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): CommandBuffer;
}

export interface ComputePass {
  setPipeline(pipeline: ComputePipeline): void;
  setBindGroup(index: number, group: BindGroup, offsets: readonly number[]): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}

export interface Queue {
  submit(commands: readonly CommandBuffer[]): void;
  writeBuffer(
    to: GpuBuffer,
    offset: number,
    data: Uint8Array<ArrayBuffer>,
    from: number,
    size: number,
  ): void;
  onSubmittedWorkDone(): Promise<undefined>;
}

export const USAGE = {
  mapRead: 0x1,
  mapWrite: 0x2,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

export const MAP = { read: 1, write: 2 } as const;

export const VISIBLE_TO_COMPUTE = 4;
