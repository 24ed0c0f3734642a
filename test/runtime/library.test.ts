/** Things that one thread makes for all: made once, also where several want it at the same time, and never waited for in vain. */

import { Blocks, map, rand, scope, start, withOptions } from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import { createLibrary, ThreadLibrary } from "../../src/runtime/library.ts";

const open: ThreadLibrary[] = [];
const library = (share: ReturnType<typeof createLibrary>, slot: number): ThreadLibrary => {
  const own = new ThreadLibrary(share, slot);
  open.push(own);
  return own;
};
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

const never = (): never => {
  throw new Error("it was made already");
};

describe("a library", () => {
  it("gives what any thread made, modules too, without a turn of the event loop", () => {
    const share = createLibrary();
    const [a, b, c] = [library(share, 0), library(share, 1), library(share, 2)];
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    const made = a.get("m", () => ({
      module: new WebAssembly.Module(bytes),
      list: [1, -0, Number.NaN],
    }));
    expect(a.get("m", never)).toBe(made);
    for (const other of [b, c]) {
      const { module, list } = other.get<typeof made>("m", never);
      expect(module).toBeInstanceOf(WebAssembly.Module);
      expect(list).toEqual([1, -0, Number.NaN]);
    }
  });

  it("keeps what came through the event loop", async () => {
    const share = createLibrary();
    const [a, b] = [library(share, 0), library(share, 1)];
    a.get("x", () => 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.get("x", never)).toBe(1);
  });

  it("is of one process: another one knows nothing of it", () => {
    library(createLibrary(), 0).get("x", () => 1);
    expect(library(createLibrary(), 0).get("x", () => 2)).toBe(2);
  });

  it("makes a thing itself where the thread that claimed it is gone or failed", () => {
    const share = createLibrary();
    new Int32Array(share.claims).fill(77); // of a thread that died
    const a = library(share, 3);
    expect(a.get("x", () => 5)).toBe(5);
    const fail = (): never => {
      throw new Error("cannot be made");
    };
    expect(() => a.get("y", fail)).toThrow("cannot be made");
    expect(a.get("y", () => 6)).toBe(6);
    expect(library(share, 4).get("z", () => 7)).toBe(7);
  });

  it("lets what is made use other things of the library", () => {
    const a = library(createLibrary(), 1);
    const names = Array.from({ length: 3000 }, (_, i) => `n${i}`);
    const chain = (i: number): number =>
      i === 0 ? 0 : a.get(names[i] as string, () => chain(i - 1) + 1);
    expect(chain(1500)).toBe(1500);
  });
});

it("functions that capture different values, or helpers, are not taken for one another by other threads", async () => {
  await using _cluster = await start({ threads: 3 });
  const A = rand(Blocks(1000), [1000], { seed: 1 });
  const local = await A.collect();
  const on = (thread: number, fn: (x: number) => number) =>
    withOptions({ scope: scope({ thread }) }, () => map(fn, A)).collect();
  for (const k of [2, 3.5, -1]) {
    for (const thread of [1, 2, 3]) {
      const helper = k > 0 ? (x: number) => x * 2 : (x: number) => x + 5;
      const fn = (x: number): number => helper(x) + k;
      expect((await on(thread, fn)).toArray()).toEqual(map(fn, local).toArray());
    }
  }
});
