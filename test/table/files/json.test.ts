/** Files of JSON lines read as tables. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { type JSONPlan, jsonSource } from "../../../src/table/files/json/source.ts";
import { times } from "../../support/counts.ts";
import { readAll, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
let count = 0;

const read = async (text: string, plan: Partial<JSONPlan> = {}, columns?: string[]) => {
  const files = await folder.put(`${count++}.jsonl`, text);
  const source = jsonSource({ files, types: undefined, rangeBytes: 1 << 24, ...plan });
  return await readAll(source, columns && { columns });
};

describe("JSON lines", () => {
  it("have the narrowest type that holds all values of their column", async () => {
    const { types, columns } = await read(
      [
        '{"a":1,"b":9007199254740993,"c":0.5,"d":true,"e":"Köln","f":"2026-01-31","g":null}',
        "",
        '{"b":-1,"c":2,"d":null,"e":"\\n","f":"2026-01-31T00:00:00.5Z","h":[1,{"x":null}]}',
      ].join("\r\n"),
    );
    expect(types).toEqual({
      a: "i32",
      b: "i64",
      c: "f64",
      d: "bool",
      e: "dictionary",
      f: "timestamp:ms",
      g: "dictionary",
      h: "dictionary",
    });
    expect(columns).toEqual({
      a: [1, null],
      b: [9007199254740993n, -1n],
      c: [0.5, 2],
      d: [true, null],
      e: ["Köln", "\n"],
      f: [1769817600000n, 1769817600500n],
      g: [null, null],
      h: [null, '[1,{"x":null}]'],
    });
  });

  it("may have names of what objects inherit, values of mixed kinds, a byte order mark", async () => {
    const { columns } = await read(
      '\ufeff{"constructor":1,"__proto__":"x"}\n{"toString":true}\n{"toString":1.5}\n',
    );
    expect(columns).toEqual(
      Object.fromEntries([
        ["constructor", [1, null, null]],
        ["__proto__", ["x", null, null]],
        ["toString", [null, "true", "1.5"]],
      ]),
    );
  });

  it("have the types that are given, and only the columns that are wanted", async () => {
    const types = { a: "u8", t: { type: "timestamp", unit: "ns" }, z: "f64" } as const;
    const text = '{"a":255,"t":"2026-01-01","b":1}\n';
    const all = await read(text, { types });
    expect(all.types).toEqual({ a: "u8", t: "timestamp:ns", b: "i32", z: "f64" });
    expect(all.columns).toEqual({ a: [255], t: [1767225600000000000n], b: [1], z: [null] });
    expect((await read(text, {}, ["b"])).columns).toEqual({ b: [1] });
  });

  it("widen when a later line needs it, and get the columns that only later lines have", async () => {
    const text = `${'{"a":1,"b":"x"}\n'.repeat(100_000)}{"a":0.5,"c":true}\n`;
    const { types, columns } = await read(text, { rangeBytes: 300_000 });
    expect(types).toEqual({ a: "f64", b: "dictionary", c: "bool" });
    expect([columns["a"]?.length, columns["a"]?.at(-1), columns["c"]?.at(-1)]).toEqual([
      100_001,
      0.5,
      true,
    ]);
  });

  it.each([
    ['{"a":1}\n{"a":}\n', /line 2: no JSON object/],
    ["[1]\n", /line 1: no JSON object: it is no object/],
    ['{"a":1}\n\n7\n', /line 3: no JSON object/],
  ])("say where they are broken: %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("say which value does not have the type that was given", async () => {
    await expect(read('{"a":1}\n{"a":"x"}\n', { types: { a: "i32" } })).rejects.toThrow(
      /line 2, column 'a': "x" is not an integer of 32 bits/,
    );
  });

  it("may be empty", async () => {
    expect((await read("")).columns).toEqual({});
  });

  it("are what was written, cut anywhere", async () => {
    const row = fc.record({
      a: fc.option(fc.string({ unit: "grapheme" })),
      b: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      c: fc.option(fc.boolean()),
    });
    const rows = fc.array(row, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (list, rangeBytes) => {
        const text = list.map((each) => `${JSON.stringify(each)}\n`).join("");
        const types = { a: "utf8", b: "f64", c: "bool" } as const;
        const { columns } = await read(text, { types, rangeBytes });
        expect(columns).toEqual({
          a: list.map(({ a }) => a),
          b: list.map(({ b }) => (b === 0 ? 0 : b)),
          c: list.map(({ c }) => c),
        });
      }),
      { numRuns: times(5000), seed: 7 },
    );
  });
});
