/** What tables refuse, and where: at the call as far as it can be known there, with what to do instead. */

import { type Cluster, start } from "bodkin";
import { dtable } from "bodkin/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const a = Float64Array.from({ length: 20 }, (_, i) => i);
const table = () => dtable({ a, s: Array.from(a, (i) => `s${i}`) }, 5);

describe("functions of rows", () => {
  it.each([
    [() => table().map((async (row: { a: number }) => row) as never), /map takes .* this is async/],
    [() => table().filter(async () => false), /filter takes .* this is async/],
    [() => table().mutate({ c: async () => 1 } as never), /mutate: column 'c' .* async/],
    [() => table().filter(function* () {}), /this is a generator/],
    [() => table().mutate({ c: 5 as never }), /mutate: column 'c' takes a function of a row/],
  ])("that give no result at once are refused at the call: %#", (make, message) => {
    expect(make).toThrow(message);
  });

  it.each([
    [() => table().mutate({ c: () => new Date(Number.NaN) }), /'c' has an invalid Date in row 0/],
    [() => table().mutate({ c: () => 2n ** 63n }), /'c' has 9223372036854775808 in row 0.*64 bits/],
    [() => table().mutate({ c: () => Symbol("x") as never }), /'c' has symbol .* columns hold/],
  ])("must give what columns hold: %#", async (make, message) => {
    await expect(make().toRows()).rejects.toThrow(message);
  });
});

describe("columns", () => {
  it.each([
    [() => dtable({ a: [new Date(Number.NaN)] }), /'a' has an invalid Date in row 0; give null/],
    [() => dtable({ a: [1n, -(2n ** 63n) - 1n] }), /'a' has -9223372036854775809 in row 1/],
    [() => dtable({ a: new DataView(new ArrayBuffer(8)) as never }), /'a' is an object, not an/],
    [() => dtable(new Map([["a", [1]]]) as never), /not a Map: dtable/],
    [() => dtable(new Float64Array(2) as never), /not a Float64Array/],
    [() => table().rename({ a: 5 as never }), /rename takes new names .* for 'a' number 5/],
    [() => table().rename(null as never), /rename takes new names by the old ones/],
    [() => table().sort((() => 1) as never), /sort takes names of columns and expressions; make/],
    [() => table().head(-1), /head\(-1\): give a number of rows, 0 or more/],
    [() => table().repartition(0.5), /repartition\(0.5\): give a number of rows, at least 1/],
  ])("and verbs are refused at the call where they cannot be: %#", (make, message) => {
    expect(make).toThrow(message);
  });

  it("get new names only where there is one, and each its own", async () => {
    await expect(
      table()
        .rename({ q: "x" } as never)
        .toRows(),
    ).rejects.toThrow(/there is no column 'q'; there are 'a', 's'/);
    await expect(table().rename({ a: "s" }).toRows()).rejects.toThrow(
      /rename: two columns would be called 's'/,
    );
    const swapped = await table().rename({ a: "s", s: "a" }).head(1).toRows();
    expect(swapped).toEqual([{ s: 0, a: "s0" }]);
  });

  it("with halves of characters become one string of each", async () => {
    const broken = dtable({ k: ["\ud800", "\udc00", "a"] });
    const groups = await broken
      .groupBy("k")
      .agg({ n: ["k", "count"] })
      .toRows();
    expect(groups).toEqual([
      { k: "\ufffd", n: 2 },
      { k: "a", n: 1 },
    ]);
  });
});

describe("tables", () => {
  it("come one after another by the names of their columns", async () => {
    const more = dtable({ s: ["x"], a: [0.5] });
    const all = table().concat(more as never, dtable({}) as never);
    expect(await all.tail(2).toRows()).toEqual([
      { a: 19, s: "s19" },
      { a: 0.5, s: "x" },
    ]);
    await expect(
      table()
        .concat(dtable({ q: [1] }) as never)
        .toRows(),
    ).rejects.toThrow(/concat: table 2 has the columns q, and table 1 a, s; give them the same/);
    const ints = dtable({ a: Int32Array.of(1), s: ["x"] });
    await expect(table().concat(ints).toRows()).rejects.toThrow(
      /column 'a' is f64 in one table and i32 in another; make them one: mutate/,
    );
  });

  it("are made of other tables", async () => {
    const given = table();
    expect(dtable(given)).toBe(given);
    const cut = dtable(given, 8);
    await cut.wait();
    expect(cut.chunks.length).toBe(3);
    expect(await cut.toRows()).toEqual(await given.toRows());
  });

  it("are not waited for once a signal says so", async () => {
    const signal = AbortSignal.abort(new Error("no more"));
    const made = table();
    await made.wait();
    await expect(made.toRows({ signal })).rejects.toThrow("no more");
    await expect(made.collect({ signal })).rejects.toThrow("no more");
    await expect(made.collect({ sginal: signal } as never)).rejects.toThrow(
      /did you mean 'signal'/,
    );
  });

  it("are collected without a copy, until they are disposed of", async () => {
    const made = table();
    using view = await made.collect({ copy: false });
    expect(view.getChild("a")?.get(7)).toBe(7);
    const again = await made.collect({ copy: false });
    const buffers = [view, again].map((each) => each.batches[1]?.data.children[0]?.values);
    expect(buffers[0]?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffers[0]?.byteOffset).toBe(buffers[1]?.byteOffset);
    again.dispose();
  });
});
