import { describe, expect, it } from "vitest";
import { spawn } from "../../../src/index.ts";
import "../../../src/table/index.ts";
import { type Column, countNulls, isNull, setNull } from "../../../src/table/columns/column.ts";
import { decodeText, dictionaryOf, stringsOf } from "../../../src/table/columns/dictionary.ts";
import {
  newPartition,
  type OpenColumn,
  type Packed,
  packDictionary,
  readPartition,
} from "../../../src/table/columns/packing.ts";

const cities = dictionaryOf(["Köln", "", "Oslo"]);
const { size, offsets, bytes, id } = cities;

/** Numbers with a null, strings, and codes of a dictionary that may be shared. */
function make(isShared: boolean): Packed {
  const dictionary = { id, size, offsets, bytes };
  const made = newPartition(9, [
    { name: "x", type: "f64", nullable: true },
    { name: "text", type: "utf8", nullable: false, bytes: 9 },
    { name: "city", type: "dictionary", nullable: false, dictionary, isShared },
    { name: "at", type: "timestamp", unit: "us", nullable: false },
  ]);
  const [x, text, city, at] = made.columns as [OpenColumn, OpenColumn, OpenColumn, OpenColumn];
  for (let row = 0; row < 9; row++) {
    x.values[row] = row / 2;
    text.values[row] = 97 + row;
    (text.offsets as Int32Array)[row + 1] = row + 1;
    city.values[row] = row % 3;
    (at.values as BigInt64Array)[row] = BigInt(row) * 10n ** 15n;
  }
  setNull(x.validity as Uint8Array, 8);
  return made.seal([{ nulls: 1, range: [0, 3.5] }, { nulls: 0 }, { nulls: 0 }, { nulls: 0 }]);
}

describe("packed partitions", () => {
  it.each([false, true])(
    "are read as they were written, by tasks and outside (shared: %s)",
    async (isShared) => {
      const packed = spawn(make, isShared);
      const shared = spawn(() => packDictionary({ id, size, offsets, bytes }));
      const sum = spawn(
        (block: Packed, dictionary: Packed) => {
          const [x] = readPartition(block, [dictionary]).columns;
          return ((x as Column).values as Float64Array).subarray(0, 8).reduce((a, b) => a + b, 0);
        },
        packed,
        shared,
      );
      expect(await sum.fetch()).toBe(14);
      const { rows, columns } = readPartition(await packed.fetch(), [await shared.fetch()]);
      expect(rows).toBe(9);
      const [x, text, city, at] = columns;
      expect(x).toMatchObject({ name: "x", type: "f64", nulls: 1, range: [0, 3.5] });
      expect(x && isNull(x, 8) && !isNull(x, 7)).toBe(true);
      expect(countNulls(x?.validity as Uint8Array, 9)).toBe(1);
      expect(decodeText(text?.values as Uint8Array, 2, 5)).toBe("cde");
      expect(city?.dictionary?.id).toBe(id);
      const strings = stringsOf(city?.dictionary as typeof cities);
      expect([...((city as Column).values as Int32Array)].map((code) => strings[code])).toEqual([
        "Köln",
        "",
        "Oslo",
        "Köln",
        "",
        "Oslo",
        "Köln",
        "",
        "Oslo",
      ]);
      expect(at?.unit).toBe("us");
      expect(at?.values[8]).toBe(8n * 10n ** 15n);
      expect(at?.range).toBeUndefined();
    },
  );

  it("may be without rows or columns", async () => {
    const packed = await spawn(() => newPartition(0, []).seal([])).fetch();
    expect(readPartition(packed)).toEqual({ rows: 0, columns: [] });
  });
});
