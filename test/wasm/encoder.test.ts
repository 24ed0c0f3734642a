import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Encoder } from "../../src/wasm/encoder.ts";
import { times } from "../support/counts.ts";

/** Reads a LEB128 number: its value and how many bytes it took. */
function leb(bytes: readonly number[], isSigned: boolean): { value: bigint; length: number } {
  let value = 0n;
  let shift = 0n;
  for (const [at, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if ((byte & 0x80) !== 0) continue;
    const isNegative = isSigned && (byte & 0x40) !== 0;
    return { value: isNegative ? value - (1n << shift) : value, length: at + 1 };
  }
  throw new Error("the number does not end");
}

const written = (write: (out: Encoder) => void): number[] => {
  const out = new Encoder();
  write(out);
  return out.bytes;
};

describe("LEB128", () => {
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [16383, [0xff, 0x7f]],
    [16384, [0x80, 0x80, 0x01]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("unsigned %i", (value, bytes) => {
    expect(written((out) => out.unsigned(value))).toEqual(bytes);
  });

  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-1, [0x7f]],
    [8191, [0xff, 0x3f]],
    [-8192, [0x80, 0x40]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("signed %i", (value, bytes) => {
    expect(written((out) => out.signed(value))).toEqual(bytes);
  });

  it("keeps every number of its width, in as few bytes as the format allows", () => {
    const options = { seed: 8, numRuns: times(100_000) };
    const unsigned = fc.oneof(
      fc.nat({ max: 2 ** 31 - 1 }),
      fc.integer({ min: 0, max: 40 }).map((n) => 2 ** Math.min(n, 32) - 1),
    );
    fc.assert(
      fc.property(unsigned, (n) => {
        const bytes = written((out) => out.unsigned(n));
        expect(leb(bytes, false)).toEqual({ value: BigInt(n), length: bytes.length });
        expect(bytes.length).toBe(Math.max(1, Math.ceil(n.toString(2).length / 7)));
      }),
      options,
    );
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.nat({ max: 63 }),
        (big, shift) => {
          const n = big >> BigInt(shift);
          const bytes = written((out) => out.signed(n));
          expect(leb(bytes, true)).toEqual({ value: n, length: bytes.length });
          const bits = (n < 0n ? -n - 1n : n).toString(2).replace(/^0$/, "").length + 1;
          expect(bytes.length).toBe(Math.ceil(bits / 7));
        },
      ),
      options,
    );
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])("refuses %d as unsigned", (value) => {
    expect(() => written((out) => out.unsigned(value))).toThrow("is not an unsigned 32-bit number");
  });
});

describe("the rest of the format", () => {
  it("names are UTF-8 with their length in bytes", () => {
    expect(written((out) => out.name("aé"))).toEqual([3, 0x61, 0xc3, 0xa9]);
  });

  it("floats are little-endian", () => {
    expect(written((out) => out.f32(1))).toEqual([0, 0, 0x80, 0x3f]);
    expect(written((out) => out.f64(-2))).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0]);
  });

  it("sections carry their length and count, and are left out where empty", () => {
    expect(written((out) => out.section(7, 2, (inner) => inner.byte(9, 9)))).toEqual([
      7, 3, 2, 9, 9,
    ]);
    expect(written((out) => out.section(7, 0, (inner) => inner.byte(9)))).toEqual([]);
  });
});
