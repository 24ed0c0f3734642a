import { canCast, finfo, fromArray, iinfo, isdtype, resultType, zeros } from "bodkin";
import { describe, expect, it } from "vitest";

describe("dtypes", () => {
  it("of what comes of several, arrays and single values among them", () => {
    expect(resultType("i8", "u8")).toBe("i16");
    expect(resultType(zeros([2], { dtype: "f32" }), "i16")).toBe("f32");
    expect(resultType(zeros([2], { dtype: "f32" }), 1.5)).toBe("f32");
    expect(resultType("i32", "f32")).toBe("f64");
    expect(resultType("bool", true, 2)).toBe("f64");
    expect(resultType("f32", { re: 0, im: 1 })).toBe("c64");
  });

  it("hold others where they hold each of their values", () => {
    expect(canCast("i16", "f32")).toBe(true);
    expect(canCast("i32", "f32")).toBe(false);
    expect(canCast("u8", "i8")).toBe(false);
    expect(canCast(fromArray([true]), "c64")).toBe(true);
  });

  it("have kinds", () => {
    expect(isdtype("u8", "integral")).toBe(true);
    expect(isdtype("u8", "signed integer")).toBe(false);
    expect(isdtype("bool", "numeric")).toBe(false);
    expect(isdtype("f32", ["integral", "real floating"])).toBe(true);
    expect(isdtype("c64", ["c64", "c128"])).toBe(true);
    expect(isdtype("c64", "f32")).toBe(false);
  });

  it("have bounds", () => {
    expect(iinfo("i8")).toEqual({ bits: 8, min: -128, max: 127, dtype: "i8" });
    expect(iinfo("u32").max).toBe(4294967295);
    expect(finfo("f64")).toMatchObject({
      bits: 64,
      eps: Number.EPSILON,
      max: Number.MAX_VALUE,
      smallestNormal: 2.2250738585072014e-308,
    });
    const single = finfo(zeros([1], { dtype: "c64" }));
    expect(single.dtype).toBe("f32");
    expect(single.max).toBe(Math.fround(3.4028234663852886e38));
    expect(single.eps).toBe(1.1920928955078125e-7);
  });

  it("are asked for by name", () => {
    expect(() => resultType()).toThrow(/needs operands/);
    expect(() => resultType("float64" as never)).toThrow(
      /'float64' is not a dtype; use one of f64/,
    );
    expect(() => resultType([1] as never)).toThrow(/takes an array made by this library/);
    expect(() => canCast("f64", "int" as never)).toThrow(/is not a dtype/);
    expect(() => isdtype("f64", "float" as never)).toThrow(/no kind of dtypes.*real floating/);
    expect(() => finfo("i8")).toThrow(/iinfo is for integers/);
    expect(() => iinfo("bool")).toThrow(/no dtype of integers/);
  });
});
