import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { trace } from "bodkin/trace";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { EVENT_FLOATS, EVENT_KIND } from "../../src/events/layout.ts";
import { TraceStore } from "../../src/trace/store.ts";
import { EventStream } from "../../src/trace/stream.ts";
import { summaryOf } from "../../src/trace/summary.ts";
import { call } from "../cli/inside.ts";
import { script } from "../support/script.ts";
import { type ChromeTrace, faultsOf } from "./perfetto.ts";

type Entry = ChromeTrace["traceEvents"][number];

const entriesIn = (text: string): readonly Entry[] => JSON.parse(text) as Entry[];
const checked = (traceEvents: readonly Entry[]): readonly Entry[] => {
  expect(faultsOf({ traceEvents } as ChromeTrace)).toEqual([]);
  return traceEvents;
};
const runs = (entries: readonly Entry[]): string[] =>
  entries.filter(({ cat, ph }) => cat === "task" && ph === "X").map(({ name }) => name);

/** What a thread wrote: kind, task, from, to, detail. */
type Row = readonly [number, number, number, number, number];
const batchOf = (slot: number, rows: readonly Row[]) => ({
  threads: [
    {
      slot,
      events: Float64Array.from(
        rows.flatMap(([kind, task, from, to, detail]) => [from, to, task, detail, kind]),
      ),
      names: ["f"],
      log: [],
    },
  ],
  memory: { bytes: 0, bound: 0, disk: 0 },
  traffic: { sent: 0, received: 0 },
  queue: { ready: 0, stolen: 0 },
});

/** Takes all, and has it as text. */
function sink(): { readonly to: Writable; text(): string } {
  const parts: string[] = [];
  const to = new Writable({
    write(part, _encoding, done) {
      parts.push(String(part));
      done();
    },
  });
  return { to, text: () => parts.join("") };
}

const sums = (store: TraceStore) => summaryOf(store, store.began + 1000);

describe("a stream of events", () => {
  test("has an arrow for every dependency, in whatever order threads and workers tell of them", async () => {
    const task = (serial: number): number => 2 ** 40 + serial;
    const plan = fc.record({
      edges: fc.uniqueArray(fc.tuple(fc.nat(19), fc.nat(19)), { selector: String, maxLength: 40 }),
      order: fc.infiniteStream(fc.nat(1000)),
      size: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ edges, order, size }) => {
        const needs = edges.filter(([from, to]) => from < to);
        const rows: [slot: number, Row][] = [
          ...Array.from({ length: 20 }, (_, i): [number, Row] => [
            1 + (i % 3),
            [EVENT_KIND.run, task(i), i, i + 0.5, 8],
          ]),
          ...needs.map(([from, to]): [number, Row] => [
            0,
            [EVENT_KIND.edge, task(to), 0, 0, task(from)],
          ]),
        ];
        const mixed = rows
          .map((row) => ({ row, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        const { to, text } = sink();
        const store = new TraceStore(0);
        const stream = new EventStream(to, store.began);
        for (let at = 0; at < mixed.length; at += size) {
          for (const [slot, row] of mixed.slice(at, at + size)) {
            stream.hear(1 + (slot % 2), batchOf(slot, [row]));
          }
        }
        await stream.end(sums(store));
        const entries = checked(entriesIn(text()));
        const starts = entries.filter(({ ph }) => ph === "s").length;
        expect(starts).toBe(needs.length);
        expect(runs(entries)).toHaveLength(20);
      }),
      { seed: 5 },
    );
  });

  test("has all of more events than memory keeps", async () => {
    const { to, text } = sink();
    const store = new TraceStore(0, 1000);
    const hear = store.listener();
    const stream = new EventStream(to, store.began);
    for (let first = 0; first < 100_000; first += 1000) {
      const rows = Array.from({ length: 1000 }, (_, i): Row => {
        const at = first + i;
        return [EVENT_KIND.run, 2 ** 40 + at, at, at + 0.5, 8];
      });
      const batch = batchOf(1, rows);
      hear(1, batch);
      stream.hear(1, batch);
    }
    await stream.end(sums(store));
    expect(store.kept).toBeLessThanOrEqual(1000);
    const entries = entriesIn(text());
    expect(runs(entries)).toHaveLength(100_000);
    expect(entries.at(-1)?.args).toMatchObject({
      leftOut: 0,
      bodkin: { events: { seen: 100_000 } },
    });
  });

  test("leaves out and counts what comes while it is too far behind", async () => {
    const pipe = new PassThrough();
    const store = new TraceStore(0);
    const stream = new EventStream(pipe, store.began);
    const rows = Array.from(
      { length: 60_000 },
      (_, i): Row => [EVENT_KIND.run, 2 ** 40 + i, i, i + 0.5, 8],
    );
    const batch = batchOf(1, rows);
    const count = (batch.threads[0]?.events.length as number) / EVENT_FLOATS;
    for (let i = 0; i < 20; i++) stream.hear(1, batch);
    expect(pipe.writableLength).toBeLessThan(80 * 2 ** 20);
    let text = "";
    pipe.setEncoding("utf8").on("data", (part: string) => (text += part));
    await stream.end(sums(store));
    await new Promise((resolve) => setImmediate(resolve));
    const entries = entriesIn(text);
    const { leftOut } = (entries.at(-1) as Entry).args as { leftOut: number };
    expect(leftOut).toBeGreaterThan(count);
    expect(runs(entries).length + leftOut).toBe(20 * count);
  });

  test("refuses what it cannot write to, and survives one that breaks", async () => {
    expect(() => trace.start({ to: "/no/such/folder/out.json" })).toThrow(
      "cannot write events to /no/such/folder/out.json: ENOENT",
    );
    expect(() => trace.start({ to: 5 as never })).toThrow(
      "to must be a path or a stream that can be written, not 5",
    );
    const broken = new Writable({ write: (_part, _encoding, done) => done(new Error("full")) });
    const stream = new EventStream(broken, 0);
    stream.hear(1, batchOf(1, [[EVENT_KIND.run, 2 ** 40, 0, 1, 8]]));
    await new Promise((resolve) => setImmediate(resolve));
    stream.hear(1, batchOf(1, [[EVENT_KIND.run, 2 ** 40, 1, 2, 8]]));
    await stream.end(sums(new TraceStore(0)));
  });
});

function tracePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "all.json");
}

describe("a program that writes its events while it runs", () => {
  const body =
    "const f = (x) => x + 1; for (let i = 0; i < 5; i++) await spawn(f, spawn(f, i)).fetch();";

  test("has all of them at its end, and `bodkin trace view` sums them up", async () => {
    const path = tracePath();
    const env = { BODKIN_TRACE_STREAM: path, BODKIN_WORKERS: "1", BODKIN_THREADS: "1" };
    const { code, stderr } = await script(body, { env }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const entries = checked(entriesIn(readFileSync(path, "utf8")));
    expect(runs(entries)).toEqual(Array.from({ length: 10 }, () => "f"));
    expect(entries.filter(({ ph }) => ph === "s")).toHaveLength(5);
    const { stdout } = await call(["trace", "view", path]).ended;
    expect(stdout).toMatch(/^│ f +┆ +10 ┆/m);
  });

  test("has those until it was killed", async () => {
    const path = tracePath();
    const running = script(
      `${body} print("ready"); await new Promise((resolve) => setTimeout(resolve, 60_000));`,
      { env: { BODKIN_TRACE_STREAM: path } },
    );
    await running.printed("ready");
    await expect.poll(() => readFileSync(path, "utf8").split('"cat":"task"').length).toBe(11);
    running.process.kill("SIGKILL");
    expect((await running.ended).signal).toBe("SIGKILL");
    // As readers of the format take it: an array without its end.
    const entries = checked(entriesIn(`${readFileSync(path, "utf8")}]`));
    expect(runs(entries)).toHaveLength(10);
    const { code, stderr } = await call(["trace", "view", path]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain("has no sums: it was not written to its end");
  });

  test("says where it cannot write, and runs all the same", async () => {
    const { code, stderr } = await script(body, {
      env: { BODKIN_TRACE_STREAM: "/no/such/folder/all.json" },
    }).ended;
    expect(code).toBe(0);
    expect(stderr).toContain("bodkin: the stream of events ends: ENOENT");
  });
});
