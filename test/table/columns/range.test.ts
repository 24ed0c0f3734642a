/** The least and greatest number of columns, against a look at each value. */

import fc from "fast-check";
import { expect, it } from "vitest";
import { arrayClass, type ColumnArray } from "../../../src/table/columns/column.ts";
import { rangeIn } from "../../../src/table/columns/range.ts";

const TYPES = ["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64", "date"] as const;

it.each(TYPES)("of %s, with nulls and without", (type) => {
  const Class = arrayClass(type) as unknown as { from(values: number[]): ColumnArray };
  const number = fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.NaN, 2 ** 31, 2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(number), fc.option(fc.array(fc.boolean())), (numbers, nulls) => {
      const values = Class.from(numbers);
      const bits = new Uint8Array((numbers.length >> 3) + 1).fill(0xff);
      nulls?.forEach((isNull, row) => {
        if (isNull && row < numbers.length) bits[row >> 3]! &= ~(1 << (row & 7));
      });
      const counted = Array.from(values as Float64Array).filter(
        (value, row) => !Number.isNaN(value) && !nulls?.[row],
      );
      const expected =
        counted.length > 0 ? [Math.min(...counted), Math.max(...counted)] : undefined;
      expect(rangeIn(type, values, nulls ? bits : undefined)).toEqual(expected);
    }),
    { seed: 61 },
  );
});
