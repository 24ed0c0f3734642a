import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Blocks,
  type BodkinError,
  type Chunk,
  type Cluster,
  file,
  fromArray,
  rand,
  scope,
  spawn,
  spawnSequential,
  spawnWith,
  start,
  tochunk,
  tofile,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { causeOf } from "../support/failures.ts";

let cluster: Cluster;
let folder: string;
beforeAll(async () => {
  cluster = await start({ threads: 2, workers: 1 });
  folder = mkdtempSync(join(tmpdir(), "bodkin-test-files-"));
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

describe("a value written to a file", () => {
  it.each([
    ["a number", 42.5],
    ["a text", "a text ☃"],
    ["nothing", undefined],
    [
      "plain data",
      { list: [1, { x: null }], map: new Map([[1, new Set(["a"])]]), at: new Date(5) },
    ],
    ["a typed array", Float32Array.of(1.5, -0, Number.NaN)],
    ["an empty typed array", new Int16Array(0)],
    ["big integers", BigInt64Array.of(-(2n ** 63n), 5n)],
  ])("comes back: %s", async (_, value) => {
    const written = await tofile<unknown>(value, at("value.bin"));
    expect(written.path).toBe(at("value.bin"));
    expect(await written.fetch()).toEqual(value);
    expect(await file(at("value.bin")).fetch()).toEqual(value);
  });

  it.each(["f64", "f32", "i32", "u8", "bool", "c64", "c128"] as const)(
    "comes back: arrays of %s, with their shapes",
    async (dtype) => {
      for (const shape of [[3, 4], [0, 5], [], [7]]) {
        const array = zeros(shape, { dtype });
        await tofile(array, at("array.bin"));
        const back = await file<typeof array>(at("array.bin")).fetch();
        expect(back.dtype).toBe(dtype);
        expect(back.shape).toEqual(shape);
        expect(back.data).toEqual(array.data);
      }
    },
  );

  it("is an argument of tasks anywhere, read once, and stays when nobody has it", async () => {
    const A = rand([50, 40], { seed: 3 });
    const f = await tofile(A, at("argument.bin"));
    const total = (a: typeof A) => a.sum();
    const sums = [1, 2].map((worker) => spawnWith({ scope: scope({ worker }) }, total, f));
    for (const each of sums) expect(await each.fetch()).toBeCloseTo(A.sum(), 10);
    const last = await spawnSequential(() => {
      spawn(total, f);
      return spawn((a: typeof A) => a.get(49, 39), f);
    }).fetch();
    expect(last).toBe(A.get(49, 39));
    f.dispose();
    expect(() => f.size).toThrow("this chunk was disposed of");
    expect(readdirSync(folder)).toContain("argument.bin");
  });

  it("can be what a task or a chunk has, written where it is", async () => {
    const task = spawnWith({ scope: scope({ worker: 2 }) }, () => Float64Array.of(1, 2, 3));
    await tofile(task, at("task.bin"));
    const chunk: Chunk<string[]> = tochunk(["a", "b"]);
    await tofile(chunk, at("chunk.bin"));
    expect(await file(at("task.bin")).fetch()).toEqual(Float64Array.of(1, 2, 3));
    expect(await file(at("chunk.bin")).fetch()).toEqual(["a", "b"]);
  });

  it("can have a format of its own", async () => {
    const serialize = (lines: string[]) => new TextEncoder().encode(lines.join("\n"));
    const deserialize = (bytes: Uint8Array) => new TextDecoder().decode(bytes).split("\n");
    const f = await tofile(["x", "y"], at("lines.txt"), { serialize, deserialize });
    expect(readFileSync(at("lines.txt"), "utf8")).toBe("x\ny");
    expect(await spawn((lines: string[]) => lines.length, f).fetch()).toBe(2);
    expect(await file(at("lines.txt"), { deserialize }).fetch()).toEqual(["x", "y"]);
  });
});

describe("what is not as it should be is said", () => {
  it("nothing is read before a task needs it, and inspecting reads nothing", async () => {
    const f = await tofile([1], at("lazy.bin"));
    expect([f.size, f.domain, f.processor, String(f)]).toEqual([
      undefined,
      undefined,
      undefined,
      `File(${at("lazy.bin")})`,
    ]);
    await tofile([2], at("lazy.bin"));
    expect(await f.fetch()).toEqual([2]);
  });

  it("a file that is not there, at the call", () => {
    expect(() => file(at("none"))).toThrow(`file: there is no file '${at("none")}'`);
    expect(() => file(folder)).toThrow("file: there is no file");
    expect(() => file(5 as never)).toThrow("file takes the path of a file, not 5");
    expect(() => file(at("none"), { read: 1 } as never)).toThrow("read");
  });

  it("a file of another kind, cut short or gone, as the failure of the task, with its name", async () => {
    writeFileSync(at("other.bin"), "something else");
    const other = (await causeOf(file(at("other.bin")))) as BodkinError;
    expect(other.code).toBe("FILE");
    expect(other.message).toContain(
      `'${at("other.bin")}' was not written by tofile; say what it is`,
    );
    const f = await tofile(fromArray([1, 2, 3]), at("short.bin"));
    truncateSync(at("short.bin"), 70);
    expect(String(await causeOf(spawn((x) => x, f)))).toMatch(
      /short\.bin' cannot be read: it has \d+ bytes of elements where there should be 24/,
    );
    const gone = await tofile(1, at("gone.bin"));
    rmSync(at("gone.bin"));
    expect(String(await causeOf(gone))).toContain("gone.bin' cannot be read: ENOENT");
  });

  it("a file that cannot be written leaves what was there", async () => {
    await tofile("old", at("kept.bin"));
    class Own {}
    for (const [value, why] of [
      [{ a: [new Own()] }, "'0' of 'a' of the value is a Own, which would not come back as it is"],
      [new Own(), "the value is a Own"],
    ] as const) {
      await expect(tofile(value as unknown, at("kept.bin"))).rejects.toThrow(why);
    }
    await expect(
      tofile("new", at("kept.bin"), { serialize: () => "text" as never }),
    ).rejects.toThrow("serialize must give a Uint8Array");
    await expect(tofile(1, at("no/such/folder.bin"))).rejects.toThrow("cannot be written: ENOENT");
    expect(await file(at("kept.bin")).fetch()).toBe("old");
    expect(readdirSync(folder).filter((name) => /^kept/.test(name))).toEqual(["kept.bin"]);
  });

  it("distributed arrays have functions of their own", async () => {
    const DA = zeros(Blocks(2), [4]);
    await expect(tofile(DA as unknown, at("da.bin"))).rejects.toThrow("writeNpy(path, array)");
  });
});
