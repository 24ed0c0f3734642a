/**
 * A `GPU` object on the control thread, used from the thread of a device: such objects cannot travel. The thread has
 * stand-ins with the same methods; calls go over in order, and those that give a promise are answered. Memory that is
 * mapped is a copy on this side. What a stand-in stands for is let go when it is destroyed, used up or collected.
 */

import { listen, send } from "../runtime/topics.ts";
import {
  type Call,
  GPU_TOPIC,
  type MethodCall,
  type Reference,
  TO_GPU,
  type Told,
} from "./remote-calls.ts";
import {
  type Adapter,
  type BindGroup,
  type BindGroupLayout,
  type CommandBuffer,
  type CommandEncoder,
  type ComputePass,
  type ComputePipeline,
  type Gpu,
  type GpuBuffer,
  type GpuDevice,
  type Limits,
  MAP,
  type PipelineLayout,
  type ShaderModule,
} from "./webgpu.ts";

const pending = new Map<number, PromiseWithResolvers<unknown>>();
const devices = new Map<number, RemoteDevice>();
let last = TO_GPU;
let calls: Call[] = [];

function flush(): void {
  if (calls.length === 0) return;
  const own = calls;
  calls = [];
  send(GPU_TOPIC, own);
}

function tell(call: Call): void {
  if (calls.length === 0) queueMicrotask(flush);
  calls.push(call);
}

/** A call that is answered. */
function ask<T>(call: Omit<MethodCall, "answer">): Promise<T> {
  const id = ++last;
  const answer = Promise.withResolvers<unknown>();
  pending.set(id, answer);
  calls.push({ ...call, answer: id });
  flush();
  return answer.promise as Promise<T>;
}

function hear(told: Told): void {
  if ("answer" in told) {
    const { answer, value, error } = told;
    const waiting = pending.get(answer);
    pending.delete(answer);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  } else if ("lost" in told) devices.get(told.device)?.lose(told.lost);
  else devices.get(told.device)?.onuncapturederror?.({ error: { message: told.failed } });
}

const collected = new FinalizationRegistry<number>((id) => tell({ to: id, drop: true }));

/** Stands for an object of the other side. */
class Remote implements Reference {
  readonly remote: number;

  constructor(id: number = ++last) {
    this.remote = id;
    collected.register(this, id, this);
  }

  /** It is not used again. */
  drop(): void {
    collected.unregister(this);
    tell({ to: this.remote, drop: true });
  }

  protected tell(method: string, ...args: unknown[]): void {
    tell({ to: this.remote, method, args });
  }

  /** A call whose result has a stand-in. */
  protected make<T extends Remote>(made: T, method: string, ...args: unknown[]): T {
    tell({ to: this.remote, method, args, result: made.remote });
    return made;
  }

  protected ask<T>(method: string, ...args: unknown[]): Promise<T> {
    return ask<T>({ to: this.remote, method, args });
  }
}

/** The `GPU` object that the program gave. */
export function remoteGpu(): Gpu {
  listen(GPU_TOPIC, (body) => hear(body as Told));
  tell({ to: TO_GPU, reset: true }); // what a thread before this one had
  return {
    requestAdapter: async (options) => {
      const id = ++last;
      const call = { to: TO_GPU, method: "requestAdapter", args: [options], result: id };
      const limits = await ask<Limits | null>(call);
      return limits && new RemoteAdapter(id, limits);
    },
  };
}

class RemoteAdapter extends Remote implements Adapter {
  readonly limits: Limits;

  constructor(id: number, limits: Limits) {
    super(id);
    this.limits = limits;
  }

  async requestDevice(description: object): Promise<GpuDevice> {
    const id = ++last;
    const call = { to: this.remote, method: "requestDevice", args: [description], result: id };
    const limits = await ask<Limits>(call);
    const device = new RemoteDevice(id, limits);
    devices.set(id, device);
    return device;
  }
}

class RemoteDevice extends Remote implements GpuDevice {
  readonly limits: Limits;
  readonly queue: GpuDevice["queue"];
  readonly lost: GpuDevice["lost"];
  onuncapturederror: GpuDevice["onuncapturederror"] = null;
  readonly lose: (how: { readonly reason: string; readonly message: string }) => void;

  constructor(id: number, limits: Limits) {
    super(id);
    this.limits = limits;
    const { promise, resolve } = Promise.withResolvers<Awaited<GpuDevice["lost"]>>();
    this.lost = promise;
    this.lose = (how) => {
      devices.delete(id);
      resolve(how);
    };
    this.queue = {
      submit: (commands) => {
        tell({ to: id, on: "queue", method: "submit", args: [commands] });
        for (const each of commands as readonly object[] as readonly Remote[]) each.drop();
      },
      writeBuffer: (to, offset, data, from, size) => {
        const args = [to, offset, data.slice(from, from + size)];
        tell({ to: id, on: "queue", method: "writeBuffer", args });
      },
      onSubmittedWorkDone: () =>
        ask({ to: id, on: "queue", method: "onSubmittedWorkDone", args: [] }),
    };
  }

  createBuffer(description: Parameters<GpuDevice["createBuffer"]>[0]): GpuBuffer {
    const made = new RemoteBuffer(description.size, description.mappedAtCreation === true);
    return this.make(made, "createBuffer", description);
  }

  createShaderModule(description: object): ShaderModule {
    return this.make(new RemoteModule(), "createShaderModule", description);
  }

  createBindGroupLayout(description: object): BindGroupLayout {
    return opaque(this.make(new Remote(), "createBindGroupLayout", description));
  }

  createPipelineLayout(description: object): PipelineLayout {
    return opaque(this.make(new Remote(), "createPipelineLayout", description));
  }

  async createComputePipelineAsync(description: object): Promise<ComputePipeline> {
    const made = new Remote();
    const call = { to: this.remote, method: "createComputePipelineAsync", args: [description] };
    await ask({ ...call, result: made.remote });
    return opaque(made);
  }

  createBindGroup(description: object): BindGroup {
    return opaque(this.make(new Remote(), "createBindGroup", description));
  }

  createCommandEncoder(): CommandEncoder {
    return this.make(new RemoteEncoder(), "createCommandEncoder");
  }

  destroy(): void {
    this.tell("destroy");
  }
}

/** The types of WebGPU are nominal where objects are only passed on. */
const opaque = <T>(object: Remote): T => object as unknown as T;

class RemoteBuffer extends Remote implements GpuBuffer {
  readonly size: number;
  #mapped: ArrayBuffer | undefined;
  #isWriting: boolean;

  constructor(size: number, isMapped: boolean) {
    super();
    this.size = size;
    this.#isWriting = isMapped;
  }

  async mapAsync(mode: number, offset: number = 0, size: number = this.size): Promise<undefined> {
    const data = await this.ask<ArrayBuffer | undefined>("mapAsync", mode, offset, size);
    this.#isWriting = mode === MAP.write;
    this.#mapped = data;
    return undefined;
  }

  getMappedRange(_offset: number = 0, size: number = this.size): ArrayBuffer {
    this.#mapped ??= new ArrayBuffer(size);
    return this.#mapped;
  }

  unmap(): void {
    const data = this.#isWriting ? this.#mapped : undefined;
    this.#mapped = undefined;
    this.#isWriting = false;
    tell({ to: this.remote, method: "unmap", args: [], ...(data && { data }) });
  }

  destroy(): void {
    this.tell("destroy");
    this.drop();
  }
}

class RemoteModule extends Remote implements ShaderModule {
  getCompilationInfo(): ReturnType<ShaderModule["getCompilationInfo"]> {
    return this.ask("getCompilationInfo");
  }
}

class RemoteEncoder extends Remote implements CommandEncoder {
  beginComputePass(): ComputePass {
    return this.make(new RemotePass(), "beginComputePass");
  }

  copyBufferToBuffer(...args: unknown[]): void {
    this.tell("copyBufferToBuffer", ...args);
  }

  finish(): CommandBuffer {
    const made = this.make(new Remote(), "finish");
    this.drop();
    return opaque(made);
  }
}

class RemotePass extends Remote implements ComputePass {
  setPipeline(pipeline: ComputePipeline): void {
    this.tell("setPipeline", pipeline);
  }

  setBindGroup(index: number, group: BindGroup, offsets: readonly number[]): void {
    this.tell("setBindGroup", index, group, offsets);
  }

  dispatchWorkgroups(x: number, y: number, z: number): void {
    this.tell("dispatchWorkgroups", x, y, z);
  }

  end(): void {
    this.tell("end");
    this.drop();
  }
}
