/** Devices that are lost, and machines without one. */

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { BroadcastChannel } from "node:worker_threads";
import {
  globalIndex,
  kernel,
  mutable,
  ones,
  scope,
  spawn,
  start,
  sum,
  type TaskFailedError,
  unionScope,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { softwareGpuEnvironment } from "../kernel/support/swiftshader.ts";
import { gate, open, reached } from "../support/gate.ts";
import { script } from "../support/script.ts";

const vinc = kernel((O, A) => {
  const i = globalIndex();
  O[i] = A[i] + 1;
});

describe("a GPU that is lost", () => {
  let cluster: Awaited<ReturnType<typeof start>>;
  const channel = new BroadcastChannel("destroy devices");
  beforeAll(async () => {
    const { BODKIN_WEBGPU = "", ...variables } = softwareGpuEnvironment();
    Object.assign(process.env, variables, {
      BODKIN_TEST_WEBGPU: BODKIN_WEBGPU,
      BODKIN_WEBGPU: fileURLToPath(new URL("./binding.cjs", import.meta.url)),
    });
    cluster = await start({ threads: 2 });
  });
  afterAll(async () => {
    channel.close();
    await cluster.close();
  });

  async function heard(word: string): Promise<void> {
    for (;;) {
      const [{ data }] = await once(channel as unknown as EventTarget, "message");
      if (data === word) return;
    }
  }

  /** Resolves when the device is gone, or going to be. */
  async function lose(how: "destroy" | "destroy at read" | "remove"): Promise<void> {
    const done = heard(`${how}: done`);
    channel.postMessage(how);
    await done;
  }

  const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);
  const f32 = (n: number) => mutable(() => zeros([n], { dtype: "f32" }));

  it("takes along what only it had, which is said; what the heap has goes on with another", async () => {
    const [O, A, B] = [f32(64), f32(64), f32(64)];
    await onGpu(() => spawn(vinc, O, A).fetch());
    await lose("destroy");
    const failure = await O.fetch().then(
      () => undefined,
      (error: Error & { code?: string }) => error,
    );
    expect(failure?.code).toBe("DEVICE_LOST");
    expect(failure?.message).toContain("make it again");
    const onThread = await spawn(vinc, B, O)
      .fetch()
      .catch((error: TaskFailedError) => error.cause);
    expect(onThread).toMatchObject({ code: "DEVICE_LOST" });
    await onGpu(() => spawn(vinc, B, A).fetch());
    expect(new Set((await B.fetch()).data)).toEqual(new Set([1]));
  });

  it("is lost again and again, and nothing hangs", async () => {
    for (let turn = 0; turn < 5; turn++) {
      const O = f32(100);
      const tasks = Array.from({ length: 20 }, () => onGpu(() => spawn(vinc, O, O)));
      channel.postMessage("destroy");
      await Promise.all(tasks.map((task) => task.wait()));
      await O.fetch().catch(() => {});
    }
    const A = f32(8);
    await onGpu(() => spawn(vinc, A, A).fetch());
    expect(new Set((await A.fetch()).data)).toEqual(new Set([1]));
  });

  it("in the midst of a task fails it, and says why", async () => {
    const A = ones([5000], { dtype: "f32" });
    expect(await onGpu(() => spawn(sum, A).fetch())).toBe(5000);
    await lose("destroy at read");
    const destroyed = heard("destroyed");
    const failure = await onGpu(() => spawn(sum, A))
      .fetch()
      .catch((error: TaskFailedError) => error.cause);
    await destroyed;
    expect(failure).toMatchObject({ code: "DEVICE_LOST" });
    expect(String(failure)).toContain("the GPU was lost");
    expect(await onGpu(() => spawn(sum, A).fetch())).toBe(5000);
  });

  it("in the midst of a task leaves it to another processor of its scope", async () => {
    const A = ones([5000], { dtype: "f32" });
    await lose("destroy at read");
    const [running, hold] = [gate(), gate()];
    const thread = scope({ worker: 1, thread: 1 });
    const busy = withOptions({ scope: thread }, () =>
      spawn(() => {
        Atomics.store(running, 0, 1);
        Atomics.notify(running, 0);
        Atomics.wait(hold, 0, 0);
      }),
    );
    await reached(running, 1);
    const destroyed = heard("destroyed");
    const both = unionScope(scope({ gpu: 1 }), thread);
    const total = withOptions({ scope: both }, () => spawn(sum, A));
    await destroyed;
    open(hold);
    expect(await total.fetch()).toBe(5000);
    await busy.fetch();
  });

  it("for good leaves its tasks to other processors of their scope", async () => {
    const O = f32(50);
    await onGpu(() => spawn(vinc, O, O).fetch());
    await O.fetch();
    await lose("remove");
    const both = unionScope(scope({ gpu: 1 }), scope({ worker: 1 }));
    for (let turn = 0; turn < 20; turn++) {
      await withOptions({ scope: both }, () => spawn(vinc, O, O).fetch());
    }
    expect(new Set((await O.fetch()).data)).toEqual(new Set([21]));
    await expect(onGpu(() => spawn(vinc, O, O).fetch())).rejects.toThrow("cannot be opened");
  });
});

describe("a machine without a GPU", () => {
  const body = `
    const { kernel, mutable } = bodkin;
    const k = kernel((O) => { O[0] = 1; });
    const O = mutable(() => new Float32Array(4));
    const failure = await spawnWith({ scope: scope({ gpu: 1 }) }, k, O)
      .fetch().catch((error) => error);
    print(failure.cause.name + ": " + failure.message);
    print(String(await spawn(() => 42).fetch()));
  `;

  it.each([
    ["without the package", { BODKIN_WEBGPU: "no-such-package" }],
    [
      "without a driver",
      { ...softwareGpuEnvironment(), VK_DRIVER_FILES: "/dev/null", VK_ICD_FILENAMES: "/dev/null" },
    ],
  ])("%s says how to get one, and goes on", async (_, env) => {
    const { code, stdout } = await script(body, { env }).ended;
    expect(stdout).toContain("SchedulingError");
    expect(stdout).toContain("there is none of gpu 1");
    expect(stdout).toContain("npm install webgpu");
    expect(stdout).toContain("42");
    expect(code).toBe(0);
  });
});
