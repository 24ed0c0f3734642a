import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodkinError } from "../../src/wire/errors.ts";
import {
  FRAME_HEADER_BYTES,
  FrameReader,
  frameHeader,
  MAX_BULK_BYTES,
} from "../../src/wire/frame.ts";
import { times } from "../support/counts.ts";

interface Frame {
  readonly head: Uint8Array;
  readonly bulk: Uint8Array;
}

function streamOf(frames: readonly Frame[]): Uint8Array {
  const parts = frames.flatMap(({ head, bulk }) => [
    frameHeader(head.length, bulk.length),
    head,
    bulk,
  ]);
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A reader that keeps what it read; `wants` says which bulk has a place. */
function collecting(wants: (index: number) => boolean = () => true, limit = 1000) {
  const frames: { head: Uint8Array; bulk: Uint8Array | null; isComplete: boolean }[] = [];
  const reader = new FrameReader(
    {
      onHead(head, length) {
        const bulk = wants(frames.length) ? new Uint8Array(length) : null;
        frames.push({ head, bulk, isComplete: length === 0 });
        return bulk;
      },
      onBulk() {
        const last = frames.at(-1);
        if (!last || last.isComplete) throw new Error("bulk without a head");
        last.isComplete = true;
      },
    },
    () => limit,
  );
  return { reader, frames };
}

const bytes = fc.uint8Array({ maxLength: 40 });
const frame = fc.record({ head: bytes, bulk: fc.oneof(fc.constant(new Uint8Array(0)), bytes) });

describe("a stream of frames", () => {
  it("is read the same however it is cut", () => {
    const check = (
      sent: readonly Frame[],
      cuts: readonly number[],
      unwanted: readonly boolean[],
    ) => {
      const stream = streamOf(sent);
      const wants = (index: number): boolean => unwanted[index] !== true;
      const { reader, frames } = collecting(wants);
      const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort(
        (a, b) => a - b,
      );
      edges.forEach((edge, i) => {
        if (i > 0) reader.push(stream.subarray(edges[i - 1], edge));
      });
      expect(frames).toEqual(
        sent.map(({ head, bulk }, i) => ({ head, bulk: wants(i) ? bulk : null, isComplete: true })),
      );
    };
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.array(fc.boolean()),
        check,
      ),
      { seed: 9, numRuns: times(50_000) },
    );
  });

  it("is read byte by byte, with empty heads and bulk", () => {
    const sent = [
      { head: new Uint8Array(0), bulk: new Uint8Array(0) },
      { head: new Uint8Array(0), bulk: Uint8Array.of(1, 2, 3) },
      { head: Uint8Array.of(4), bulk: new Uint8Array(0) },
    ];
    const { reader, frames } = collecting();
    for (const byte of streamOf(sent)) reader.push(Uint8Array.of(byte));
    expect(frames.map(({ head, bulk }) => ({ head, bulk }))).toEqual(sent);
  });

  it("puts bulk where the head says, as it comes, and the buffers of the caller stay its own", () => {
    const target = new Uint8Array(4);
    const reader = new FrameReader({ onHead: () => target, onBulk: () => {} }, () => 10);
    const buffer = Uint8Array.of(...frameHeader(1, 4), 9, 5, 6);
    reader.push(buffer);
    buffer.fill(0);
    expect([...target]).toEqual([5, 6, 0, 0]);
    reader.push(Uint8Array.of(7, 8));
    expect([...target]).toEqual([5, 6, 7, 8]);
  });

  it("gives every head memory of its own", () => {
    const { reader, frames } = collecting();
    reader.push(streamOf([1, 2].map((n) => ({ head: Uint8Array.of(n), bulk: new Uint8Array(0) }))));
    expect(frames.map(({ head }) => [...head])).toEqual([[1], [2]]);
  });
});

describe("hostile lengths", () => {
  it.each([
    [11, 0],
    [2 ** 32 - 1, 0],
    [0, MAX_BULK_BYTES + 1],
    [0, 2 ** 32 - 1],
  ])("a head of %i and bulk of %i are refused before memory is taken for them", (head, bulk) => {
    const { reader, frames } = collecting(undefined, 10);
    const push = () => reader.push(frameHeader(head, bulk));
    expect(push).toThrow(BodkinError);
    expect(frames).toEqual([]);
  });

  it("the limits themselves are allowed, and asked for anew with each frame", () => {
    let limit = 10;
    const heads: number[] = [];
    const sink = {
      onHead: (head: Uint8Array) => {
        heads.push(head.length);
        return null;
      },
      onBulk: () => {},
    };
    const reader = new FrameReader(sink, () => limit);
    reader.push(frameHeader(10, MAX_BULK_BYTES));
    reader.push(new Uint8Array(10));
    reader.push(new Uint8Array(MAX_BULK_BYTES));
    limit = 20;
    reader.push(frameHeader(20, 0));
    reader.push(new Uint8Array(20));
    expect(heads).toEqual([10, 20]);
    limit = 5;
    expect(() => reader.push(frameHeader(6, 0))).toThrow("a frame is larger than the limits allow");
  });

  it.each([3, 5])("bulk of 4 bytes for a place of %i is refused and written nowhere", (room) => {
    const around = new Uint8Array(16);
    const reader = new FrameReader(
      { onHead: () => around.subarray(4, 4 + room), onBulk: () => {} },
      () => 10,
    );
    expect(() => reader.push(Uint8Array.of(...frameHeader(0, 4), 1, 2, 3, 4))).toThrow(
      `internal: 4 bytes came where ${room} have their place`,
    );
    expect(around.every((byte) => byte === 0)).toBe(true);
  });

  it("any bytes end in frames within the limits or in an error", () => {
    const check = (noise: Uint8Array) => {
      const { reader, frames } = collecting(undefined, 100);
      try {
        reader.push(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(BodkinError);
      }
      for (const { head } of frames) expect(head.length).toBeLessThanOrEqual(100);
    };
    const small = fc.uint8Array({ max: 30 });
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), small), check), {
      seed: 10,
      numRuns: times(50_000),
    });
  });
});

it("a header says both lengths in 32 bits", () => {
  const header = frameHeader(2 ** 32 - 1, 3);
  expect(header.length).toBe(FRAME_HEADER_BYTES);
  expect([...header]).toEqual([255, 255, 255, 255, 3, 0, 0, 0]);
});
