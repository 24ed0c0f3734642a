import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, middleOf, quantileOf } from "../../src/events/durations.ts";
import { EventReader } from "../../src/events/event-reader.ts";
import { EventWriter } from "../../src/events/event-writer.ts";
import {
  BUCKETS,
  EVENT,
  EVENT_FLOATS,
  EVENT_KIND,
  LOG_BYTES,
  MAX_NAMES,
  RING_EVENTS,
} from "../../src/events/layout.ts";
import type { ThreadSums } from "../../src/wire/events.ts";

function writerAndReader(): { readonly writer: EventWriter; readonly reader: EventReader } {
  const reader = new EventReader();
  return { reader, writer: new EventWriter(reader.bufferOf(1)) };
}

const run = (writer: EventWriter, name: string, task: number, from = 0, to = 1): void =>
  writer.ran(EVENT_KIND.run, name, task, from, to, 8);

describe("the events of a thread", () => {
  test("are off until a recording begins", () => {
    const { writer, reader } = writerAndReader();
    expect(writer.isOn).toBe(false);
    reader.start();
    expect(writer.isOn).toBe(true);
    reader.stop();
    expect(writer.isOn).toBe(false);
    expect(reader.take()).toEqual([]);
    expect(reader.sums()).toEqual([]);
  });

  test("come out in their order with the names they had, however often they are taken", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.nat(), fc.boolean()), { maxLength: 60 }),
        (steps) => {
          const { writer, reader } = writerAndReader();
          reader.start();
          const got: [string, number][] = [];
          const take = (): void => {
            for (const { slot, events, names } of reader.take()) {
              expect(slot).toBe(1);
              for (let at = 0; at < events.length; at += EVENT_FLOATS) {
                const what = events[at + EVENT.what] as number;
                const name = names[Math.floor(what / 256)] as string;
                got.push([name, events[at + EVENT.task] as number]);
              }
            }
          };
          for (const [name, task, isTaken] of steps) {
            run(writer, name, task);
            if (isTaken) take();
          }
          take();
          const cut = (name: string): string =>
            new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, 120));
          expect(got).toEqual(steps.map(([name, task]) => [cut(name), task]));
        },
      ),
      { seed: 7 },
    );
  });

  test("are left out and counted where the ring is full, and sums are exact all the same", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    const count = RING_EVENTS + 1000;
    for (let i = 0; i < count; i++) run(writer, i % 2 ? "odd" : "even", i);
    const [sums] = reader.sums();
    expect(sums?.dropped).toBe(1000);
    expect(sums?.names.map(({ name, done, bytes }) => [name, done, bytes])).toEqual([
      ["even", count / 2, count * 4],
      ["odd", count / 2, count * 4],
    ]);
    expect(reader.take()[0]?.events.length).toBe(RING_EVENTS * EVENT_FLOATS);
    run(writer, "odd", 1);
    expect(reader.take()[0]?.events.length).toBe(EVENT_FLOATS);
  });

  test("wrap around the end of the ring", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    for (let i = 0; i < RING_EVENTS - 3; i++) run(writer, "a", i);
    reader.take();
    for (let i = 0; i < 7; i++) run(writer, "b", i);
    const events = reader.take()[0]?.events as Float64Array;
    expect(Array.from({ length: 7 }, (_, i) => events[i * EVENT_FLOATS + EVENT.task])).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
  });

  test("are taken by the thread that writes them where it can", () => {
    const reader = new EventReader();
    let taken = 0;
    const writer = new EventWriter(reader.bufferOf(0), () => {
      for (const { events } of reader.take()) taken += events.length / EVENT_FLOATS;
    });
    reader.start();
    for (let i = 0; i < 3 * RING_EVENTS; i++) writer.spawned("f", i, 0, []);
    for (const { events } of reader.take()) taken += events.length / EVENT_FLOATS;
    expect(taken).toBe(3 * RING_EVENTS);
    expect(reader.sums()[0]?.dropped).toBe(0);
  });

  test("of more names than there is room for are counted together", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    for (let i = 0; i < MAX_NAMES + 50; i++) run(writer, `task ${i}`, i);
    const { names } = reader.sums()[0] as ThreadSums;
    expect(names.find(({ name }) => name === "(other names)")?.done).toBe(51);
    expect(names.reduce((sum, { done }) => sum + done, 0)).toBe(MAX_NAMES + 50);
  });

  test("of an earlier recording are forgotten", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    run(writer, "before", 1);
    reader.start();
    expect(reader.take()).toEqual([]);
    expect(reader.sums()).toEqual([]);
    run(writer, "after", 2);
    expect(reader.sums()[0]?.names.map(({ name }) => name)).toEqual(["after"]);
  });

  test("go on in the ring of a thread that died, and its sums stay", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    run(writer, "f", 1);
    const next = new EventWriter(reader.bufferOf(1));
    run(next, "f", 2);
    expect(reader.take()[0]?.events.length).toBe(2 * EVENT_FLOATS);
    const done = reader.sums()[0]?.names.reduce((sum, own) => sum + own.done, 0);
    expect(done).toBe(2);
  });
});

describe("durations in buckets", () => {
  test("are known to within a sixteenth of themselves", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e5, noNaN: true }), (milliseconds) => {
        const middle = middleOf(bucketOf(milliseconds));
        expect(Math.abs(middle - milliseconds)).toBeLessThanOrEqual(milliseconds / 16 + 1e-12);
      }),
      { seed: 11 },
    );
  });

  test("take anything a clock may give", () => {
    for (const odd of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324]) {
      expect(bucketOf(odd)).toBeGreaterThanOrEqual(0);
      expect(bucketOf(odd)).toBeLessThan(BUCKETS);
    }
    expect(quantileOf(new Uint32Array(BUCKETS), 0.95)).toBe(0);
  });

  test("give quantiles as sorting would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, share) => {
          const counts = new Uint32Array(BUCKETS);
          for (const time of times) counts[bucketOf(time)]!++;
          const sorted = [...times].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(times.length * share)) - 1] as number;
          expect(Math.abs(quantileOf(counts, share) - exact)).toBeLessThanOrEqual(exact / 16);
        },
      ),
      { seed: 13 },
    );
  });

  test("bring the lines that it printed, whole, and of many the last", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("x".repeat(5000)))),
            fc.boolean(),
          ),
        ),
        (steps) => {
          const { writer, reader } = writerAndReader();
          reader.start();
          const printed: string[] = [];
          const take = (): void => {
            const lines = reader.take().flatMap(({ log }) => log);
            // Those since the last time, from some line on.
            expect(lines).toEqual(printed.slice(printed.length - lines.length));
            const bytes = new TextEncoder().encode(printed.join("\n")).length + 1;
            if (bytes < LOG_BYTES) expect(lines).toEqual(printed);
            else expect(lines.length).toBeGreaterThan(0);
            printed.length = 0;
          };
          for (const [lines, isTaken] of steps) {
            for (const line of lines.map((text) => text.replaceAll("\n", " "))) {
              writer.logged(line);
              printed.push(line);
            }
            if (isTaken && printed.length > 0) take();
          }
          if (printed.length > 0) take();
          expect(reader.take()).toEqual([]);
        },
      ),
      { seed: 11 },
    );
  });

  test("have no line of an earlier recording, and the end of one that is too long", () => {
    const { writer, reader } = writerAndReader();
    reader.start();
    writer.logged("before");
    reader.start();
    writer.logged("y".repeat(LOG_BYTES * 2));
    expect(reader.take().flatMap(({ log }) => log)).toEqual(["y".repeat(LOG_BYTES - 1)]);
    writer.logged("after");
    expect(reader.take().flatMap(({ log }) => log)).toEqual(["after"]);
  });
});
