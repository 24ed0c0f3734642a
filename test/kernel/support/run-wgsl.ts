/** Runs kernels on a WebGPU device, from plain arrays to plain arrays. */

import type { KernelIR } from "../../../src/kernel/ir.ts";
import type { KernelArray } from "../../../src/kernel/js/javascript.ts";
import type { Range } from "../../../src/kernel/range.ts";
import { dispatchSize, toWgsl } from "../../../src/kernel/wgsl/wgsl.ts";
import { softwareGpu } from "./swiftshader.ts";

export type Argument = KernelArray | number;

let opened: Promise<GPUDevice> | undefined;

function device(): Promise<GPUDevice> {
  opened ??= (async () => {
    const adapter = await softwareGpu().requestAdapter();
    if (!adapter) throw new Error("SwiftShader gives no adapter");
    return adapter.requestDevice();
  })();
  return opened;
}

/** Sets the arrays among `args` to what the kernel makes of them. */
export async function runWgsl(
  ir: KernelIR,
  args: readonly Argument[],
  range: Range,
): Promise<void> {
  const gpu = await device();
  const kernel = toWgsl(ir, range.group);
  gpu.pushErrorScope("validation");
  const module = gpu.createShaderModule({ code: kernel.code });
  const errors = (await module.getCompilationInfo()).messages.filter(
    (each) => each.type === "error",
  );
  if (errors.length > 0) {
    await gpu.popErrorScope();
    const list = errors.map((each) => `${each.lineNum}:${each.linePos} ${each.message}`);
    throw new Error(`${list.join("\n")}\n${numbered(kernel.code)}`);
  }
  const pipeline = await gpu.createComputePipelineAsync({
    layout: "auto",
    compute: { module, entryPoint: kernel.entryPoint },
  });
  const arrays = args.filter((each) => typeof each !== "number");
  const scalars = args.filter((each) => typeof each === "number");
  const uniform = gpu.createBuffer({ size: kernel.uniform.size, usage: 0x40 | 0x8 });
  gpu.queue.writeBuffer(
    uniform,
    0,
    kernel.uniformData(
      range,
      arrays.map((each) => each.length),
      scalars,
    ),
  );
  const entries = kernel.buffers.map(({ parameter, binding, access }) => {
    const array = args[parameter] as KernelArray;
    const buffer = gpu.createBuffer({
      size: Math.max(4, array.byteLength),
      usage: 0x80 | 0x8 | 0x4,
    });
    gpu.queue.writeBuffer(buffer, 0, array as Exclude<KernelArray, Int8Array>);
    return { binding, buffer, array, isWritten: access === "read_write" };
  });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: kernel.uniform.binding, resource: { buffer: uniform } },
        ...entries.map(({ binding, buffer }) => ({ binding, resource: { buffer } })),
      ],
    }),
  );
  pass.dispatchWorkgroups(...dispatchSize(range));
  pass.end();
  const written = entries.filter((each) => each.isWritten);
  const copies = written.map(({ buffer }) => {
    const copy = gpu.createBuffer({ size: buffer.size, usage: 0x1 | 0x8 });
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    return copy;
  });
  gpu.queue.submit([encoder.finish()]);
  const error = await gpu.popErrorScope();
  if (error) throw new Error(`${error.message}\n${numbered(kernel.code)}`);
  for (const [i, copy] of copies.entries()) {
    await copy.mapAsync(1);
    const { array } = written[i] as { array: KernelArray };
    const bytes = new Uint8Array(copy.getMappedRange());
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(
      bytes.subarray(0, array.byteLength),
    );
    copy.destroy();
  }
  for (const { buffer } of entries) buffer.destroy();
  uniform.destroy();
}

const numbered = (code: string): string =>
  code
    .split("\n")
    .map((line, i) => `${i + 1}: ${line}`)
    .join("\n");
