import { describe, expect, test } from "vitest";
import { EVENT_FLOATS, EVENT_KIND } from "../../src/events/layout.ts";
import { chromeOf } from "../../src/trace/chrome.ts";
import { ganttOf } from "../../src/trace/gantt.ts";
import { graphvizText, mermaidText } from "../../src/trace/graph-text.ts";
import { TraceStore } from "../../src/trace/store.ts";
import { taskGraph } from "../../src/trace/task-graph.ts";
import { type ChromeTrace, faultsOf } from "./perfetto.ts";

/** Events as a thread writes them: kind, name, task, from, to, detail. */
type Row = readonly [number, string, number, number, number, number];

function heard(store: TraceStore, rows: readonly Row[], slot = 1): TraceStore {
  const names = [...new Set(rows.map(([, name]) => name))];
  const events = new Float64Array(rows.length * EVENT_FLOATS);
  rows.forEach(([kind, name, task, from, to, detail], i) => {
    events.set([from, to, task, detail, kind + names.indexOf(name) * 256], i * EVENT_FLOATS);
  });
  store.listener()(1, {
    threads: [{ slot, events, names, log: [] }],
    memory: { bytes: 0, bound: 0, disk: 0 },
    traffic: { sent: 0, received: 0 },
    queue: { ready: 0, stolen: 0 },
  });
  return store;
}

const { run, spawned, edge } = EVENT_KIND;
/** A task of the main thread, as a number. */
const task = (serial: number): number => 2 ** 40 + serial;

describe("what a recording keeps", () => {
  const rows = (count: number): Row[] =>
    Array.from({ length: count }, (_, i): Row[] => [
      [spawned, "f", task(i), i, i, 0],
      [edge, "f", task(i), i, i, task(i - 1)],
      [run, "f", task(i), i, i + 0.5, 8],
    ]).flat();

  test("is bounded, and from all of its time", () => {
    const store = new TraceStore(0, 1000);
    for (let i = 0; i < 10; i++) heard(store, rows(5000));
    expect(store.seen).toBe(150_000);
    expect(store.kept).toBeLessThanOrEqual(1000);
    expect(store.kept).toBeGreaterThan(200);
    const times = [...store.events()].map(({ from }) => from);
    expect(Math.min(...times)).toBeLessThan(1000);
    expect(Math.max(...times)).toBeGreaterThan(4000);
  });

  test("has each task whole or not at all", () => {
    const store = heard(new TraceStore(0, 500), rows(3000));
    const kinds = Map.groupBy(store.events(), (event) => event.task);
    expect(kinds.size).toBeGreaterThan(50);
    for (const own of kinds.values()) expect(own.length).toBe(3);
  });

  test("says in the trace that it is a sample", () => {
    const store = heard(new TraceStore(0, 500), rows(3000));
    const chrome = JSON.parse(chromeOf(store, store.began + 1000)) as ChromeTrace;
    expect(chrome.otherData).toMatchObject({ events: 9000, kept: store.kept, dropped: 0 });
    expect(faultsOf(chrome)).toEqual([]);
    expect(ganttOf(store)).toContain("of more");
  });
});

describe("texts of a recording", () => {
  const hostile = `</text><script>alert("&\\'\n${"x".repeat(200)}`;
  const store = heard(new TraceStore(0), [
    [spawned, hostile, task(1), 0, 0, 0],
    [spawned, "g", task(2), 0, 0, 0],
    [edge, "g", task(2), 0, 0, task(1)],
    [run, hostile, task(1), 1, 2, 0],
    [run, "g", task(2), 2, 3, 0],
  ]);

  test("hold names that look like markup as what they are", () => {
    const svg = ganttOf(store);
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("</text><script");
    expect(mermaidText(taskGraph(store))).not.toMatch(/[<"](?!br\/>|\]|f|g|#)script/);
    const dot = graphvizText(taskGraph(store));
    expect(dot.split("\n").every((line) => (line.match(/(?<!\\)"/g) ?? []).length % 2 === 0)).toBe(
      true,
    );
    const chrome = JSON.parse(chromeOf(store, store.began + 1000)) as ChromeTrace;
    expect(faultsOf(chrome)).toEqual([]);
    expect(chrome.traceEvents.some(({ name }) => name === hostile)).toBe(true);
  });

  test("of nothing are empty pictures", () => {
    const nothing = new TraceStore(0);
    expect(ganttOf(nothing)).toContain("nothing ran");
    expect(
      (JSON.parse(chromeOf(nothing, nothing.began + 1000)) as ChromeTrace).traceEvents,
    ).toEqual([]);
    expect(graphvizText(taskGraph(nothing))).toMatch(
      /^digraph tasks \{[^"]*style="[^"]*"[^>]*\}\n$/,
    );
  });
});

describe("the checker of traces", () => {
  const slice = { ph: "X", name: "f", pid: 1, tid: 1, dur: 2 };
  const meta = { ph: "M", name: "thread_name", pid: 1, tid: 1, ts: 0, dur: 0 };
  const faults = (...entries: object[]): string[] =>
    faultsOf({ traceEvents: [meta, ...entries] } as unknown as ChromeTrace);

  test("finds overlaps, open pairs, loose arrows and tracks without a name", () => {
    expect(faults({ ...slice, ts: 0 }, { ...slice, ts: 2 })).toEqual([]);
    expect(faults({ ...slice, ts: 0 }, { ...slice, ts: 1 })).toHaveLength(1);
    expect(faults({ ...slice, ph: "b", ts: 0, cat: "await", id: "1" })).toHaveLength(1);
    expect(faults({ ...slice, ph: "s", ts: 0, id: 1 })).toHaveLength(1);
    expect(faults({ ...slice, ts: 0, tid: 2 })).toHaveLength(1);
  });
});
