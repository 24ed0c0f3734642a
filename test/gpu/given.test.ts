/** A GPU object that the program gives to start(). */

import {
  globalIndex,
  kernel,
  mutable,
  type NDArray,
  rand,
  scope,
  spawn,
  start,
  sum,
  withOptions,
  zeros,
} from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";
import { softwareGpu, softwareGpuEnvironment } from "../kernel/support/swiftshader.ts";
import { script } from "../support/script.ts";

let cluster: Awaited<ReturnType<typeof start>> | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());
const vinc = kernel((O, A) => {
  const i = globalIndex();
  O[i] = A[i] + 1;
});

/** The object, with a count of what is asked of it. */
function counted(): { readonly gpu: GPU; readonly asked: () => number; readonly lose: () => void } {
  const own = softwareGpu();
  let count = 0;
  let device: GPUDevice | undefined;
  const gpu = {
    requestAdapter: async () => {
      count++;
      const adapter = await own.requestAdapter();
      if (!adapter) return null;
      return {
        limits: adapter.limits,
        requestDevice: async (description: GPUDeviceDescriptor) => {
          device = await adapter.requestDevice(description);
          return device;
        },
      };
    },
  } as unknown as GPU;
  return { gpu, asked: () => count, lose: () => device?.destroy() };
}

describe("a GPU object given to start()", () => {
  it("is what its device comes from: kernels, array functions and transfers work", async () => {
    const { gpu, asked } = counted();
    cluster = await start({ threads: 1, gpu });
    const O = mutable(() => zeros([1000], { dtype: "f32" }));
    for (let turn = 0; turn < 3; turn++) await onGpu(() => spawn(vinc, O, O).fetch());
    expect(new Set((await O.fetch()).data)).toEqual(new Set([3]));
    expect(asked()).toBe(2); // whether there is an adapter, then the device
    const A = rand([50, 70], { dtype: "f32", seed: 3 });
    const make = rand as (shape: readonly number[], options: object) => NDArray<"f32">;
    const B = onGpu(() => spawn(make, [50, 70], { dtype: "f32", seed: 3 }));
    expect([...(await B.fetch()).data]).toEqual([...A.data]);
    expect(await onGpu(() => spawn(sum, B).fetch())).toBeCloseTo(A.sum(), 2);
  });

  it("leaves nothing behind", async () => {
    cluster = await start({ threads: 1, gpu: softwareGpu() });
    const A = mutable(() => zeros([64], { dtype: "f32" }));
    await onGpu(() => spawn(vinc, A, A).fetch());
    const before = await statistics();
    for (let turn = 0; turn < 40; turn++) {
      const O = mutable(() => zeros([100], { dtype: "f32" }));
      await onGpu(() => spawn(vinc, O, O).fetch());
      expect((await O.fetch()).data[99]).toBe(1);
      O.dispose();
    }
    let after = await statistics();
    for (let look = 0; look < 100 && after.buffers > before.buffers + 2; look++) {
      after = await statistics();
    }
    expect(after.arrays).toBeLessThanOrEqual(before.arrays + 2);
    expect(after.buffers).toBeLessThanOrEqual(before.buffers + 2);
  });

  it("that loses its device says so, and gives another", async () => {
    const { gpu, lose } = counted();
    cluster = await start({ threads: 1, gpu });
    const O = mutable(() => zeros([10], { dtype: "f32" }));
    await onGpu(() => spawn(vinc, O, O).fetch());
    lose();
    await expect(O.fetch()).rejects.toMatchObject({ code: "DEVICE_LOST" });
    const A = mutable(() => zeros([10], { dtype: "f32" }));
    await onGpu(() => spawn(vinc, A, A).fetch());
    expect((await A.fetch()).data[0]).toBe(1);
  });

  it("without an adapter is told apart from none", async () => {
    cluster = await start({ threads: 1, gpu: { requestAdapter: async () => null } });
    const O = mutable(() => zeros([10], { dtype: "f32" }));
    await expect(onGpu(() => spawn(vinc, O, O).fetch())).rejects.toThrow(
      "the GPU object that start() was given gives no adapter",
    );
  });

  it.each([
    ["null", null],
    ["a device", { createBuffer() {} }],
    ["a number", 1],
    ["true", true],
  ])("that is %s is refused with the remedy", async (_, gpu) => {
    await expect(start({ gpu } as never)).rejects.toThrow(
      "navigator.gpu, or create([]) of the package webgpu",
    );
  });

  it("may be false: then there is none", async () => {
    cluster = await start({ threads: 1, gpu: false });
    const O = mutable(() => zeros([10], { dtype: "f32" }));
    await expect(onGpu(() => spawn(vinc, O, O).fetch())).rejects.toThrow("start({ gpu: false })");
  });

  it.each([
    ["by its program's end", `print("end");`, 0],
    ["by process.exit()", `print("end"); process.exit(3);`, 3],
    ["after close()", `await cluster.close(); print("end");`, 0],
  ])("lets the process end %s while it works", async (_, ending, expected) => {
    const env = softwareGpuEnvironment();
    const { code, signal, stdout } = await script(
      `import { createRequire } from "node:module";
      const { create } = createRequire(import.meta.url)(process.env.BODKIN_WEBGPU);
      const gpu = create([]);
      globalThis.kept = gpu;
      const { kernel, globalIndex, mutable, zeros } = bodkin;
      const cluster = await start({ threads: 1, gpu });
      const slow = kernel((O) => {
        let x = O[globalIndex()];
        for (let turn = 0; turn < 5000; turn++) x = x * 0.999 + 1;
        O[globalIndex()] = x;
      });
      const O = mutable(() => zeros([8000], { dtype: "f32" }));
      await spawnWith({ scope: scope({ gpu: 1 }) }, slow, O).fetch();
      for (let i = 0; i < 5; i++) spawnWith({ scope: scope({ gpu: 1 }) }, slow, O);
      ${ending}`,
      { env },
    ).ended;
    expect(stdout).toContain("end");
    expect({ code, signal }).toEqual({ code: expected, signal: null });
  });
});
