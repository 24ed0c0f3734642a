import { describe, expect, test } from "vitest";
import { type Kind, resultKind } from "../../src/array/elementwise/result-kind.ts";
import { resultType } from "../../src/array/elementwise/result-type.ts";

const helper = (x: number) => x > 1;
const limit = 3;

describe("the kind of a result, read from the source", () => {
  test.each<[(...values: never[]) => unknown, Kind | undefined]>([
    [(x: number) => x > 1, "boolean"],
    [(x: number, y: number) => x === y || !(x < limit), "boolean"],
    [(x: number) => !x, "boolean"],
    [(x: number) => Number.isNaN(x) && true, "boolean"],
    [(x: number) => (x > 1 ? true : x < 0), "boolean"],
    [(x: number) => Boolean(x), "boolean"],
    [(x: number) => x * 2, "number"],
    [(x: number) => -x, "number"],
    [(x: number) => x + 1, "number"],
    [(x: number) => x, "number"],
    [(x: number) => Math.sqrt(x), "number"],
    [(x: number) => Math.PI - x, "number"],
    [(x: number) => (x > 1 ? x : 0), "number"],
    [() => Number.NaN, "number"],
    [() => Infinity, "number"],
    [(x: number) => ({ re: x, im: 0 }), "complex"],
    [(x: number) => x + limit, undefined],
    [(x: number) => helper(x), undefined],
    [(x: number) => (x > 1 ? x : true), undefined],
    [(x: number) => String(x), undefined],
    [(x: number) => ({ x }), undefined],
    [
      (x: number) => {
        const square = x * x;
        if (square > 1) return true;
        return square < 0.5;
      },
      "boolean",
    ],
    [
      (x: number) => {
        let sum = 0;
        for (let i = 0; i < 3; i++) sum += x;
        return sum;
      },
      undefined,
    ],
    [
      (x: number) => {
        const test = () => {
          return "text";
        };
        return test().length > x;
      },
      "boolean",
    ],
    [
      {
        method(x: number) {
          return x > 0;
        },
      }.method,
      "boolean",
    ],
    [Math.abs as (x: number) => number, "number"],
    [helper.bind(null), undefined],
    [() => {}, undefined],
  ])("%s", (fn, kind) => {
    expect(resultKind(fn, ["number", "number"])).toBe(kind);
  });

  test("follows from the kinds of the parameters", () => {
    const and = (a: boolean, b: boolean) => a && b;
    expect(resultKind(and, ["boolean", "boolean"])).toBe("boolean");
    expect(resultKind(and, ["number", "number"])).toBe("number");
    expect(resultKind(and, ["boolean", "number"])).toBe(undefined);
    expect(resultKind((z: { re: number }) => z.re, ["complex"])).toBe("number");
    expect(resultKind((z: { re: number }) => z.re, ["number"])).toBe(undefined);
    expect(resultKind((a: boolean) => +a + 1, ["boolean"])).toBe("number");
  });

  test("is open where a name is assigned or declared again", () => {
    const open: ((x: number) => unknown)[] = [
      (x) => {
        let own: unknown = x > 1;
        own = 5;
        return own;
      },
      (x) => {
        if (x > 1) (x as unknown) = true;
        return x;
      },
      (x) => {
        const own = x > 1;
        if (own) {
          const own = "text";
          return own.length > 3;
        }
        return own;
      },
      (x) => {
        const change = () => {
          x++;
        };
        change();
        return x;
      },
      (x) => {
        const { own } = { own: x };
        return own;
      },
    ];
    for (const fn of open) expect(resultKind(fn, ["number"]), String(fn)).toBe(undefined);
    const parts = ({ re, im }: { re: number; im: number }) => re * re + im * im;
    expect(resultKind(parts, ["complex"])).toBe("number");
  });

  test("refuses functions that do not return at once", () => {
    expect(() => resultKind(async (x: number) => x, ["number"])).toThrow("is async");
    expect(() =>
      resultKind(function* ticks() {
        yield 1;
      }, []),
    ).toThrow("'ticks' is a generator");
  });
});

test("the dtype of results", () => {
  const twice = (x: number) => x * 2;
  expect(resultType(twice, ["f32"])).toBe("f32");
  expect(resultType(twice, ["i8"])).toBe("i8");
  expect(resultType(twice, ["bool"])).toBe("f64");
  expect(resultType((x: boolean) => !x, ["bool"])).toBe("bool");
  expect(resultType((x: boolean) => x, ["bool"])).toBe("bool");
  expect(resultType((a: number, b: number) => a - b, ["i32", "f32"])).toBe("f64");
  expect(resultType((a: number, b: number) => a - b, ["f32", { value: 0.5 }])).toBe("f32");
  expect(resultType((z: { re: number }) => z.re, ["c64"])).toBe("f32");
  expect(resultType((z: unknown) => z, ["c64"])).toBe("c64");
  expect(resultType((x: number) => ({ re: x, im: 1 }), ["f32"])).toBe("c64");
  expect(resultType((x: number) => ({ re: x, im: 1 }), ["i32"])).toBe("c128");
  expect(resultType((x: number) => helper(x), ["f32"])).toBe("f32");
  expect(resultType((x: number) => helper(x), ["bool"])).toBe("f64");
  expect(resultType((x: number) => x > 0, ["c128"])).toBe("bool");
});
