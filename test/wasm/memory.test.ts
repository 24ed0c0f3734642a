import { describe, expect, it } from "vitest";
import {
  type Body,
  type Expr,
  f32,
  f64,
  i32,
  i64,
  memoryCopy,
  memoryFill,
  notify,
  ret,
  wait32,
} from "../../src/wasm/ops.ts";
import { instructions, run } from "./support.ts";

/** One function of an address and a value. */
function build<T extends "i32" | "i64">(
  type: T,
  result: "i32" | "i64" | "void",
  fill: (at: Expr<"i32">, value: Expr<T>) => Body,
) {
  const running = run((m) =>
    m.export("f", { at: "i32", value: type }, result, ({ at, value }) => fill(at, value)),
  );
  return {
    ...running,
    f: running.exports["f"] as (...args: (number | bigint)[]) => number | bigint | undefined,
  };
}

const PATTERN = 0x8899aabbccddeeffn;
const OFFSET = 16;

describe.each([["i32", i32, 4] as const, ["i64", i64, 8] as const])("%s", (type, ops, size) => {
  type Ops = typeof i64;
  const table = ops as unknown as Ops;
  const toValue = (bits: bigint) =>
    size === 4 ? Number(BigInt.asIntN(32, bits)) : BigInt.asIntN(64, bits);
  const signed = (bits: bigint): bigint => BigInt.asIntN(size * 8, bits);

  it.each([
    ["load", size],
    ["load8_u", 1],
    ["load8_s", 1],
    ["load16_u", 2],
    ["load16_s", 2],
  ] as const)("%s", (wat, bytes) => {
    const load = {
      load: table.load,
      load8_u: table.load8U,
      load8_s: table.load8S,
      load16_u: table.load16U,
      load16_s: table.load16S,
    }[wat];
    const { f, memory, bytes: binary } = build(type, type, (at) => [ret(load(at, OFFSET))]);
    expect(instructions(binary)).toContain(`${type}.${wat} offset=${OFFSET}`);
    memory.setBigUint64(32 + OFFSET, PATTERN, true);
    const part = (wat.endsWith("_s") ? BigInt.asIntN : BigInt.asUintN)(bytes * 8, PATTERN);
    expect(BigInt(f(32, toValue(0n)) as number)).toBe(signed(part));
  });

  it.each([
    ["store", size],
    ["store8", 1],
    ["store16", 2],
  ] as const)("%s", (wat, bytes) => {
    const {
      f,
      memory,
      bytes: binary,
    } = build(type, "void", (at, value) => [table[wat](at, value as Expr<"i64">, OFFSET)]);
    expect(instructions(binary)).toContain(`${type}.${wat} offset=${OFFSET}`);
    f(32, toValue(PATTERN));
    expect(memory.getBigUint64(32 + OFFSET, true)).toBe(BigInt.asUintN(bytes * 8, PATTERN));
  });

  it.each([
    ["add", (a: bigint, b: bigint) => a + b],
    ["sub", (a: bigint, b: bigint) => a - b],
    ["and", (a: bigint, b: bigint) => a & b],
    ["or", (a: bigint, b: bigint) => a | b],
    ["xor", (a: bigint, b: bigint) => a ^ b],
    ["exchange", (_a: bigint, b: bigint) => b],
  ] as const)("atomic %s", (name, meaning) => {
    const { f, memory, bytes } = build(type, type, (at, value) => [
      ret(table.atomic[name](at, value as Expr<"i64">, OFFSET)),
    ]);
    const wat = name === "exchange" ? "xchg" : name;
    expect(instructions(bytes)).toContain(`${type}.atomic.rmw.${wat} offset=${OFFSET}`);
    memory.setBigUint64(32 + OFFSET, PATTERN, true);
    const old = BigInt.asUintN(size * 8, PATTERN);
    expect(BigInt(f(32, toValue(0x1234567890n)) as number)).toBe(signed(PATTERN));
    const after = BigInt.asUintN(size * 8, memory.getBigUint64(32 + OFFSET, true));
    expect(after).toBe(BigInt.asUintN(size * 8, meaning(old, signed(0x1234567890n))));
  });

  it("atomic load, store and compareExchange", () => {
    const { bytes, exports, memory } = run((m) => {
      m.export("load", { at: "i32" }, type, ({ at }) => [ret(table.atomic.load(at, OFFSET))]);
      m.export("store", { at: "i32", value: type }, "void", ({ at, value }) => [
        table.atomic.store(at, value as Expr<"i64">, OFFSET),
      ]);
      m.export("swap", { at: "i32", old: type, value: type }, type, ({ at, old, value }) => [
        ret(table.atomic.compareExchange(at, old as Expr<"i64">, value as Expr<"i64">, OFFSET)),
      ]);
    });
    expect(instructions(bytes, 0)).toContain(`${type}.atomic.load offset=${OFFSET}`);
    expect(instructions(bytes, 1)).toContain(`${type}.atomic.store offset=${OFFSET}`);
    expect(instructions(bytes, 2)).toContain(`${type}.atomic.rmw.cmpxchg offset=${OFFSET}`);
    exports["store"]?.(0, toValue(7n));
    expect(exports["load"]?.(0)).toBe(toValue(7n));
    expect(exports["swap"]?.(0, toValue(8n), toValue(9n))).toBe(toValue(7n));
    expect(exports["load"]?.(0)).toBe(toValue(7n));
    expect(exports["swap"]?.(0, toValue(7n), toValue(9n))).toBe(toValue(7n));
    expect(memory.getUint8(OFFSET)).toBe(9);
    expect(() => exports["load"]?.(1)).toThrow("unaligned");
    expect(() => exports["load"]?.(65536)).toThrow("out of bounds");
  });

  it("covers every atomic operation there is", () => {
    const known = [
      "add",
      "and",
      "compareExchange",
      "exchange",
      "load",
      "or",
      "store",
      "sub",
      "xor",
    ];
    expect(Object.keys(table.atomic).sort()).toEqual(known);
  });
});

describe.each([["f32", f32] as const, ["f64", f64] as const])("%s", (type, ops) => {
  it("load and store", () => {
    const { bytes, exports, memory } = run((m) => {
      m.export("load", { at: "i32" }, type, ({ at }) => [
        ret((ops as typeof f64).load(at, OFFSET)),
      ]);
      m.export("store", { at: "i32", value: type }, "void", ({ at, value }) => [
        (ops as typeof f64).store(at, value as Expr<"f64">, OFFSET),
      ]);
    });
    expect(instructions(bytes, 0)).toContain(`${type}.load offset=${OFFSET}`);
    expect(instructions(bytes, 1)).toContain(`${type}.store offset=${OFFSET}`);
    exports["store"]?.(8, -1.5);
    expect(exports["load"]?.(8)).toBe(-1.5);
    expect(type === "f32" ? memory.getFloat32(24, true) : memory.getFloat64(24, true)).toBe(-1.5);
  });
});

describe("bulk and sleep", () => {
  it("copies and fills, also where source and target overlap", () => {
    const { exports, memory } = run((m) => {
      m.export("copy", { to: "i32", from: "i32", n: "i32" }, "void", ({ to, from, n }) => [
        memoryCopy(to, from, n),
      ]);
      m.export("fill", { to: "i32", value: "i32", n: "i32" }, "void", ({ to, value, n }) => [
        memoryFill(to, value, n),
      ]);
    });
    const bytes = new Uint8Array(memory.buffer);
    bytes.set([1, 2, 3, 4, 5], 10);
    exports["copy"]?.(12, 10, 5);
    expect([...bytes.subarray(10, 18)]).toEqual([1, 2, 1, 2, 3, 4, 5, 0]);
    exports["fill"]?.(10, 0x1ff, 3);
    expect([...bytes.subarray(10, 14)]).toEqual([255, 255, 255, 2]);
    expect(() => exports["copy"]?.(65530, 0, 7)).toThrow("out of bounds");
  });

  it("waits while a word is equal, and wakes", () => {
    const { exports } = run((m) => {
      m.export("wait", { at: "i32", value: "i32", time: "i64" }, "i32", ({ at, value, time }) => [
        ret(wait32(at, value, time, OFFSET)),
      ]);
      m.export("notify", { at: "i32", count: "i32" }, "i32", ({ at, count }) => [
        ret(notify(at, count, OFFSET)),
      ]);
    });
    expect(exports["wait"]?.(0, 1, -1n)).toBe(1);
    expect(exports["wait"]?.(0, 0, 1000n)).toBe(2);
    expect(exports["notify"]?.(0, 5)).toBe(0);
  });
});
