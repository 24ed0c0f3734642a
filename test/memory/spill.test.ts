import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHeap, Heap, type HeapShare } from "../../src/memory/heap.ts";
import {
  openSpillFile,
  type SpillFile,
  spillFolder,
  useSpillFile,
} from "../../src/memory/spill/spill-file.ts";
import { FakeFile } from "./fake-file.ts";

const UNIT = 10_000;
const BOUND = 4 * UNIT;

let share: HeapShare;
let file: FakeFile;
let heap: Heap;
beforeEach(() => {
  share = createHeap(2 ** 22, { bound: BOUND });
  file = new FakeFile();
  heap = new Heap(share, 1, undefined, file);
});

function made(value: number, bytes = UNIT, of: Heap = heap): number {
  const chunk = of.allocate({ kind: "typed", bytes });
  of.bytes(chunk).fill(value);
  of.seal(chunk);
  return chunk;
}

/** The value that all bytes of a chunk have. */
function byteOf(chunk: number, of: Heap = heap): number {
  return of.using(chunk, () => {
    const bytes = of.bytes(chunk);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    return bytes[0] as number;
  });
}

const spilled = (chunks: readonly number[]): boolean[] =>
  chunks.map((chunk) => heap.stateOf(chunk) === "spilled");
const stats = () => heap.stats().spill as NonNullable<ReturnType<Heap["stats"]>["spill"]>;

describe("a bounded heap", () => {
  it("writes what was least recently used when more is asked for, and reads it when it is needed", () => {
    const chunks = [1, 2, 3, 4].map((value) => made(value));
    expect(stats()).toMatchObject({ resident: BOUND, writes: 0, disk: 0 });
    expect(byteOf(chunks[0] as number)).toBe(1); // now the second one is the oldest
    chunks.push(made(5));
    expect(spilled(chunks)).toEqual([false, true, false, false, false]);
    chunks.push(made(6), made(7));
    expect(spilled(chunks)).toEqual(
      [true, true, true, true, false, false, false].with(0, false).with(3, true),
    );
    expect(chunks.map((chunk) => byteOf(chunk))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(stats().peak).toBe(BOUND);
    for (const chunk of chunks) heap.release(chunk);
    expect(heap.stats()).toMatchObject({ chunks: 0, bytes: 0 });
    expect(stats()).toMatchObject({ resident: 0, disk: 0 });
  });

  it("does not write again what did not change, and does where it did", () => {
    const chunks = Array.from({ length: 8 }, (_, i) => made(i));
    const use = () => chunks.map((chunk) => byteOf(chunk));
    expect(use()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(use()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(stats().writes).toBe(8);
    expect(stats().drops).toBeGreaterThan(0);
    const first = chunks[0] as number;
    heap.using(first, () => {
      heap.noteChange(first);
      heap.bytes(first).fill(77);
    });
    use();
    expect(stats().writes).toBe(9);
    expect(byteOf(first)).toBe(77);
    // Also what was changed without a word.
    heap.using(first, () => heap.bytes(first).fill(78));
    use();
    expect(byteOf(first)).toBe(78);
    for (const chunk of chunks) heap.release(chunk);
    expect(stats().disk).toBe(0);
  });

  it("leaves what is pinned, open, small or wanted in memory where it is, and takes more than the bound then", () => {
    const pinned = made(1);
    const pin = heap.pin(pinned);
    const open = heap.allocate({ kind: "typed", bytes: UNIT });
    const small = made(3, 100);
    const kept = made(4);
    heap.store(kept, "memory");
    const compound = heap.allocate({ kind: "compound", bytes: UNIT });
    heap.seal(compound);
    const all = [pinned, open, small, kept, compound];
    const more = [made(5), made(6), made(7)];
    expect(all.map((chunk) => heap.stateOf(chunk))).not.toContain("spilled");
    expect(spilled(more)).toEqual([true, true, false]);
    expect(stats().resident).toBeLessThanOrEqual(5 * UNIT + 100);
    heap.unpin(pin);
    more.push(made(8));
    expect(heap.stateOf(pinned)).toBe("spilled");
    expect(byteOf(pinned)).toBe(1);
    for (const chunk of [...all, ...more]) heap.release(chunk);
    for (const chunk of heap.takeReclaimed()) heap.free(chunk);
    expect(heap.stats()).toMatchObject({ chunks: 0, bytes: 0 });
  });

  it("gives what shall be on disk up at once", () => {
    const [first, second] = [made(1), made(2)];
    heap.store(second, "disk");
    expect(spilled([first, second])).toEqual([false, true]);
    expect(byteOf(second)).toBe(2);
    for (const chunk of [first, second]) heap.release(chunk);
  });

  it("refuses to use memory that may be taken", () => {
    const chunk = made(1);
    expect(() => heap.view(chunk)).toThrow("is used without a pin");
    heap.using(chunk, () => expect(heap.view(chunk)[0]).toBe(1));
    heap.release(chunk);
  });

  it("a thread keeps what it needs while another one writes it", () => {
    const other = new Heap(share, 2, undefined, file);
    const chunk = made(1);
    file.onWrite = () => {
      file.onWrite = () => {};
      const pin = other.pin(chunk);
      other.bytes(chunk).fill(9);
      other.unpin(pin);
    };
    const more = [2, 3, 4, 5].map((value) => made(value));
    expect(stats().writes).toBe(1); // another one than that
    expect(heap.stateOf(chunk)).toBe("sealed");
    expect(byteOf(chunk)).toBe(9);
    for (const each of [chunk, ...more]) heap.release(each);
    expect(heap.stats().chunks).toBe(0);
    expect(stats().disk).toBe(0);
  });

  it("what is freed while it is written leaves nothing", () => {
    const other = new Heap(share, 2, undefined, file);
    const chunk = made(1);
    file.onWrite = () => {
      file.onWrite = () => {};
      other.release(chunk);
      other.release(made(50, UNIT, other));
    };
    const more = [2, 3, 4, 5, 6].map((value) => made(value));
    expect(more.map((each) => byteOf(each))).toEqual([2, 3, 4, 5, 6]);
    for (const each of more) heap.release(each);
    expect(heap.stats().chunks).toBe(0);
    expect(stats()).toMatchObject({ resident: 0, disk: 0 });
  });

  it("two threads that read one chunk at once both get it", () => {
    const other = new Heap(share, 2, undefined, file);
    const chunk = made(1);
    heap.store(chunk, "disk");
    let pin = 0;
    file.onRead = () => {
      file.onRead = () => {};
      pin = other.pin(chunk);
    };
    expect(byteOf(chunk)).toBe(1);
    expect(other.bytes(chunk)[0]).toBe(1);
    other.unpin(pin);
    heap.release(chunk);
    expect(heap.stats().chunks).toBe(0);
    expect(stats()).toMatchObject({ resident: 0, disk: 0 });
  });
});

describe("a file", () => {
  it("that cannot be written fails who asks for memory, and loses nothing", () => {
    const chunks = [1, 2, 3, 4].map((value) => made(value));
    file.fails = "ENOSPC: no space left on device, write";
    expect(() => made(5)).toThrow(
      "memory is bounded to 40000 bytes, and bodkin cannot write to its file in /fake: ENOSPC: no space left on device, write. Nothing is lost. Free space there,",
    );
    expect(chunks.map((chunk) => byteOf(chunk))).toEqual([1, 2, 3, 4]);
    expect(heap.beyondBound(() => byteOf(made(6)))).toBe(6);
    file.fails = undefined;
    chunks.push(made(5));
    expect(chunks.map((chunk) => byteOf(chunk))).toEqual([1, 2, 3, 4, 5]);
    expect(stats().disk).toBeGreaterThan(0);
  });

  it.each([
    ["short", "it is shorter than what was written"],
    ["changed", "it is not what was written"],
    ["EIO: i/o error, read", "EIO: i/o error, read"],
  ])("that cannot be read (%s) fails who needs the chunk, and nobody else", (how, why) => {
    const chunks = [1, 2, 3, 4, 5].map((value) => made(value));
    file.damage = how;
    expect(() => byteOf(chunks[0] as number)).toThrow(
      `bodkin cannot read its file in /fake: ${why}. The data is lost; make it again`,
    );
    file.damage = undefined;
    expect(chunks.map((chunk) => byteOf(chunk))).toEqual([1, 2, 3, 4, 5]);
    for (const chunk of chunks) heap.release(chunk);
    expect(heap.stats().chunks).toBe(0);
    expect(stats()).toMatchObject({ resident: 0, disk: 0 });
  });

  it("is not used after it is closed", () => {
    const chunks = [1, 2, 3, 4].map((value) => made(value));
    heap.closeFile();
    expect(() => made(5)).toThrow("the cluster was closed");
    expect(byteOf(chunks[0] as number)).toBe(1);
  });
});

describe("the file of a process", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bodkin-test-spill-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is private, has no name, and holds what is written where it is written", () => {
    const own = openSpillFile(folder);
    expect(readdirSync(folder)).toEqual([]);
    const path = `/proc/self/fd/${own.descriptor}`;
    if (existsSync(path)) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readlinkSync(path)).toMatch(/\(deleted\)$/);
    }
    const use: SpillFile = useSpillFile(own);
    use.write(new Uint8Array(100).fill(7), 2 ** 33);
    const into = new Uint8Array(200);
    expect(use.read(into, 2 ** 33)).toBe(100);
    expect(into.subarray(0, 100).every((byte) => byte === 7)).toBe(true);
    own.close();
  });

  it("is in a folder that is there and can be written", () => {
    expect(spillFolder(folder)).toBe(folder);
    expect(spillFolder(undefined)).toBe(tmpdir());
    expect(() => spillFolder(join(folder, "none"))).toThrow("does not exist; name a folder");
  });
});
