/** What NumPy wrote is read as it is, and what is written is what NumPy writes. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import {
  AutoBlocks,
  arange,
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  type NDArray,
  ones,
  readNpy,
  readNpz,
  start,
  writeNpy,
  writeNpz,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../../support/counts.ts";
import { anyBlocks, distributed, expectSame } from "../distributed/support.ts";
import { anyArray } from "../helpers.ts";
import { reference, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2, workers: 1 });
});
afterAll(() => cluster.close());

const folder = testFolder();

const flat = (array: NDArray): (number | boolean)[] =>
  [...array].flatMap((value) => (typeof value === "object" ? [value.re, value.im] : [value]));

const pieces = (shape: readonly number[]) => Blocks(...shape.map((n) => Math.max(1, n >> 1)));

describe(".npy files of NumPy", () => {
  it.each(reference.cases)("$name", async ({ name, file, dtype, shape, values }) => {
    const path = await folder.put(`${name}.npy`, file);
    for (const blocks of [undefined, AutoBlocks(), pieces(shape)]) {
      const array = await collect(await readNpy(path, blocks));
      expect(array.dtype).toBe(dtype);
      expect(array.shape).toEqual(shape);
      expect(flat(array)).toEqual(values);
    }
  });

  it("are written byte by byte as NumPy writes them", async () => {
    const native = reference.cases.filter(({ name }) => !/big|major|f2|i8|u8|version/.test(name));
    expect(native.length).toBeGreaterThan(12);
    for (const { name, file, shape } of native) {
      const path = await folder.put("native.npy", file);
      await writeNpy(folder.path("own.npy"), await readNpy(path, pieces(shape)));
      expect((await readFile(folder.path("own.npy"))).toString("base64"), name).toBe(file);
    }
  });

  it("are written and read again, whatever dtype, shape and blocks", async () => {
    const pair = distributed(anyArray()).chain((own) =>
      anyBlocks(own.local.shape).map((blocks) => ({ ...own, blocks })),
    );
    await fc.assert(
      fc.asyncProperty(pair, async ({ local, distributed: own, blocks }) => {
        const path = folder.path("any.npy");
        await writeNpy(path, own);
        await expectSame(await readNpy(path, blocks), local);
        await writeNpy(path, local);
        await expectSame(await readNpy(path), local);
      }),
      { numRuns: times(2000), seed: 1 },
    );
  });

  it("are read in part: any slice", async () => {
    const local = arange([9, 8, 7]);
    const path = folder.path("slices.npy");
    await writeNpy(path, local);
    const end = (n: number) => fc.option(fc.integer({ min: -n - 1, max: n + 1 }), { nil: null });
    const entry = (n: number) =>
      fc.oneof(
        fc.constant(null),
        fc.integer({ min: -n, max: n - 1 }),
        fc.tuple(end(n), end(n), fc.constantFrom(1, 2, 3, -1, -2)),
      );
    const cut = fc.tuple(entry(9), entry(8), entry(7)).chain((slice) => {
      const wanted = local.slice(...slice).copy();
      return anyBlocks(wanted.shape).map((blocks) => ({ slice, wanted, blocks }));
    });
    await fc.assert(
      fc.asyncProperty(cut, async ({ slice, wanted, blocks }) => {
        await expectSame(await readNpy(path, blocks, { slice }), wanted);
      }),
      { numRuns: times(10_000), seed: 2 },
    );
  });

  it("of many pieces a block are read in few calls, and large ones in several", async () => {
    const local = arange([600_000, 3], { dtype: "f32" });
    const path = folder.path("large.npy");
    await writeNpy(path, distribute(local, Blocks(100_000, null)));
    await expectSame(await readNpy(path, Blocks(null, 1)), local);
    await expectSame(await readNpy(path, Blocks(null, null)), local);
  });
});

describe(".npz files", () => {
  it.each(reference.archives)("of NumPy: $name", async ({ name, file }) => {
    const path = await folder.put(`${name}.npz`, file);
    const arrays = await readNpz(path, AutoBlocks());
    expect(Object.keys(arrays).sort()).toEqual(["one", "three", "two"]);
    for (const [key, { shape, values }] of Object.entries(reference.arrays)) {
      const array = await collect(arrays[key] as DArray);
      expect(array.shape).toEqual(shape);
      expect(flat(array)).toEqual(values);
    }
    expect(Object.keys(await readNpz(path, undefined, { names: ["two"] }))).toEqual(["two"]);
    await expect(readNpz(path, undefined, { names: ["thre"] })).rejects.toThrow(
      "has no array 'thre' (did you mean 'three'?); it has",
    );
  });

  it.each([true, false])("are written and read again: compressed %s", async (compress) => {
    const local = { a: arange([50, 7]), "in a folder": ones([3], { dtype: "i8" }) };
    const path = folder.path("own.npz");
    await writeNpz(path, { ...local, a: distribute(local.a, Blocks(7, 2)) }, { compress });
    const arrays = await readNpz(path);
    await expectSame(arrays["a"] as DArray, local.a);
    await expectSame(arrays["in a folder"] as DArray, local["in a folder"]);
  });
});

describe("what cannot be", () => {
  it.each(reference.refused)("$name is refused", async ({ name, file, message }) => {
    const path = await folder.put(`${name}.npy`, file);
    await expect(readNpy(path).then((array) => array.collect())).rejects.toThrow(message);
  });

  it("names the file and the reason", async () => {
    await expect(readNpy(folder.path("none.npy"))).rejects.toMatchObject({
      code: "FILE",
      message: `${folder.path("none.npy")} cannot be read: there is no such file or folder`,
    });
    await writeFile(folder.path("text.npy"), "only text");
    await expect(readNpy(folder.path("text.npy"))).rejects.toThrow("is not a .npy file");
    await expect(readNpz(folder.path("text.npy"))).rejects.toThrow("is not a .npz file");
    await expect(readNpy(3 as never)).rejects.toThrow("readNpy takes the path of a file");
    await expect(readNpy("x.npy", AutoBlocks(), { slce: [] } as never)).rejects.toThrow("'slice'");
    await expect(writeNpy(folder.path("x.npy"), [1] as never)).rejects.toThrow("fromArray(x)");
    await expect(writeNpy(folder.path("no/x.npy"), ones([1]))).rejects.toThrow(
      "cannot be written: there is no such file or folder",
    );
    await expect(writeNpz(folder.path("x.npz"), { "../up": ones([1]) })).rejects.toThrow(
      "is not a name in an archive",
    );
  });

  it("fails the blocks that a file that was cut off does not have", async () => {
    const path = folder.path("cut.npy");
    await writeNpy(path, arange([100]));
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 128 + 60 * 8));
    const array = await readNpy(path, Blocks(50));
    expect(await array.chunks[0]?.fetch()).toBeDefined();
    await expect(array.chunks[1]?.fetch()).rejects.toThrow(
      `${path} ends after ${128 + 60 * 8} bytes, but its array goes on to byte ${128 + 800}`,
    );
  });

  it("is never a crash: files with any byte changed", async () => {
    const good = Buffer.from(reference.cases[0]?.file as string, "base64");
    const archive = Buffer.from(reference.archives[1]?.file as string, "base64");
    const changed = (bytes: Buffer) =>
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
        const copy = Buffer.from(bytes);
        copy[at] = byte;
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(changed(good), changed(archive), async (npy, npz) => {
        await writeFile(folder.path("hostile.npy"), npy);
        await writeFile(folder.path("hostile.npz"), npz);
        const attempts = [
          readNpy(folder.path("hostile.npy")).then((array) => array.collect()),
          readNpz(folder.path("hostile.npz")).then((arrays) =>
            Promise.all(Object.values(arrays).map((array) => array.collect())),
          ),
        ];
        for (const outcome of await Promise.allSettled(attempts)) {
          if (outcome.status === "fulfilled") continue;
          expect(["FILE", "TASK_FAILED", "INVALID_ARGUMENT"]).toContain(outcome.reason.code);
        }
      }),
      { numRuns: times(10_000), seed: 3 },
    );
  });

  it("leaves the old file as it was, and no other, where writing fails or is given up", async () => {
    const path = folder.path("kept.npy");
    await writeNpy(path, arange([10]));
    const broken = ones(Blocks(5), [10]).map((): number => {
      throw new Error("no value");
    });
    await expect(writeNpy(path, broken)).rejects.toThrow("no value");
    await expect(writeNpz(path, { broken })).rejects.toThrow("no value");
    const aborted = AbortSignal.abort();
    await expect(writeNpy(path, ones([10]), { signal: aborted })).rejects.toThrow("abort");
    await expectSame(await readNpy(path), arange([10]));
    expect((await readdir(folder.path("."))).filter((name) => /part|^\.npz/.test(name))).toEqual(
      [],
    );
  });
});
