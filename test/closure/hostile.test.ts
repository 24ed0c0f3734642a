import { Deserializer, Serializer } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Codec } from "../../src/closure/codec.ts";
import { NODE } from "../../src/closure/nodes.ts";
import { pendingOf } from "../../src/closure/pending.ts";
import { BodkinError } from "../../src/wire/errors.ts";
import { times } from "../support/counts.ts";
import { type Parcel, TestHost } from "./host.ts";

const host = new TestHost(1);
const codec = new Codec(host);
const GRAPH = 1;

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get double(): number {
    return this.x * 2;
  }
}

let step = 1;
const advance = () => ++step;
const seeds: readonly unknown[] = [
  { a: [1, { b: "text" }], c: new Map([[{ k: 1 }, new Set([1])]]) },
  [new Point(1), Point, () => new Point(2), /x/g, new Date(0), new RangeError("r")],
  { fn: advance, other: () => step, method: { m() {} }.m, max: Math.max, key: Symbol.for("s") },
  Object.assign([1, 2, 3], { extra: new Float64Array([1, 2]).subarray(1) }),
  Object.freeze({
    get computed() {
      return 1;
    },
    big: 10n ** 30n,
    boxed: Object(Symbol.iterator),
  }),
  new Map<unknown, unknown>([[Object.create(null), new AggregateError([new Error("e")])]]),
  [new SharedArrayBuffer(8), new URL("https://example.org"), new DOMException("m", "AbortError")],
];
const parcels: readonly Parcel[] = seeds.map((each) => host.pack(() => codec.encode([each, each])));

/** Every built-in object that a shipment could reach by name, with all it owns. */
function worldOf(): string {
  const world: string[] = [];
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    if (typeof value !== "function" && typeof value !== "object") continue;
    for (const each of [value, (value as { prototype?: unknown } | null)?.prototype]) {
      if ((typeof each !== "object" && typeof each !== "function") || each === null) continue;
      if (each === globalThis || each === process) continue;
      const parent = Object.getPrototypeOf(each) as object | null;
      const keys = Reflect.ownKeys(each).map(String);
      world.push(`${name} ${Object.isFrozen(each)} ${parent?.constructor?.name} ${keys.join()}`);
    }
  }
  return world.join("\n");
}

/** Decodes bytes that may be anything: what comes is a value, or an error that says what is wrong. */
function open(parcel: Parcel, bytes: Uint8Array): void {
  try {
    host.unpack({ ...parcel, bytes }, () => codec.decode(bytes));
  } catch (thrown) {
    if (pendingOf(thrown) !== undefined) return;
    expect(thrown).toBeInstanceOf(BodkinError);
    const { code, message } = thrown as BodkinError;
    expect(["INTERNAL", "UNSHIPPABLE"]).toContain(code);
    expect(message.length).toBeGreaterThan(20);
    if (code === "INTERNAL") expect(message).toMatch(/^internal: /);
  }
}

function bytesOf(graph: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeRawBytes(Buffer.of(GRAPH));
  serializer.writeHeader();
  serializer.writeValue(graph);
  return serializer.releaseBuffer();
}

function graphIn({ bytes }: Parcel): unknown {
  const deserializer = new Deserializer(bytes.subarray(1));
  deserializer.readHeader();
  return deserializer.readValue();
}

const anyParcel = fc.constantFrom(...parcels);

describe("whatever bytes arrive, decoding gives a value or a clear error", {
  timeout: 600_000,
}, () => {
  const world = worldOf();

  it("bytes at random", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      open(parcels[0] as Parcel, bytes);
    });
    fc.assert(property, { seed: 1, numRuns: times(100_000) });
    expect(worldOf()).toBe(world);
  });

  it("payloads with some bytes changed, cut or repeated", () => {
    const edits = fc.array(
      fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "twice")),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    const property = fc.property(anyParcel, edits, (parcel, list) => {
      let bytes = Buffer.from(parcel.bytes);
      for (const [where, value, how] of list) {
        const at = where % (bytes.length || 1);
        if (how === "set") bytes[at] = value;
        else if (how === "cut") bytes = bytes.subarray(0, at);
        else bytes = Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]);
      }
      open(parcel, bytes);
    });
    fc.assert(property, { seed: 2, numRuns: times(300_000) });
    expect(worldOf()).toBe(world);
  });

  it("graphs in which some entries are others", () => {
    const junk = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "prototype", "length", "Object", "", undefined),
      fc.bigInt({ min: -1n, max: 20n }),
      fc.integer({ min: -2, max: 20 }),
      fc.constantFrom(
        [],
        {},
        null,
        true,
        [0n, 1n],
        ["Object", "prototype"],
        [undefined, [], [], [], 3],
      ),
    );
    const edits = fc.array(fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), junk), {
      minLength: 1,
      maxLength: 5,
    });
    const property = fc.property(anyParcel, edits, (parcel, list) => {
      const graph = graphIn(parcel);
      for (const [way, value] of list) replaceAt(graph, way, value);
      open(parcel, bytesOf(graph));
    });
    fc.assert(property, { seed: 3, numRuns: times(300_000) });
    expect(worldOf()).toBe(world);
  });
});

/** Follows a way into nested arrays as far as it goes, and replaces what is there. */
function replaceAt(graph: unknown, way: readonly number[], value: unknown): void {
  let at = graph as unknown[];
  for (const [i, step] of way.entries()) {
    if (!Array.isArray(at) || at.length === 0) return;
    const index = step % at.length;
    const next = at[index];
    if (i === way.length - 1 || !Array.isArray(next)) at[index] = value;
    at = next as unknown[];
  }
}

describe("what only an attacker would write", () => {
  const objectPrototype = [NODE.builtin, 0, undefined, ["Object", "prototype"]];
  const evil = [undefined, ["polluted"], [true], [], 0];

  it.each<[string, unknown[]]>([
    ["properties for a built-in", [NODE.builtin, evil, undefined, ["Object", "prototype"]]],
    ["properties for what a built-in box holds", [NODE.boxed, evil, 1n]],
    ["properties for the prototype of a built-in class", [NODE.prototype, evil, 2n]],
    ["a key __proto__", [NODE.object, [undefined, ["__proto__"], [1n], [], 0]]],
    [
      "freezing a built-in",
      [NODE.builtin, [undefined, [], [], [], 3], undefined, ["Object", "prototype"]],
    ],
    ["another prototype for a built-in", [NODE.boxed, [3n, [], [], [], 0], 1n]],
  ])("%s", (_, node) => {
    const nodes = [
      node,
      objectPrototype,
      [NODE.builtin, 0, undefined, ["Object"]],
      [NODE.object, 0],
    ];
    const world = worldOf();
    open(parcels[0] as Parcel, bytesOf([nodes, [], 0n]));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.isFrozen(Object.prototype)).toBe(false);
    expect(worldOf()).toBe(world);
  });

  it.each<[string, unknown]>([
    ["nodes", withLength([], 2 ** 32 - 1)],
    ["entries of a set", [[NODE.set, 0, withLength([], 2 ** 32 - 1)]]],
    ["entries of a map", [[NODE.map, 0, withLength([], 2 ** 32 - 2)]]],
    ["names of properties", [[NODE.object, [undefined, withLength([], 2 ** 32 - 1), [], [], 0]]]],
  ])("billions of %s are refused at once", (_, nodes) => {
    const decode = () => codec.decode(bytesOf([nodes, [], 0n]));
    expect(decode).toThrow(/^internal: the bytes of a value are damaged/);
  });

  it("an array of the program may be mostly holes", () => {
    const list = withLength([], 2 ** 32 - 1);
    list[2 ** 32 - 2] = { last: true };
    const bytes = codec.encode([() => 1, list]);
    const [, back] = codec.decode(bytes) as [unknown, typeof list];
    expect(back.length).toBe(2 ** 32 - 1);
    expect(back[2 ** 32 - 2]).toEqual({ last: true });
  });

  it("a value in the place of a function", () => {
    const bytes = codec.encode({ a: 1 });
    expect(() => codec.decodeFunction(bytes)).toThrow(
      "internal: a value arrived in the place of a function",
    );
  });
});

function withLength(list: unknown[], length: number): unknown[] {
  list.length = length;
  return list;
}
