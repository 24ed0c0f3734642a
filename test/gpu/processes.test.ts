/** Devices in several processes at once, and how processes with devices end. */

import { describe, expect, it } from "vitest";
import { softwareGpuEnvironment } from "../kernel/support/swiftshader.ts";
import { script } from "../support/script.ts";

const env = softwareGpuEnvironment();

const PRELUDE = `
  const { kernel, globalIndex, mutable, zeros, withOptions, fetchAll, rand, map, distribute, Blocks, collect, sum } = bodkin;
  const vinc = kernel((O, A) => { const i = globalIndex(); O[i] = A[i] + 1; });
  const slow = kernel((O) => {
    const i = globalIndex();
    let x = O[i];
    for (let turn = 0; turn < 5000; turn++) x = x * 0.999 + 1;
    O[i] = x;
  });
  const f32 = (n, options) => mutable(() => zeros([n], { dtype: "f32" }), options);
`;

describe("GPUs of several workers", () => {
  it("are used by two workers and the main process at once, each with its own data", async () => {
    const { code, stdout, stderr } = await script(
      `${PRELUDE}
      await start({ threads: 1, workers: 2 });
      const arrays = [1, 2, 3].map((worker) => f32(1000, { worker }));
      const tasks = arrays.flatMap((O, i) =>
        Array.from({ length: 1 }, () => spawnWith({ scope: scope({ worker: i + 1, gpu: 1 }) }, vinc, O, O)));
      await fetchAll(tasks);
      print(bodkin.allProcessors().filter(({ kind }) => kind === "gpu").map(({ worker }) => worker).join());
      const values = await Promise.all(arrays.map(async (O) => [...new Set((await O.fetch()).data)]));
      print("values " + JSON.stringify(values));
      const A = distribute(rand([40], { dtype: "f32", seed: 1 }), Blocks(10));
      const B = withOptions({ scope: scope({ workers: [2, 3], gpu: 1 }) }, () => map((x) => x + 1, A));
      const C = withOptions({ scope: scope({ worker: 1, gpu: 1 }) }, () => map((x) => x * 2, B));
      const [a, c] = [await collect(A), await collect(C)];
      print("same " + c.data.every((x, i) => x === Math.fround(Math.fround(a.data[i] + 1) * 2)));
      `,
      { env },
    ).ended;
    expect(stderr).toBe("");
    expect(stdout).toContain("1,2,3\n");
    expect(stdout).toContain("values [[1],[1],[1]]");
    expect(stdout).toContain("same true");
    expect(code).toBe(0);
  });
});

describe("data of two workers that a region's tasks write together", () => {
  it("comes to one GPU, and goes home, between tasks of threads", async () => {
    const { code, stdout, stderr } = await script(
      `${PRELUDE}
      const { spawnDatadeps, InOut, In } = bodkin;
      await start({ threads: 1, workers: 2 });
      const swap = kernel((A, B) => {
        const i = globalIndex();
        const a = A[i];
        A[i] = B[i] + 1;
        B[i] = a * 2;
      });
      const A = f32(100, { worker: 2 });
      const B = f32(100, { worker: 3 });
      await spawnDatadeps(() => {
        spawnWith({ scope: scope({ worker: 3 }) }, (b) => { b.data.fill(5); }, InOut(B));
        spawnWith({ scope: scope({ worker: 2, gpu: 1 }) }, swap, InOut(A), InOut(B));
        spawnWith({ scope: scope({ worker: 2, gpu: 1 }) }, swap, InOut(A), InOut(B));
        spawn((a) => { a.data[0] = -1; }, InOut(A));
      });
      const values = await Promise.all([A, B].map(async (O) => [...new Set((await O.fetch()).data)]));
      print("values " + JSON.stringify(values));
      `,
      { env },
    ).ended;
    expect(stderr).toBe("");
    // (0, 5), then (6, 0), then (1, 12).
    expect(stdout).toContain("values [[-1,1],[12]]");
    expect(code).toBe(0);
  });
});

describe("a GPU that is used while memory is collected all the time", () => {
  it("stays, since what it hangs on is kept", async () => {
    const { code, signal, stdout } = await script(
      `${PRELUDE}
      await start({ threads: 1 });
      const O = f32(300);
      for (let turn = 0; turn < 60; turn++) {
        await spawnWith({ scope: scope({ gpu: 1 }) }, vinc, O, O).fetch();
        if (turn % 20 === 0) await O.fetch();
      }
      print("values " + [...new Set((await O.fetch()).data)]);
      `,
      { env, flags: ["--gc-interval=2000"] },
    ).ended;
    expect(stdout).toContain("values 60");
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});

describe("a process with a GPU ends", () => {
  const PENDING = `${PRELUDE}
    const O = f32(8000);
    await spawnWith({ scope: scope({ gpu: 1 }) }, vinc, O, O).fetch();
    for (let i = 0; i < 5; i++) spawnWith({ scope: scope({ gpu: 1 }) }, slow, O);
  `;

  it.each([
    ["when its program has ended", `print("end");`, 0],
    ["by process.exit()", `print("end"); process.exit(3);`, 3],
    [
      "by an error that nobody catches",
      `print("end"); setTimeout(() => { throw new Error("thrown"); });`,
      1,
    ],
  ])("cleanly %s, while the GPU works", async (_, ending, expected) => {
    const { code, signal, stdout } = await script(`${PENDING}\n${ending}`, { env }).ended;
    expect(stdout).toContain("end");
    expect({ code, signal }).toEqual({ code: expected, signal: null });
  });

  it("cleanly after close(), which waits for what the GPU does", async () => {
    const { code, signal, stdout } = await script(
      `const cluster = await start({ threads: 1 });
      ${PENDING}
      await cluster.close();
      print("closed");`,
      { env },
    ).ended;
    expect(stdout).toContain("closed");
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});
