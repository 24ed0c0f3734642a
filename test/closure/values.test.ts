import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";
import { Elsewhere } from "./elsewhere.ts";

const there = new Elsewhere();
afterAll(() => there[Symbol.asyncDispose]());

const withProperties = <T extends object>(value: T, more: object): T => Object.assign(value, more);

/** Every kind of value that travels, each also with what the engine's own serialiser would drop. */
const KINDS: readonly (readonly [name: string, make: () => unknown])[] = [
  ["undefined", () => undefined],
  ["negative zero", () => -0],
  ["NaN", () => Number.NaN],
  ["a bigint", () => -(2n ** 90n)],
  ["a lone surrogate", () => "\ud800"],
  ["a registered symbol", () => Symbol.for("test")],
  ["a well-known symbol", () => Symbol.asyncIterator],
  ["an array with holes", () => withProperties([1], { 3: 4 })],
  ["an array with a property", () => withProperties([1, [2]], { index: 3 })],
  ["a long sparse array", () => withProperties([], { 5000000: "end" })],
  ["an object without prototype", () => withProperties(Object.create(null) as object, { a: 1 })],
  ["an object with symbol keys", () => ({ [Symbol.for("k")]: 1, [Symbol.iterator]: null })],
  ["an own property __proto__", () => JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}')],
  ["a property named constructor", () => ({ constructor: "x", toString: 1 })],
  ["a Map of objects", () => new Map<unknown, unknown>([[{ a: 1 }, new Map([[1, 2]])]])],
  ["a Map with a property", () => withProperties(new Map([["a", 1]]), { extra: 1 })],
  ["a Set", () => new Set<unknown>([1, "1", [1]])],
  ["a date", () => new Date(1234)],
  ["an invalid date", () => new Date(Number.NaN)],
  ["a regular expression", () => /a(?<n>b)/dgu],
  ["a regular expression in use", () => withProperties(/x/g, { lastIndex: 7 })],
  ["boxed primitives", () => [Object(1), Object("ab"), Object(false), Object(5n)]],
  ["a boxed symbol", () => Object(Symbol.for("s"))],
  ["an error", () => withProperties(new TypeError("bad", { cause: { a: 1 } }), { status: 4 })],
  ["an AggregateError", () => new AggregateError([new Error("a"), 2], "both")],
  ["a DOMException", () => new DOMException("gone", "AbortError")],
  ["a URL", () => new URL("https://example.org/a?b#c")],
  ["an ArrayBuffer", () => Uint8Array.of(1, 2).buffer],
  ["a DataView", () => new DataView(new ArrayBuffer(16), 3, 5)],
  ["a Buffer", () => Buffer.from("text")],
  ["a stretch of a buffer", () => new Float64Array(10).fill(2).subarray(3, 5)],
  ["big integers", () => new BigUint64Array([2n ** 63n])],
  ["an empty view", () => new Int16Array(0)],
];

describe("values come back as they were", () => {
  it.each(KINDS)("%s", async (_, make) => {
    const value = make();
    const back = await there.echo(value);
    expect(back).toStrictEqual(value);
    if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
      expect(Reflect.ownKeys(back as object).length).toBe(Reflect.ownKeys(value).length);
      expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value));
    }
    // In company of a function the value takes the other way through the codec.
    const [, again] = await there.echo([() => 1, value] as const);
    expect(again).toStrictEqual(value);
  });

  it("accessors, computed anew on the other side", async () => {
    const account = {
      cents: 150,
      get euros() {
        return this.cents / 100;
      },
      set euros(value: number) {
        this.cents = value * 100;
      },
    };
    const use = (given: typeof account) => {
      given.euros = 3;
      return [given.cents, given.euros, "get" in Object.getOwnPropertyDescriptors(given).euros];
    };
    expect(await there.call(use, account)).toEqual([300, 3, true]);
  });

  it("frozen, sealed and closed objects stay so", async () => {
    const three = [
      Object.freeze({ a: [1] }),
      Object.seal([1]),
      Object.preventExtensions(new Map()),
    ] as const;
    const check = (list: readonly object[]) => [
      Object.isFrozen(list[0]),
      Object.isSealed(list[1]) && !Object.isFrozen(list[1]),
      !Object.isExtensible(list[2]),
    ];
    expect(await there.call(check, three)).toEqual([true, true, true]);
  });

  it("a property that hides an inherited setter or read-only value", async () => {
    const base = Object.create(
      {},
      { fixed: { value: 1, enumerable: true }, set: { set() {}, enumerable: true } },
    ) as object;
    const value = Object.create(base, {
      fixed: { value: 2, enumerable: true, writable: true, configurable: true },
      set: { value: 3, enumerable: true, writable: true, configurable: true },
    }) as { fixed: number; set: number };
    expect({ ...(await there.echo(value)) }).toEqual({ fixed: 2, set: 3 });
  });
});

describe("identity is kept", () => {
  it("circles through objects, arrays, maps, sets and functions", async () => {
    const ring: Record<string, unknown> = { name: "ring" };
    ring["self"] = ring;
    ring["list"] = [ring];
    ring["map"] = new Map([[ring, ring]]);
    ring["set"] = new Set([ring]);
    ring["fn"] = () => ring;
    const check = (given: typeof ring) => {
      const { self, list, map, set, fn } = given as never as {
        self: object;
        list: object[];
        map: Map<object, object>;
        set: Set<object>;
        fn: () => object;
      };
      return [self, list[0], map.get(given), set.has(given) && given, fn()].map((x) => x === given);
    };
    expect(await there.call(check, ring)).toEqual([true, true, true, true, true]);
  });

  it("an object that is captured and passed at different places is one object", async () => {
    const shared = { n: 0 };
    const up = () => ++shared.n;
    const check = (x: object) => [up(), shared.n, x === shared];
    // What a function captured and what it is passed are sent on their own.
    expect(await there.call(check, shared)).toEqual([1, 1, false]);
    const both = { first: () => ++shared.n, second: () => shared };
    expect(await there.call((b: typeof both) => [b.first(), b.second().n], both)).toEqual([1, 1]);
  });

  it("views of one buffer, of which only the needed stretch travels", async () => {
    const buffer = new ArrayBuffer(1 << 20);
    const a = new Uint8Array(buffer, 1001, 8);
    const b = new Float32Array(buffer, 1004, 4);
    const check = (x: typeof a, y: typeof b) => {
      x.fill(255);
      return [Number.isNaN(y[0]), x.buffer === y.buffer, x.buffer.byteLength < 100];
    };
    const send = () => check(a, b);
    expect(await there.call(send)).toEqual([true, true, true]);
    const own = there.ship(send);
    expect(own.bytes.length).toBeLessThan(1000);
    const all = { a, buffer };
    expect(await there.call((x: typeof all) => x.a.buffer === x.buffer, all)).toBe(true);
  });

  it("shared memory is the same memory", async () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    await there.call((given: Int32Array) => Atomics.add(given, 1, 5), words);
    await there.call(() => Atomics.add(words, 1, 5));
    expect(words[1]).toBe(10);
  });

  it("depth is no limit", async () => {
    let deep: unknown = null;
    for (let i = 0; i < 50_000; i++) deep = { deep };
    const depth = (at: { deep: unknown } | null) => {
      let n = 0;
      for (let x = at; x; x = x.deep as typeof at) n++;
      return n;
    };
    expect(await there.call(depth, deep as never)).toBe(50_000);
  });
});

/** Plain values with everything that the generator knows of, shared objects and circles among them. */
const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

it("any value comes back equal, however it is sent", { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(anything, fc.boolean(), async (value, asCapture) => {
    const back = asCapture ? await there.call(() => value) : await there.echo(value);
    expect(back).toStrictEqual(value);
  });
  await fc.assert(property, { seed: 11, numRuns: times(30_000) });
});

it("any graph of objects comes back with the same shape", { timeout: 600_000 }, async () => {
  const size = 12;
  const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 40 });
  const kinds = fc.array(fc.constantFrom("object", "array", "map", "set", "function"), {
    minLength: size,
    maxLength: size,
  });
  const property = fc.asyncProperty(kinds, edges, async (given, links) => {
    expect(shapeOf(await there.echo(build(given, links)))).toEqual(shapeOf(build(given, links)));
  });
  await fc.assert(property, { seed: 12, numRuns: times(20_000) });
});

type Vertex = object;

/** Objects of the given kinds, the first of which leads to all, with these links between them. */
function build(kinds: readonly string[], links: readonly (readonly [number, number])[]): Vertex {
  const all = kinds.map((kind): Vertex => {
    if (kind === "array") return [];
    if (kind === "map") return new Map();
    if (kind === "set") return new Set();
    return kind === "object" ? {} : { held: [] as Vertex[] };
  });
  const functions = all.map((each, i) => {
    if (kinds[i] !== "function") return each;
    const { held } = each as { held: Vertex[] };
    return () => held;
  });
  links.forEach(([from, to], i) => {
    const target = functions[to] as Vertex;
    const source = all[from] as Vertex;
    if (Array.isArray(source)) source.push(target);
    else if (source instanceof Map) source.set(i, target);
    else if (source instanceof Set) source.add(target);
    else if ("held" in source) (source.held as Vertex[]).push(target);
    else (source as Record<string, Vertex>)[`to${i}`] = target;
  });
  return functions;
}

/** Numbers all objects in the order in which they are reached, and lists what each holds. */
function shapeOf(root: Vertex): unknown[] {
  const seen = new Map<Vertex, number>([[root, 0]]);
  const shape: unknown[] = [];
  const number = (value: unknown): unknown => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
    if (!seen.has(value)) seen.set(value, seen.size);
    return `#${seen.get(value)}`;
  };
  for (const at of seen.keys()) {
    if (typeof at === "function") shape.push(["function", number((at as () => Vertex)())]);
    else if (at instanceof Map) shape.push(["map", [...at].flat().map(number)]);
    else if (at instanceof Set) shape.push(["set", [...at].map(number)]);
    else shape.push([Array.isArray(at), Object.entries(at).flat().map(number)]);
  }
  return shape;
}
