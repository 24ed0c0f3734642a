import { describe, expect, expectTypeOf, test } from "vitest";
import { DTYPES } from "../../src/array/element.ts";
import {
  type ComplexOf,
  commonDType,
  complexOf,
  type Promote,
  promote,
  realOf,
  type SumOf,
  sumOf,
} from "../../src/array/promotion.ts";
import { reference } from "./helpers.ts";

describe("promote", () => {
  test("gives NumPy's common types, f64 in place of 64-bit integers", () => {
    const table = reference<Record<string, string>>("promotion");
    for (const a of DTYPES) {
      for (const b of DTYPES) expect(promote(a, b), `${a} and ${b}`).toBe(table[`${a} ${b}`]);
    }
  });

  test("does not depend on order or grouping where the result is held", () => {
    for (const a of DTYPES) {
      expect(promote(a, a)).toBe(a);
      for (const b of DTYPES) expect(promote(a, b)).toBe(promote(b, a));
    }
  });

  test("the types say the same", () => {
    expectTypeOf<Promote<"u8", "i8">>().toEqualTypeOf<"i16">();
    expectTypeOf<Promote<"i32", "f32">>().toEqualTypeOf<"f64">();
    expectTypeOf<Promote<"u32", "i8">>().toEqualTypeOf<"f64">();
    expectTypeOf<Promote<"c64", "f64">>().toEqualTypeOf<"c128">();
    expectTypeOf<Promote<"c64", "i16">>().toEqualTypeOf<"c64">();
    expectTypeOf<Promote<"bool", "u16">>().toEqualTypeOf<"u16">();
    expectTypeOf<Promote<"f32" | "i32", "f32">>().toEqualTypeOf<"f32" | "f64">();
    expectTypeOf<ComplexOf<"f32">>().toEqualTypeOf<"c64">();
    expectTypeOf<ComplexOf<"i32">>().toEqualTypeOf<"c128">();
    expectTypeOf<SumOf<"i8">>().toEqualTypeOf<"f64">();
    expectTypeOf<SumOf<"f32">>().toEqualTypeOf<"f32">();
  });
});

test("parts and complex counterparts", () => {
  expect(DTYPES.map(realOf)).toEqual("f64 f32 i32 u32 i16 u16 i8 u8 bool f32 f64".split(" "));
  expect(DTYPES.map(complexOf)).toEqual(
    "c128 c64 c128 c128 c64 c64 c64 c64 c64 c64 c128".split(" "),
  );
  expect(DTYPES.map(sumOf)).toEqual("f64 f32 f64 f64 f64 f64 f64 f64 f64 c64 c128".split(" "));
});

test("single values change the kind, not the size", () => {
  expect(commonDType(["f32"], [0.1])).toBe("f32");
  expect(commonDType(["i8"], [1000])).toBe("i8");
  expect(commonDType(["bool"], [1])).toBe("f64");
  expect(commonDType(["bool"], [true])).toBe("bool");
  expect(commonDType(["f32"], [{ re: 1, im: 0 }])).toBe("c64");
  expect(commonDType(["i32"], [{ re: 1, im: 0 }, 1])).toBe("c128");
  expect(commonDType([], [1])).toBe("f64");
  expect(commonDType([], [true])).toBe("bool");
  expect(commonDType([], [true, { re: 0, im: 1 }])).toBe("c128");
});
