import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recording, Track } from "../../../dashboard/model.ts";
import { EVENT_KIND } from "../../../src/events/layout.ts";
import { Cursor } from "../../../src/trace/dashboard/feed.ts";
import { TraceStore } from "../../../src/trace/store.ts";

interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Slices as a thread makes them: apart or within one another, in the order of their ends. */
const slices = fc
  .array(fc.record({ gap: fc.nat(20), length: fc.nat(30), inner: fc.nat(3) }), { maxLength: 400 })
  .map((parts) => {
    const made: Slice[] = [];
    let time = 0;
    for (const { gap, length, inner } of parts) {
      const from = time + gap;
      let to = from;
      for (let i = 0; i < inner; i++) made.push({ from: to + 1, to: (to += 2) });
      to += length;
      made.push({ from, to });
      time = to;
    }
    return made;
  });

function trackOf(made: readonly Slice[]): Track {
  const track = new Track(1, 1);
  for (const [i, { from, to }] of made.entries()) {
    track.add(Float64Array.of(from, to, i, 0, EVENT_KIND.run + 256 * (i % 5), 257), 0);
  }
  return track;
}

function seen(track: Track, from: number, to: number, grain: number): number[] {
  const events: number[] = [];
  track.visit(from, to, grain, (_from, _to, at) => events.push(at));
  return events;
}

describe("a track", () => {
  it("visits what touches a range, each once, the outer before the inner", () => {
    fc.assert(
      fc.property(slices, fc.nat(5000), fc.nat(5000), (made, from, width) => {
        const track = trackOf(made);
        const found = seen(track, from, from + width, 0);
        const expected = made.flatMap((slice, at) =>
          slice.to < from || slice.from > from + width ? [] : [at],
        );
        expect([...found].sort((a, b) => a - b)).toEqual(expected);
        expect(found).toEqual([...found].sort((a, b) => b - a)); // later ends first
      }),
      { seed: 7 },
    );
  });

  it("covers with a grain what it covers without, to within that", () => {
    fc.assert(
      fc.property(slices, fc.integer({ min: 1, max: 200 }), (made, grain) => {
        const track = trackOf(made);
        const spans: Slice[] = [];
        track.visit(0, 1e9, grain, (from, to) => spans.push({ from, to }));
        for (const { from, to } of made) {
          expect(spans.some((span) => span.from <= from && to <= span.to)).toBe(true);
        }
      }),
      { seed: 8 },
    );
  });

  it("of a million events looks at no more than there are pixels", () => {
    const track = new Track(1, 1);
    const row = new Float64Array(6);
    for (let i = 0; i < 1e6; i++) {
      row.set([i, i + 0.5, i, 0, EVENT_KIND.run, 257]);
      track.add(row, 0);
    }
    const pixels = 1200;
    expect(seen(track, 0, 1e6, 1e6 / pixels).length).toBeLessThan(16 * pixels);
    expect(seen(track, 0, 1e6, 1e6 / pixels).length).toBeGreaterThan(pixels / 2);
    expect(seen(track, 5e5, 5e5 + 10, 0.01)).toHaveLength(11);
  });
});

describe("a recording", () => {
  /** A store that heard of so many tasks. */
  function heard(store: TraceStore, tasks: number): void {
    const events = Float64Array.from(
      Array.from({ length: tasks }, (_, i) => [
        100 + i,
        100.5 + i,
        i + 1,
        8,
        EVENT_KIND.run,
      ]).flat(),
    );
    store.listener()(1, {
      threads: [{ slot: 1, events, names: ["a"], log: [] }],
      memory: { bytes: 0, bound: 0, disk: 0 },
      traffic: { sent: 0, received: 0 },
      queue: { ready: 0, stolen: 0 },
    });
  }

  it("is the same whether it came in parts, at once, or was saved and opened again", () => {
    const store = new TraceStore(100);
    heard(store, 5000);
    const parts = new Recording();
    const cursor = new Cursor();
    for (let told = cursor.next(store, 700); told; told = cursor.next(store, 700)) parts.add(told);
    const whole = new Recording();
    whole.add(new Cursor().next(store, Number.MAX_SAFE_INTEGER) as never);
    const opened = new Recording();
    opened.add(parts.message());
    for (const recording of [parts, whole, opened]) {
      expect(recording.names).toEqual(["a"]);
      expect(recording.count).toBe(5000);
      const [track] = recording.tracks();
      expect(track?.event(4999)).toEqual({
        from: 4999,
        to: 4999.5,
        task: 5000,
        detail: 8,
        kind: EVENT_KIND.run,
        name: 0,
      });
    }
  });

  it("begins anew when events were left out", () => {
    const store = new TraceStore(100, 1000);
    const cursor = new Cursor();
    const recording = new Recording();
    heard(store, 900);
    recording.add(cursor.next(store, 5000) as never);
    expect(recording.count).toBe(900);
    heard(store, 900);
    const told = cursor.next(store, 5000);
    expect(told?.reset).toBe(true);
    recording.add(told as never);
    expect(recording.count).toBe(store.kept);
    expect(cursor.next(store, 5000)).toBeUndefined();
  });
});
