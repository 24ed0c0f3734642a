import { mkdir, readdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { FileSystemStore } from "@zarrita/storage";
import type { DArray } from "bodkin";
import {
  arange,
  Blocks,
  type Cluster,
  collect,
  concat,
  distribute,
  fromArray,
  ones,
  readRaw,
  readZarr,
  start,
  writeRaw,
  writeZarr,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import * as zarr from "zarrita";
import { times } from "../../support/counts.ts";
import { anyBlocks, distributed, expectSame } from "../distributed/support.ts";
import { anyArray } from "../helpers.ts";
import { testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2, workers: 1 });
});
afterAll(() => cluster.close());

const folder = testFolder();

const anyPair = (array = anyArray()) =>
  distributed(array).chain((own) =>
    anyBlocks(own.local.shape).map((blocks) => ({ ...own, blocks })),
  );

describe("files of elements", () => {
  it("are written and read again, in both orders", async () => {
    await fc.assert(
      fc.asyncProperty(anyPair(), async ({ local, distributed: own, blocks }) => {
        const { dtype, shape } = local;
        const path = folder.path("any.bin");
        await writeRaw(path, own);
        await expectSame(await readRaw(path, { dtype, shape }, blocks), local);
        await writeRaw(path, local.transpose());
        await expectSame(await readRaw(path, { dtype, shape, order: "F" }, blocks), local);
      }),
      { numRuns: times(2000), seed: 1 },
    );
  });

  it("begin anywhere, and have as many elements as there are", async () => {
    const path = folder.path("numbers.bin");
    await writeFile(
      path,
      Buffer.concat([Buffer.from("abc"), new Uint8Array(Int16Array.of(1, 2, 3).buffer)]),
    );
    const array = await readRaw(path, { dtype: "i16", offset: 3 });
    expectTypeOf(array).toEqualTypeOf<DArray<"i16">>();
    await expectSame(array, fromArray(Int16Array.of(1, 2, 3)));
    await expectSame(
      await readRaw(path, { dtype: "i16", offset: 3, slice: [[null, null, -2]] }),
      fromArray(Int16Array.of(3, 1)),
    );
  });

  it("are refused where they are too short, or not whole", async () => {
    const path = folder.path("short.bin");
    await writeFile(path, Buffer.alloc(20));
    await expect(readRaw(path, { dtype: "f64" })).rejects.toThrow("2.5 elements of dtype f64");
    await expect(readRaw(path, { dtype: "f32", shape: [2, 3] })).rejects.toMatchObject({
      code: "FILE",
      message: `${path} has 20 bytes: from byte 0 on that is 5 elements of dtype f32, not the 6 of shape [2, 3]`,
    });
    await expect(readRaw(path, { dtype: "f32", offset: -1 })).rejects.toThrow("number of bytes");
    await expect(readRaw(path, { dtype: "x" as "f32" })).rejects.toThrow("dtype");
    await expect(readRaw(path, { dtype: "f32", order: "K" as "C" })).rejects.toThrow('"C" or "F"');
  });
});

describe("folders of Zarr", () => {
  const isReal = (dtype: string) => !dtype.startsWith("c");

  it("are written and read again, whatever dtype, shape and blocks", async () => {
    const real = anyArray().filter(({ dtype }) => isReal(dtype));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyPair(real), async ({ local, distributed: own, blocks }) => {
        const path = folder.path(`any-${count++ % 5}.zarr`);
        await writeZarr(path, own);
        await expectSame(await readZarr(path, blocks), local);
      }),
      { numRuns: times(1000), seed: 1 },
    );
  });

  it("are what zarrita reads: a chunk for each block", async () => {
    const path = folder.path("own.zarr");
    await writeZarr(path, arange(Blocks(2, 3), [5, 6]));
    const store = new FileSystemStore(path);
    const array = await zarr.open.v3(store, { kind: "array" });
    expect([array.dtype, array.shape, array.chunks]).toEqual(["float64", [5, 6], [2, 3]]);
    const { data } = await zarr.get(array as zarr.Array<"float64", typeof store>, null);
    expect([...data]).toEqual([...arange([30])]);
  });

  it("of zarrita are read: compressed, of 64-bit integers, of version 2", async () => {
    const path = folder.path("theirs.zarr");
    await zarr.create(new FileSystemStore(path), {
      shape: [4, 5],
      chunkShape: [3, 5],
      dtype: "int64",
      codecs: [
        { name: "bytes", configuration: { endian: "big" } },
        { name: "gzip", configuration: { level: 1 } },
      ],
    });
    const chunk = (first: number) => {
      const bytes = Buffer.alloc(15 * 8);
      for (let i = 0; i < 15; i++) bytes.writeBigInt64BE(BigInt(first + i), 8 * i);
      return gzipSync(bytes);
    };
    await mkdir(`${path}/c/0`, { recursive: true });
    await mkdir(`${path}/c/1`);
    await writeFile(`${path}/c/0/0`, chunk(-7));
    await writeFile(`${path}/c/1/0`, chunk(8));
    const wanted = arange([4, 5], -7);
    await expectSame(await readZarr(path, Blocks(2, 2)), wanted);
    const slice = [[1, 4], -1] as const;
    await expectSame(await readZarr(path, undefined, { slice }), wanted.slice(...slice).copy());

    const old = folder.path("old.zarr");
    await mkdir(old);
    await writeFile(
      `${old}/.zarray`,
      JSON.stringify({
        zarr_format: 2,
        shape: [3],
        chunks: [2],
        dtype: "<f4",
        compressor: null,
        fill_value: 9,
        order: "C",
        filters: null,
      }),
    );
    await writeFile(`${old}/0`, new Uint8Array(Float32Array.of(1.5, 2.5).buffer));
    await expectSame(await readZarr(old), fromArray(Float32Array.of(1.5, 2.5, 9)));
  });

  it("of uneven blocks are written in even chunks", async () => {
    const path = folder.path("uneven.zarr");
    const uneven = concat([arange(Blocks(3), [3]), arange(Blocks(2), [4])]);
    await writeZarr(path, uneven);
    await expectSame(await readZarr(path), await collect(uneven));
  });

  it("are refused where they are none, and do not replace other files", async () => {
    await expect(readZarr(folder.path("no.zarr"))).rejects.toThrow("is not a folder with an array");
    await expect(writeZarr(folder.path("z"), ones([2], { dtype: "c128" }))).rejects.toThrow(
      "Zarr has no elements of dtype c128",
    );
    await mkdir(folder.path("precious"));
    await writeFile(folder.path("precious/thesis.txt"), "all of it");
    await expect(writeZarr(folder.path("precious"), ones([2]))).rejects.toThrow("not overwritten");
    expect(await readdir(folder.path("precious"))).toEqual(["thesis.txt"]);
  });

  it("are replaced when the new one is complete", async () => {
    const path = folder.path("replaced.zarr");
    await writeZarr(path, distribute(arange([8]), Blocks(2)));
    const broken = ones(Blocks(1), [2]).map((): number => {
      throw new Error("no value");
    });
    await expect(writeZarr(path, broken)).rejects.toThrow("no value");
    await expectSame(await readZarr(path), arange([8]));
    await writeZarr(path, ones([2]));
    await expectSame(await readZarr(path), ones([2]));
  });
});
