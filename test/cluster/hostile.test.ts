/** What comes over a wire may be anything: nothing of it ends this process, or takes memory that did not come. */

import { randomBytes } from "node:crypto";
import {
  addWorkers,
  Blocks,
  type Cluster,
  map,
  rand,
  scope,
  spawn,
  spawnWith,
  start,
  sum,
} from "bodkin";
import { trace } from "bodkin/trace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureNode } from "../../src/cluster/session.ts";
import type { Link, LinkEvents } from "../../src/cluster/transport.ts";
import { collectGarbage } from "../../src/platform/garbage.ts";
import { pack, unpack } from "../../src/platform/serialize.ts";
import { checkedMessages } from "../../src/wire/check.ts";
import { FrameReader, frameHeader } from "../../src/wire/frame.ts";
import type { Message } from "../../src/wire/messages.ts";
import { times } from "../support/counts.ts";

let cluster: Cluster;
/** What two processes said to each other, in both directions. */
const said: Message[] = [];

beforeAll(async () => {
  cluster = await start({ threads: 1 });
  await addWorkers(1, { threads: 1 });
  const node = ensureNode();
  const link = node?.link(2) as Link;
  const send = link.send.bind(link);
  link.send = (message) => {
    said.push(message);
    send(message);
  };
  const sendBulk = link.sendBulk.bind(link);
  link.sendBulk = (message, bulk, done) => {
    said.push(message);
    sendBulk(message, bulk, done);
  };
  trace.start();
  const A = rand(Blocks(100), [400], { seed: 1 });
  await sum(map((x) => x + 1, A));
  const on2 = { scope: scope({ worker: 2 }) };
  const far = spawnWith(on2, () => new Float64Array(5000));
  await spawn((xs: Float64Array) => xs.length, far).fetch();
  const k = 3;
  await spawnWith(on2, (o: { a: number[] }) => o.a.length + k, { a: [1, 2] }).fetch();
  await spawnWith(on2, () => {
    throw new RangeError("no");
  }).wait();
  spawnWith(on2, () => new Promise(() => {})).cancel();
  await trace.summary();
  await trace.stop();
});
afterAll(() => cluster.close());

const CHUNK = {
  home: 2,
  index: 7,
  generation: 1,
  grant: 7,
  kind: 1,
  element: 0,
  shape: [2, 3],
  bytes: 48,
  name: "f",
  slot: 0,
  pinned: false,
};

/** What the other side says. */
const OTHERS: readonly Message[] = [
  { type: "source", id: 3, text: "(n) => n" },
  { type: "done", task: 4, result: { tag: 5, chunk: CHUNK }, seconds: 0.01 },
  {
    type: "answer",
    request: 2,
    result: {
      tag: 6,
      chunk: {
        ...CHUNK,
        payload: {
          bytes: new Uint8Array(48),
          references: [
            { written: 1, source: 3 },
            { written: 2, chunk: CHUNK },
          ],
        },
      },
    },
  },
  { type: "pull", request: 1, index: 7, generation: 1 },
  { type: "piece", request: 1, offset: 0 },
  { type: "pulled", request: 1, references: [] },
  { type: "pulled", request: 1, error: { code: "SPILL", message: "no" } },
  { type: "release", index: 7 },
  { type: "cancel", task: 4, force: true },
  { type: "ask", request: 1, slot: 1, incarnation: 0, serial: 9 },
  { type: "members", members: [{ worker: 2, threads: 1, addresses: ["unix:/x"], gpus: 0 }] },
  { type: "ready", members: [1, 2], addresses: ["tcp://127.0.0.1:1"] },
  { type: "join", version: "1", threads: 2 },
  { type: "joined", worker: 3, lostAfter: 2000 },
  { type: "refused", reason: "no" },
  { type: "leaving", worker: 3 },
  { type: "evacuated", worker: 3 },
  { type: "devices", count: 0, reason: "none" },
  { type: "findDevices" },
  { type: "idle" },
  { type: "collect" },
  { type: "beat" },
  { type: "stop" },
];

/** Numbers that differ between runs of the same seed would make failures hard to find again. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const STRANGE: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1,
  2 ** 32,
  1e300,
  0.5,
  "",
  "x".repeat(100),
  [],
  {},
  true,
  new Uint8Array(3),
  new Map(),
];

/** Bytes of buffers that somebody can reach. */
function held(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** Replaces, drops or exchanges something anywhere within. */
function mutated(value: unknown, next: () => number): unknown {
  if (next() < 0.15 || typeof value !== "object" || value === null || ArrayBuffer.isView(value)) {
    return STRANGE[Math.floor(next() * STRANGE.length)];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [STRANGE[Math.floor(next() * STRANGE.length)]];
    const at = Math.floor(next() * value.length);
    return value.map((item, i) => (i === at ? mutated(item, next) : item));
  }
  const names = Object.keys(value);
  const name = names[Math.floor(next() * names.length)];
  if (name === undefined) return null;
  const copy: Record<string, unknown> = { ...value };
  if (next() < 0.1) delete copy[name];
  else copy[name] = mutated(copy[name], next);
  return copy;
}

describe("what is checked", () => {
  it("messages that processes say pass, all kinds of them", () => {
    expect(said.length).toBeGreaterThan(20);
    for (const message of said) expect(checkedMessages([message])).toEqual([message]);
    for (const type of ["task", "function", "watch", "askEvents"]) {
      expect(said.map((message) => message.type)).toContain(type);
    }
    for (const message of OTHERS) expect(checkedMessages([message])).toEqual([message]);
  });

  it("whatever is put in the place of something is refused with an error of ours, or is a message", () => {
    const next = random(1);
    const all = [...said, ...OTHERS];
    let refused = 0;
    const count = times(1_000_000);
    for (let i = 0; i < count; i++) {
      const message = all[Math.floor(next() * all.length)];
      try {
        checkedMessages(mutated([message], next));
      } catch (error) {
        refused++;
        expect((error as { code?: string }).code).toBe("INTERNAL");
      }
    }
    expect(refused).toBeGreaterThan(count / 2);
  }, 600_000);

  it("bytes that are changed on their way are refused, or give messages; none takes memory that did not come", () => {
    const next = random(2);
    const frames = [...said, ...OTHERS].map((message) => {
      const head = pack([message]);
      return Buffer.concat([frameHeader(head.length, 0), head]);
    });
    const count = times(1_000_000);
    let heard = 0;
    const before = held();
    for (let i = 0; i < count; i++) {
      const frame = Buffer.from(frames[Math.floor(next() * frames.length)] as Buffer);
      const changes = 1 + Math.floor(next() * 4);
      for (let k = 0; k < changes; k++) {
        // As often in the first bytes, where lengths are, as anywhere.
        const at = Math.floor(next() * (next() < 0.3 ? 8 : frame.length));
        frame[at] = Math.floor(next() * 256);
      }
      const reader = new FrameReader(
        {
          onHead: (head) => {
            heard += checkedMessages(unpack(head)).length;
            return null;
          },
          onBulk: () => {},
        },
        () => 2 ** 30,
      );
      try {
        reader.push(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
    expect(heard).toBeGreaterThan(0);
    expect(held() - before).toBeLessThan(64e6);
  }, 3_600_000);

  it("a head of a gibibyte that never comes takes no memory", () => {
    const before = held();
    const readers = Array.from({ length: 100 }, () => {
      const reader = new FrameReader({ onHead: () => null, onBulk: () => {} }, () => 2 ** 30);
      reader.push(frameHeader(2 ** 30, 0));
      reader.push(randomBytes(10));
      return reader;
    });
    expect(readers).toHaveLength(100);
    expect(held() - before).toBeLessThan(64e6);
  });
});

describe("a member that says what makes no sense", () => {
  it("is refused message by message; tasks of others go on", async () => {
    const node = ensureNode();
    let events: LinkEvents | undefined;
    const answers: Message[] = [];
    const link: Link = {
      peer: 77,
      received: 0,
      open: (given) => {
        events = given;
      },
      send: (message) => void answers.push(message),
      sendBulk: (message, _bulk, done) => {
        answers.push(message);
        done();
      },
      close: () => {},
      drop: () => {},
    };
    node?.addLink(link);
    const next = random(3);
    // What a stranger says about chunks, questions and transfers; tasks are code, which members run for each other.
    const about = [...said, ...OTHERS].filter(({ type }) =>
      [
        "pull",
        "piece",
        "pulled",
        "release",
        "ask",
        "answer",
        "done",
        "cancel",
        "source",
        "events",
        "evacuated",
        "ready",
      ].includes(type),
    );
    const made: Message[] = [
      ...about,
      { type: "pull", request: 1, index: 5, generation: 1 },
      { type: "release", index: 3 },
      { type: "answer", request: 1, result: { tag: 1, number: 5 } },
      { type: "done", task: 1, result: { tag: 1, number: 5 }, seconds: 1 },
      { type: "ask", request: 4, slot: 0, incarnation: 0, serial: 1 },
      { type: "pulled", request: 1 },
      { type: "piece", request: 1, offset: 0 },
    ];
    const count = times(100_000);
    for (let i = 0; i < count; i++) {
      const message = made[Math.floor(next() * made.length)] as Message;
      const changed = next() < 0.2 ? message : (mutated(message, next) as Message);
      try {
        for (const checked of checkedMessages([changed])) {
          if (checked.type === "piece") events?.bulkTarget(checked, 8);
          else events?.onMessage(checked);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      if (i % 1000 === 0) {
        expect(await spawn((n: number) => n + 1, i).fetch()).toBe(i + 1);
        answers.length = 0;
      }
    }
    expect(await sum(map((x) => x * 2, rand(Blocks(100), [1000], { seed: 1 })))).toBeGreaterThan(0);
    node?.lose(77, new (await import("bodkin")).BodkinError("WORKER_LOST", "the stranger left"));
    expect(await spawnWith({ scope: scope({ worker: 2 }) }, () => 1).fetch()).toBe(1);
  }, 600_000);
});
