import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type ElementType, elementOf } from "../../src/memory/dtype.ts";
import { type ChunkKind, createHeap, Heap } from "../../src/memory/heap.ts";
import { BodkinError } from "../../src/wire/errors.ts";
import { times } from "../support/counts.ts";
import { isWhole } from "./page-map.ts";

const share = createHeap(2 ** 22);
let heap: Heap;
beforeEach(() => {
  heap = new Heap(share, 0);
  expect(isWhole(heap)).toBe(true);
});

const TYPES: ElementType[] = [
  "f64",
  "f32",
  "i32",
  "u32",
  "i16",
  "u16",
  "i8",
  "u8",
  "bool",
  "c64",
  "c128",
  "i64",
  "u64",
  "u8c",
];

describe("states", () => {
  it("go from open to sealed to free, and the next life has another generation", () => {
    const chunk = heap.allocate({ kind: "typed", bytes: 80, element: "f64" });
    const generation = heap.generationOf(chunk);
    expect(heap.stateOf(chunk)).toBe("open");
    expect(heap.hasData(chunk)).toBe(false);
    heap.seal(chunk);
    expect(heap.stateOf(chunk)).toBe("sealed");
    expect(heap.hasData(chunk)).toBe(true);
    heap.release(chunk);
    expect(heap.stateOf(chunk)).toBe("free");
    expect(heap.generationOf(chunk)).toBe(generation + 1);
    const next = heap.allocate({ kind: "value", bytes: 1 });
    expect(next).toBe(chunk);
    expect(heap.generationOf(next)).toBe(generation + 1);
    heap.release(next);
  });

  it("a lost chunk has no data, and frees its memory with its last reference", () => {
    const chunk = heap.allocate({ kind: "typed", bytes: 100_000 });
    heap.seal(chunk);
    heap.lose(chunk);
    expect(heap.stateOf(chunk)).toBe("lost");
    expect(heap.hasData(chunk)).toBe(false);
    heap.release(chunk);
  });

  it("a reserved chunk gets memory later, and is opened again to receive its data", () => {
    const chunk = heap.reserve({ kind: "typed", bytes: 16, element: "f64" });
    heap.seal(chunk);
    expect(heap.hasData(chunk)).toBe(false);
    expect(() => heap.view(chunk)).toThrow(`internal: chunk ${chunk} has no memory (sealed)`);
    heap.back(chunk);
    heap.reopen(chunk);
    expect(heap.hasData(chunk)).toBe(false);
    heap.writeElements(chunk, new Float64Array([1, 2]));
    heap.seal(chunk);
    expect([...heap.view(chunk)]).toEqual([1, 2]);
    heap.release(chunk);
  });
});

describe("what a chunk knows of itself", () => {
  const spec = fc.record({
    kind: fc.constantFrom<ChunkKind>("typed", "array", "value"),
    element: fc.constantFrom(...TYPES),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 16 }),
    label: fc.nat({ max: 2 ** 31 - 1 }),
  });

  it("comes back as it was given, whatever lived in the entry before", { timeout: 600_000 }, () => {
    const check = (
      specs: readonly { kind: ChunkKind; element: ElementType; shape: number[]; label: number }[],
    ) => {
      const chunks = specs.map((each) => {
        const bytes = elementOf(each.element).size * (each.shape.length + 1);
        return { each, bytes, chunk: heap.allocate({ ...each, bytes }) };
      });
      for (const { each, bytes, chunk } of chunks) {
        expect(heap.kindOf(chunk)).toBe(each.kind);
        expect(heap.elementOf(chunk)).toBe(each.element);
        expect(heap.elementSizeOf(chunk)).toBe(elementOf(each.element).size);
        expect(heap.shapeOf(chunk)).toEqual(each.shape);
        expect(heap.get(chunk, "label")).toBe(each.label);
        expect(heap.bytesOf(chunk)).toBe(bytes);
        expect(heap.view(chunk).constructor).toBe(elementOf(each.element).array);
        expect(heap.view(chunk).byteLength).toBe(bytes);
        heap.release(chunk);
      }
      expect(isWhole(heap)).toBe(true);
    };
    fc.assert(fc.property(fc.array(spec, { maxLength: 20 }), check), {
      seed: 2,
      numRuns: times(10_000),
    });
  });

  it("lengths of dimensions have 32 bits", () => {
    const chunk = heap.allocate({ kind: "array", bytes: 0, shape: [2 ** 32 - 1, 0, 2 ** 31] });
    expect(heap.shapeOf(chunk)).toEqual([2 ** 32 - 1, 0, 2 ** 31]);
    heap.release(chunk);
  });

  it.each([[[2 ** 32, 0]], [Array.from({ length: 17 }, () => 1)]])(
    "refuses the shape %j",
    (shape) => {
      const make = () => heap.allocate({ kind: "array", bytes: 0, shape });
      expect(make).toThrow(BodkinError);
      expect(make).toThrow("at most 16 dimensions, each below 2 ** 32");
    },
  );
});

describe("references", () => {
  it("the last one frees", () => {
    const chunk = heap.allocate({ kind: "value", bytes: 10 });
    heap.retain(chunk);
    heap.retain(chunk);
    heap.release(chunk);
    heap.release(chunk);
    expect(heap.stats()).toMatchObject({ chunks: 1, bytes: 10 });
    heap.release(chunk);
    expect(heap.stats()).toMatchObject({ chunks: 0, bytes: 0 });
  });

  it("a chunk seen before is retained only in the same life", () => {
    const chunk = heap.allocate({ kind: "value", bytes: 10 });
    const generation = heap.generationOf(chunk);
    expect(heap.tryRetain(chunk, generation)).toBe(true);
    expect(heap.tryRetain(chunk, generation + 1)).toBe(false);
    heap.release(chunk);
    heap.release(chunk);
    expect(heap.tryRetain(chunk, generation)).toBe(false);
    const other = heap.allocate({ kind: "value", bytes: 10 });
    expect(other).toBe(chunk);
    expect(heap.tryRetain(chunk, generation)).toBe(false);
    heap.release(other);
  });

  it("objects, compounds and remote entries wait for the control thread, with what they hold readable", () => {
    const inner = heap.allocate({ kind: "value", bytes: 1 });
    const compound = heap.allocate({ kind: "compound", bytes: 4 });
    heap.bytes(compound).set([inner]);
    heap.seal(compound);
    const object = heap.reserve({ kind: "object", bytes: 0 });
    heap.seal(object);
    const remote = heap.reserve({ kind: "typed", bytes: 8, element: "f64" });
    heap.set(remote, "worker", 3);
    heap.seal(remote);
    let told = 0;
    heap.onReclaim = () => told++;
    for (const chunk of [compound, object, remote]) heap.release(chunk);
    expect(told).toBe(1);
    expect(heap.stateOf(compound)).toBe("freeing");
    const list = heap.takeReclaimed();
    expect([...list].sort()).toEqual([compound, object, remote].sort());
    expect(heap.takeReclaimed()).toEqual([]);
    expect(heap.hasData(compound)).toBe(true);
    expect(heap.hasData(remote)).toBe(false);
    heap.release(heap.bytes(compound)[0] as number);
    for (const chunk of list) heap.free(chunk);
  });

  it("a compound that never was complete holds nothing when it is reclaimed", () => {
    const compound = heap.allocate({ kind: "compound", bytes: 4 });
    heap.lose(compound);
    heap.release(compound);
    expect(heap.takeReclaimed()).toEqual([compound]);
    expect(heap.hasData(compound)).toBe(false);
    heap.free(compound);
  });

  it("follow a model of counts and lives", { timeout: 600_000 }, () => {
    const action = fc.record({
      what: fc.constantFrom("allocate", "retain", "release", "tryRetain", "tryStale"),
      which: fc.nat(),
      bytes: fc.integer({ min: 0, max: 20_000 }),
    });
    const check = (actions: readonly { what: string; which: number; bytes: number }[]) => {
      const alive = new Map<number, { refs: number; generation: number; bytes: number }>();
      const dead: { chunk: number; generation: number }[] = [];
      for (const { what, which, bytes } of actions) {
        if (what === "allocate") {
          const chunk = heap.allocate({ kind: "value", bytes });
          expect(alive.has(chunk)).toBe(false);
          alive.set(chunk, { refs: 1, generation: heap.generationOf(chunk), bytes });
        } else if (what === "tryStale") {
          const stale = dead[which % Math.max(1, dead.length)];
          if (stale) expect(heap.tryRetain(stale.chunk, stale.generation)).toBe(false);
        } else {
          const [chunk, model] = [...alive][which % Math.max(1, alive.size)] ?? [];
          if (chunk === undefined || !model) continue;
          if (what === "retain") heap.retain(chunk);
          else if (what === "tryRetain") expect(heap.tryRetain(chunk, model.generation)).toBe(true);
          else heap.release(chunk);
          model.refs += what === "release" ? -1 : 1;
          if (model.refs === 0) {
            alive.delete(chunk);
            dead.push({ chunk, generation: model.generation });
          }
        }
        for (const [chunk, { refs }] of alive) expect(heap.get(chunk, "refs")).toBe(refs);
      }
      const bytes = [...alive.values()].reduce((sum, each) => sum + each.bytes, 0);
      expect(heap.stats()).toMatchObject({ chunks: alive.size, bytes });
      for (const [chunk, { refs }] of alive) for (let i = 0; i < refs; i++) heap.release(chunk);
      expect(isWhole(heap)).toBe(true);
    };
    fc.assert(fc.property(fc.array(action, { maxLength: 100 }), check), {
      seed: 3,
      numRuns: times(10_000),
    });
  });
});

describe("bytes", () => {
  it("views are the memory, for every thread's view of the heap", () => {
    const other = new Heap(share, 1);
    const chunk = heap.allocate({ kind: "typed", bytes: 24, element: "f64" });
    const view = heap.view(chunk);
    view[1] = 2.5;
    expect([...other.view(chunk)].slice(1, 2)).toEqual([2.5]);
    heap.fill(chunk, 0);
    expect([...view]).toEqual([0, 0, 0]);
    expect(heap.addressOf(view)).toBe(view.byteOffset);
    expect(heap.addressOf(new Float64Array(3))).toBe(undefined);
    expect(heap.addressOf(new Float64Array(new SharedArrayBuffer(64), 8))).toBe(undefined);
    heap.release(chunk);
  });

  it("user views have a buffer of their own over the same memory", () => {
    const chunk = heap.allocate({ kind: "typed", bytes: 24, element: "f64" });
    const view = heap.userView(chunk);
    view[2] = 4;
    expect(heap.view(chunk)[2]).toBe(4);
    expect(view.buffer).not.toBe(heap.userView(chunk).buffer);
    expect(heap.addressOf(view.subarray(1))).toBe(heap.view(chunk).byteOffset + 8);
    heap.release(chunk);
  });

  it.each(TYPES)(
    "elements of %s are written from outside and from the heap, few or many",
    (type) => {
      const { array } = elementOf(type);
      for (const length of [0, 1, 16, 17, 1000]) {
        const data = new array(length * 2);
        for (let i = 0; i < data.length; i++)
          (data as Uint8Array)[i] = (
            data instanceof BigInt64Array || data instanceof BigUint64Array
              ? BigInt(i % 100)
              : i % 100
          ) as number;
        const spec = { kind: "typed", element: type, bytes: data.byteLength } as const;
        const [first, second] = [heap.allocate(spec), heap.allocate(spec)];
        heap.writeElements(first, data);
        heap.writeElements(second, heap.view(first));
        expect(heap.view(second)).toEqual(heap.view(first));
        expect(Array.from(heap.view(second) as Uint8Array)).toEqual(Array.from(data as Uint8Array));
        heap.release(first);
        heap.release(second);
      }
    },
  );
});
