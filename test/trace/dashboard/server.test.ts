import { get, type IncomingHttpHeaders, request } from "node:http";
import { availableParallelism } from "node:os";
import { addWorkers, Blocks, fetchAll, ones, scope, spawn, spawnWith } from "bodkin";
import { dtable } from "bodkin/table";
import { trace } from "bodkin/trace";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Recording } from "../../../dashboard/model.ts";
import type {
  CollectionState,
  EventsMessage,
  StateMessage,
} from "../../../src/trace/dashboard/protocol.ts";
import type { FailureGroup } from "../../../src/trace/failures.ts";
import type { LogLine } from "../../../src/trace/store.ts";
import type { FoldedGraph } from "../../../src/trace/task-graph.ts";
import { until } from "../../cluster/inside.ts";
import { faultsOf } from "../perfetto.ts";

let dashboard: trace.Dashboard;
beforeEach(async () => {
  trace.start();
  dashboard = await trace.dashboard();
});
afterEach(() => dashboard.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks for a path, with the token unless the path has a query. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const url = new URL(dashboard.url);
  const target = path.includes("?") ? path : `${path}${url.search}`;
  return new Promise((resolve, reject) => {
    const asked = request({ host: url.hostname, port: url.port, path: target, method, headers });
    asked.on("error", reject);
    asked.on("response", (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, text }),
      );
    });
    asked.end();
  });
}

interface Told {
  readonly name: string;
  readonly data: unknown;
}

/** Hears the events of the server until it is told to stop. */
function follow(): { readonly told: Told[]; readonly over: Promise<void>; stop(): void } {
  const url = new URL(dashboard.url);
  const told: Told[] = [];
  let rest = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = get(
    { host: url.hostname, port: url.port, path: `/events${url.search}` },
    (response) => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        rest += part;
        const parts = rest.split("\n\n");
        rest = parts.pop() as string;
        for (const each of parts) {
          const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/s.exec(each) ?? [];
          told.push({ name, data: JSON.parse(data) });
        }
      });
      response.on("close", resolve);
    },
  );
  asked.on("error", () => resolve());
  return { told, over: promise, stop: () => void asked.destroy() };
}

const last = <T>(told: readonly Told[], name: string): T | undefined =>
  told.findLast((each) => each.name === name)?.data as T | undefined;

describe("the dashboard", () => {
  it.each([
    ["no token", "/?", {}],
    ["a wrong token", `/?token=${"a".repeat(32)}`, {}],
    ["half a token", "/?token=a", {}],
    ["another host's name", "/", { Host: "evil.example" }],
    ["another port's name", "/", { Host: "127.0.0.1:1" }],
    ["another origin", "/events", { Origin: "https://evil.example" }],
    ["an origin without a name", "/graph", { Origin: "null" }],
  ])("refuses %s", async (_what, path, headers) => {
    const { status, text } = await ask(path, headers);
    expect(status).toBe(403);
    expect(text).toBe("open the address that the program printed, with its token\n");
  });

  it("answers its own page, and reading alone", async () => {
    const { host, origin } = new URL(dashboard.url);
    expect((await ask("/", { Host: host, Origin: origin })).status).toBe(200);
    expect((await ask("/", { Host: host.replace("127.0.0.1", "localhost") })).status).toBe(200);
    expect((await ask("/", {}, "POST")).status).toBe(405);
    expect((await ask("/other")).status).toBe(404);
  });

  it("the page brings all it needs, and may fetch from nowhere else", async () => {
    const { text, headers } = await ask("/");
    expect(text).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
    );
    expect(text).not.toMatch(/(src|href)="/);
    expect(text.length).toBeLessThan(100_000);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
  });

  it("tells what runs, exactly by name, with the errors and the graph", async () => {
    const followed = follow();
    const square = (n: number): number => n * n;
    const fails = (n: number): number => {
      throw new RangeError(`no ${n % 2}`);
    };
    const after = (n: number): number => n;
    await fetchAll(Array.from({ length: 50 }, (_, n) => spawn(square, n)));
    await Promise.all([0, 1, 2].map((n) => spawn(after, spawn(fails, n)).wait()));
    const done = (): Map<string, number> =>
      new Map(
        last<StateMessage>(followed.told, "state")?.tasks.map(({ name, count }) => [name, count]),
      );
    await until(() => done().get("square") === 50 && done().get("fails") === 3);
    const recording = new Recording();
    await until(() => followed.told.some(({ name }) => name === "events"));
    for (const { name, data } of followed.told) {
      if (name === "events") recording.add(data as EventsMessage);
    }
    expect(recording.names).toEqual(expect.arrayContaining(["square", "fails"]));
    expect(recording.count).toBeGreaterThanOrEqual(50);
    const groups = last<FailureGroup[]>(followed.told, "failures");
    expect(groups?.map(({ message, path, count }) => [message, path, count])).toEqual([
      ["RangeError: no 0", ["fails"], 2],
      ["RangeError: no 0", ["fails", "after"], 2],
      ["RangeError: no 1", ["fails"], 1],
      ["RangeError: no 1", ["fails", "after"], 1],
    ]);
    expect(groups?.[0]?.site).toContain("server.test.ts");
    const graph = JSON.parse((await ask("/graph")).text) as FoldedGraph;
    const key = (name: string) => graph.nodes.find(({ label }) => label.startsWith(name))?.key;
    expect(graph.edges).toContainEqual({ from: key("fails"), to: key("after"), count: 3 });
    expect(faultsOf(JSON.parse((await ask("/trace.json")).text))).toEqual([]);
    followed.stop();
  });

  it("tells what waits, what threads took from each other, and what they printed", async () => {
    const followed = follow();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const held = Array.from({ length: availableParallelism() }, () =>
      spawn((word: Int32Array) => void Atomics.wait(word, 0, 0), gate),
    );
    // One task spawns all: other threads can but steal them.
    const child = (n: number): number => {
      if (n === 999) console.log("<b>last\nline");
      return n;
    };
    const parent = spawn(() => Array.from({ length: 1000 }, (_, n) => spawn(child, n)).length);
    const queue = () => last<StateMessage>(followed.told, "state")?.workers[0]?.queue;
    await until(() => (queue()?.ready ?? 0) >= 1);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await Promise.all([...held, parent].map((task) => task.wait()));
    const log = (): LogLine[] | undefined => last(followed.told, "log");
    await until(() => log()?.length === 2 && queue()?.ready === 0);
    expect(log()?.map(({ text }) => text.replace(/ \d+\.\d+\]/, "]"))).toEqual([
      "[child] <b>last",
      "[child] line",
    ]);
    expect(log()?.[0]?.worker).toBe(1);
    expect(queue()?.stolen).toBeGreaterThanOrEqual(0);
    followed.stop();
  });

  it("tells where the chunks of arrays and tables are, how full workers are, and how well costs are foreseen", async () => {
    const [worker] = await addWorkers(1, { threads: 1 });
    const followed = follow();
    const A = ones(Blocks(2, 2), [4, 6]);
    await A.wait();
    const table = dtable({ a: [1, 2, 3] }, 1);
    await table.wait();
    const waits = spawnWith({ scope: scope({ worker: worker as number }) }, (n: number) => n, 1);
    await waits.wait();
    const told = (): CollectionState[] | undefined => last(followed.told, "collections");
    const state = (): StateMessage | undefined => last(followed.told, "state");
    await until(() => (told()?.length ?? 0) >= 2 && (state()?.predictions.length ?? 0) > 0);
    expect(told()?.slice(0, 2)).toEqual([
      {
        text: "DTable with 3 partitions",
        grid: [3],
        bytes: expect.any(Number),
        workers: expect.any(Array),
      },
      {
        text: "4×6 DArray<f64> with 2×3 blocks of 2×2",
        grid: [2, 3],
        bytes: 24 * 8,
        workers: expect.any(Array),
      },
    ]);
    const owners = told()?.flatMap(({ workers }) => workers) ?? [];
    // What a program gave as columns is not anywhere before a task needs it.
    expect(owners.filter((owner) => owner !== 1 && owner !== worker && owner !== 0)).toEqual([]);
    expect(told()?.[1]?.workers).not.toContain(0);
    await until(() => state()?.workers.length === 2);
    for (const { memory } of state()?.workers ?? []) {
      expect(memory.bound).toBeGreaterThan(memory.bytes);
      expect(memory.disk).toBe(0);
    }
    for (const { count, predicted, measured } of state()?.predictions ?? []) {
      expect(count).toBeGreaterThan(0);
      expect(predicted).toBeGreaterThan(0);
      expect(measured).toBeGreaterThan(0);
    }
    followed.stop();
  });

  it("tells all that is left when it ends", async () => {
    const followed = follow();
    await until(() => followed.told.length > 0);
    const last50 = (n: number): number => n;
    await fetchAll(Array.from({ length: 50 }, (_, n) => spawn(last50, n)));
    await dashboard.close();
    await followed.over;
    expect(followed.told.at(-1)?.name).toBe("over");
    const state = last<StateMessage>(followed.told, "state");
    expect(state?.tasks.find(({ name }) => name === "last50")?.count).toBe(50);
  });

  it("has sixteen readers at most, and room again when they are gone", async () => {
    const followers = Array.from({ length: 16 }, follow);
    await until(() => followers.every(({ told }) => told.length > 0));
    expect((await ask("/events")).status).toBe(503);
    for (const { stop } of followers) stop();
    await until(async () => {
      const followed = follow();
      await until(() => followed.told.length > 0 || isOver(followed));
      followed.stop();
      return followed.told.length > 0;
    });
  });

  it.each([-1, 65_536, 1.5, "80"])("refuses port %s", async (port) => {
    await expect(trace.dashboard({ port: port as number })).rejects.toThrow(
      "port must be a whole number from 0 to 65535",
    );
  });

  it("says that a port is taken", async () => {
    const port = Number(new URL(dashboard.url).port);
    await expect(trace.dashboard({ port })).rejects.toThrow(
      `the dashboard cannot listen on port ${port}`,
    );
  });
});

const over = new WeakSet<object>();
function isOver(followed: ReturnType<typeof follow>): boolean {
  void followed.over.then(() => over.add(followed));
  return over.has(followed);
}
