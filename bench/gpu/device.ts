/** The device itself, through WebGPU and nothing else: which one it is, and what it does without this library. */

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Metrics } from "../support/topic.ts";

/** As the library has it: a variable may name the module. */
const MODULE = process.env["BODKIN_WEBGPU"] || "webgpu";

/** An instance that is collected takes the process with it. */
const kept: GPU[] = [];

async function openAdapter(): Promise<GPUAdapter | null> {
  const binding = createRequire(import.meta.url)(MODULE) as {
    create(options: string[]): GPU;
    globals: object;
  };
  Object.assign(globalThis, binding.globals);
  const gpu = binding.create([]);
  kept.push(gpu);
  return gpu.requestAdapter({ powerPreference: "high-performance" });
}

interface Adapter {
  /** What it calls itself; empty where there is none. */
  readonly name: string;
  /** It computes on the processor. */
  readonly isSoftware: boolean;
}

let found: Adapter | undefined;

/** The adapter that is used. Asked of a process of its own, since that takes promises. */
export function adapter(): Adapter {
  if (!found) {
    try {
      const args = [fileURLToPath(import.meta.url), "name"];
      const stdio = ["ignore", "pipe", "ignore"] as ("ignore" | "pipe")[];
      found = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio }));
    } catch {
      found = { name: "", isSoftware: false };
    }
  }
  return found as Adapter;
}

export const lacksGpu = (): string | undefined =>
  adapter().name === ""
    ? "a GPU with a Vulkan driver (or BODKIN_WEBGPU and VK_DRIVER_FILES of a software one)"
    : undefined;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const info = (await openAdapter())?.info;
  if (info) {
    const { vendor, architecture, device, description, isFallbackAdapter } = info;
    const parts = [vendor, architecture, device].filter((each) => each !== "");
    const name = description || parts.join(" ") || "a device without a name";
    console.log(JSON.stringify({ name, isSoftware: isFallbackAdapter }));
  }
}

async function open(): Promise<GPUDevice> {
  const adapter = await openAdapter();
  if (!adapter) throw new Error(`no GPU: needs ${lacksGpu()}`);
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
}

/** Seconds of a pass, after one that does not count. */
async function timed(device: GPUDevice, passes: number, pass: () => void): Promise<Metrics> {
  const once = async (): Promise<number> => {
    const started = performance.now();
    pass();
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - started) / 1000;
  };
  await once();
  const seconds: number[] = [];
  for (let k = 0; k < passes; k++) seconds.push(await once());
  device.destroy();
  return { seconds: seconds.toSorted((a, b) => a - b)[passes >> 1] as number };
}

const storage = (device: GPUDevice, size: number): GPUBuffer =>
  device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });

/** Copies of a buffer to another. */
export async function copies(bytes: number, times: number, passes: number): Promise<Metrics> {
  const device = await open();
  const [from, to] = [storage(device, bytes), storage(device, bytes)];
  return timed(device, passes, () => {
    const encoder = device.createCommandEncoder();
    for (let k = 0; k < times; k++) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    device.queue.submit([encoder.finish()]);
  });
}

/** Runs WGSL on one buffer, so many times, each in a submission of its own. */
async function dispatches(
  code: string,
  floats: number,
  groups: number,
  times: number,
  passes: number,
): Promise<Metrics> {
  const device = await open();
  const buffer = storage(device, 4 * floats);
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module, entryPoint: "main" },
  });
  const entries = [{ binding: 0, resource: { buffer } }];
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return timed(device, passes, () => {
    for (let k = 0; k < times; k++) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  });
}

const BINDING = "@group(0) @binding(0) var<storage, read_write> o: array<f32>;";

/** Launches of a kernel that does next to nothing. */
export const launches = (times: number, passes: number): Promise<Metrics> =>
  dispatches(
    `${BINDING}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { o[id.x] = o[id.x] + 1; }`,
    64,
    1,
    times,
    passes,
  );

/** Items, and the turns in which each does 16 multiplications and 16 additions. */
export const RATE = { items: 2 ** 16, flopsOfTurn: 32 };

/** Multiplications and additions in registers: what the device can do where nothing holds it up. */
export const rate = (turns: number, passes: number): Promise<Metrics> =>
  dispatches(
    `${BINDING}
    @compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
      let x = o[id.x];
      var s = array<vec4f, 4>(vec4f(x), vec4f(x + 1), vec4f(x + 2), vec4f(x + 3));
      for (var turn = 0; turn < ${turns}; turn++) {
        s[0] = fma(s[0], vec4f(0.999), vec4f(x));
        s[1] = fma(s[1], vec4f(0.999), vec4f(x));
        s[2] = fma(s[2], vec4f(0.999), vec4f(x));
        s[3] = fma(s[3], vec4f(0.999), vec4f(x));
      }
      let all = s[0] + s[1] + s[2] + s[3];
      o[id.x] = all.x + all.y + all.z + all.w;
    }`,
    RATE.items,
    RATE.items / 256,
    1,
    passes,
  );
