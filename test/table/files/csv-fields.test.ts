/** Fields of CSV read by compiled code: the same as JavaScript and DuckDB read, to the bit. */

import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import type { CSVOptions, Value } from "../../../src/table/index.ts";
import { readCSV } from "../../../src/table/index.ts";
import { times } from "../../support/counts.ts";
import { testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
let count = 0;

/** The one column of a file with these fields. */
async function read(fields: readonly string[], type: "f64" | "i64" | "u64" | "f32" | "bool") {
  const path = await folder.put(`${count++}.csv`, `x\n${fields.join("\n")}\n`);
  const rows = await readCSV<{ x: Value }>(path, { types: { x: type } }).toRows();
  return rows.map(({ x }) => x);
}

const digits = (most: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9]{0,${most}}$`));

/** Numbers as anybody may write them: far more digits than a float has, and exponents beyond its range. */
const written = fc
  .tuple(
    fc.constantFrom("", "-"),
    digits(22),
    fc.option(digits(22)),
    fc.option(fc.tuple(fc.constantFrom("e", "E", "e+", "e-"), fc.integer({ min: 0, max: 340 }))),
  )
  .filter(([, whole, fraction]) => whole + (fraction ?? "") !== "")
  .map(
    ([sign, whole, fraction, exponent]) =>
      sign + whole + (fraction === null ? "" : `.${fraction}`) + (exponent?.join("") ?? ""),
  );

/** Halves between neighbouring floats, and what is just beside them. */
const halfway = fc
  .tuple(fc.double({ min: 2 ** 53, max: 2 ** 63, noNaN: true }), fc.constantFrom(-1n, 0n, 1n))
  .map(([x, beside]) => {
    const next = 2 ** (Math.floor(Math.log2(x)) - 52);
    return String(BigInt(x) + BigInt(next) / 2n + beside);
  });

describe("numbers", () => {
  it("are the nearest floats, whatever their digits", async () => {
    const number = fc.oneof(written, halfway, fc.double({ noNaN: true }).map(String));
    const list = fc.array(number, { minLength: 200, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(list, async (fields) => {
        const finite = fields.map((field) => field.replace("Infinity", "inf"));
        expect(await read(finite, "f64")).toEqual(fields.map(Number));
        expect(await read(finite, "f32")).toEqual(fields.map((f) => Math.fround(Number(f))));
      }),
      { numRuns: times(2000), seed: 21 },
    );
  });

  it.each([
    ["9007199254740993", 9007199254740992],
    ["9007199254740992.99", 9007199254740992],
    ["0.1e-6", 1e-7],
    ["123456789012345678", 123456789012345680],
    ["1234567890123456789.", 1234567890123456800],
    ["2.2250738585072011e-308", 2.225073858507201e-308],
    ["1e309", Number.POSITIVE_INFINITY],
    ["4.9e-324", 5e-324],
    ["1e-400", 0],
    ["-.5", -0.5],
    [" 7 ", 7],
    ["+7", 7],
  ])("%s is %d", async (text, value) => {
    expect(await read([text, "1"], "f64")).toEqual([value, 1]);
  });

  it.each([".", "-", "e5", "1e", "1e+", "1.2.3", "--1", "1-", "0x10", "1,000.5.", "1e5x"])(
    "%j is none",
    async (text) => {
      await expect(read([`"${text}"`], "f64")).rejects.toThrow(/line 2, column 'x'.*not a number/);
      await expect(read(["1", text.replace(",", "")], "f64")).rejects.toThrow(/line 3, column 'x'/);
    },
  );

  it("are integers to the last of 64 bits, and nothing beyond them", async () => {
    const near = [0n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 18n, 10n ** 19n];
    const around = near.flatMap((x) => [x - 1n, x, x + 1n, -x - 1n, -x, -x + 1n]);
    for (const [type, least, most] of [
      ["i64", -(2n ** 63n), 2n ** 63n - 1n],
      ["u64", 0n, 2n ** 64n - 1n],
    ] as const) {
      for (const value of around) {
        const reading = read([String(value), `000${value < 0n ? 0n : value}`], type);
        if (value < least || value > most) await expect(reading).rejects.toThrow(/line 2/);
        else {
          const [first, second] = await reading;
          expect([first, second].map((x) => BigInt(x as bigint))).toEqual([
            value,
            value < 0n ? 0n : value,
          ]);
        }
      }
    }
  });

  it("are true or false in any case", async () => {
    const fields = ["true", "false", "TRUE", "False", "true"];
    expect(await read(fields, "bool")).toEqual([true, false, true, false, true]);
    await expect(read(["true", "truex"], "bool")).rejects.toThrow(/"truex" is not true or false/);
    await expect(read(["fals"], "bool")).rejects.toThrow(/"fals" is not true or false/);
  });
});

describe("times", () => {
  const instant = fc.tuple(
    fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
    fc.constantFrom(" ", "T"),
    fc.constantFrom("", "Z"),
    fc.integer({ min: 0, max: 3 }),
  );

  it("are those that JavaScript reads", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(instant, { minLength: 50, maxLength: 100 }), async (instants) => {
        const texts = instants.map(([date, between, zone, digits]) => {
          const iso = date.toISOString();
          const fraction = digits === 0 ? "" : iso.slice(19, 20 + digits);
          return iso.slice(0, 10) + between + iso.slice(11, 19) + fraction + zone;
        });
        const path = await folder.put(
          `${count++}.csv`,
          `at,day\n${texts.map((text) => `${text},${text.slice(0, 10)}`).join("\n")}`,
        );
        const types = { at: "timestamp", day: "date" } as const;
        const rows = await readCSV<{ at: Date; day: Date }>(path, { types }).toRows();
        expect(rows.map(({ at }) => at.getTime())).toEqual(
          texts.map((text) => Date.parse(`${text.replace(" ", "T").replace("Z", "")}Z`)),
        );
        expect(rows.map(({ day }) => day.getTime())).toEqual(
          texts.map((text) => Date.parse(text.slice(0, 10))),
        );
      }),
      { numRuns: times(1000), seed: 22 },
    );
  });

  it.each(["2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026/01/01", "1900-02-29"])(
    "%s is no day",
    async (text) => {
      const path = await folder.put(`${count++}.csv`, `x\n2024-02-29\n${text}\n`);
      const table = readCSV(path, { types: { x: "date" } });
      await expect(table.toRows()).rejects.toThrow(/line 3, column 'x'.*is not a date/);
    },
  );

  it.each([
    "2026-01-01T24:00:00",
    "2026-01-01T23:60:00",
    "2026-01-01T23:59:60",
    "2026-01-01T00:00:00.",
  ])("%s is no time", async (text) => {
    const path = await folder.put(`${count++}.csv`, `x\n2024-02-29T00:00:00\n${text}\n`);
    const table = readCSV(path, { types: { x: "timestamp" } });
    await expect(table.toRows()).rejects.toThrow(/line 3, column 'x'.*is not a time/);
  });
});

/** What has no meaning of its own in a text. */
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom("", "a", "Köln", '"', '""', "a,b", "two\nlines", "cr\r\nlf", "x".repeat(100)),
  fc.string({ unit: "grapheme", maxLength: 20 }).map((each) => each.toWellFormed()),
);
const record = fc.record({
  i: fc.option(fc.integer()),
  f: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  t: text,
  d: fc.option(
    fc.date({ min: new Date("1700-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
  ),
});
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

describe("files", () => {
  it("are what DuckDB reads", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const any = fc.record({
      rows: fc.array(record, { minLength: 1, maxLength: 60 }),
      rangeBytes: fc.integer({ min: 20, max: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ rows, rangeBytes }) => {
        const lines = rows.map(({ i, f, t, d }) =>
          [i ?? "", f ?? "", quoted(t), d?.toISOString() ?? ""].join(),
        );
        const path = await folder.put(`${count++}.csv`, `i,f,t,d\n${lines.join("\n")}\n`);
        const options: CSVOptions = {
          rangeBytes,
          types: { i: "i32", f: "f64", t: "utf8", d: "timestamp" },
        };
        const own = await readCSV(path, options).toRows();
        const reader = await connection.runAndReadAll(
          `select i, f, t, epoch_ms(d::timestamp)::double d from read_csv('${path}', header = true, quote = '"',
            escape = '"', new_line = '\\n', force_not_null = ['t'], parallel = false, strict_mode = false,
            columns = {i: 'integer', f: 'double', t: 'varchar', d: 'timestamp'})`,
        );
        expect(
          own.map((row) => ({ ...row, d: (row["d"] as Date | null)?.getTime() ?? null })),
        ).toEqual(reader.getRowObjectsJS());
      }),
      { numRuns: times(2000), seed: 23 },
    );
    connection.closeSync();
  });

  it("may have more distinct strings, and longer ones, than there was room for", async () => {
    const names = Array.from(
      { length: 20_000 },
      (_, k) => `${k % 7}-${"é".repeat(k % 50)}-${k % 3001}`,
    );
    const lines = names.map((name, k) => `${name},"${name}",${k}`);
    const path = await folder.put("many.csv", `d,u,k\n${lines.join("\n")}`);
    const table = readCSV<{ d: string; u: string; k: number }>(path, {
      types: { d: "dictionary", u: "utf8" },
    });
    const rows = await table.toRows();
    expect(rows.map(({ d }) => d)).toEqual(names);
    expect(rows.map(({ u }) => u)).toEqual(names);
    expect(rows.at(-1)?.k).toBe(19_999);
  });

  it("may have a thousand columns, of which one is wanted", async () => {
    const names = Array.from({ length: 1000 }, (_, k) => `c${k}`);
    const line = (row: number): string => names.map((_, k) => (k % 3 ? `"${row},${k}"` : k)).join();
    const path = await folder.put("wide.csv", `${names.join()}\n${line(0)}\n${line(1)}`);
    expect(await readCSV(path).select("c998").toRows()).toEqual([
      { c998: "0,998" },
      { c998: "1,998" },
    ]);
    expect(Object.keys((await readCSV(path).toRows())[1] ?? {})).toEqual(names);
  });
});
