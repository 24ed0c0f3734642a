import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { introduce, newNonce, verify } from "../../src/cluster/local/handshake.ts";
import { listenOnSocket } from "../../src/cluster/local/socket-transport.ts";
import type { DownReason, Link, Transport } from "../../src/cluster/transport.ts";
import { MAX_BULK_BYTES } from "../../src/wire/frame.ts";
import type { Message } from "../../src/wire/messages.ts";
import { until } from "./inside.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-t-"));
  open.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return join(folder, "socket");
}

async function listening(
  worker: number,
  secret: Uint8Array,
): Promise<{ transport: Transport; links: Link[] }> {
  const links: Link[] = [];
  const transport = await listenOnSocket({
    worker,
    secret,
    address: path(),
    onLink: (link) => void links.push(link),
    keepsAlive: true,
  });
  open.push(transport);
  return { transport, links };
}

/** Two linked processes in one. */
async function pair(): Promise<{ near: Link; far: Link; ends: Transport[] }> {
  const secret = newNonce();
  const a = await listening(1, secret);
  const b = await listening(2, secret);
  const near = await b.transport.connect(a.transport.address);
  await until(() => a.links.length === 1);
  return { near, far: a.links[0] as Link, ends: [a.transport, b.transport] };
}

/** Everything a link hears, bulk as what was in it. */
function hearing(link: Link): { messages: [Message, number[] | undefined][]; down: DownReason[] } {
  const messages: [Message, number[] | undefined][] = [];
  const down: DownReason[] = [];
  let target = new Uint8Array(0);
  link.open({
    onMessage: (message) => void messages.push([message, undefined]),
    bulkTarget: (_message, bytes) => (target = new Uint8Array(bytes)),
    onBulk: (message) => void messages.push([message, [...target]]),
    onDown: (reason) => void down.push(reason),
  });
  return { messages, down };
}

const release = (index: number): Message => ({ type: "release", index });

it("each end knows the number of the other, as it proved it", async () => {
  const { near, far } = await pair();
  expect(near.peer).toBe(1);
  expect(far.peer).toBe(2);
});

it("messages and bulk of any size arrive whole and in order, each once", async () => {
  const { near, far } = await pair();
  const { messages } = hearing(far);
  hearing(near);
  const step = fc.record({
    bulk: fc.option(fc.uint8Array({ maxLength: 5000 }), { nil: undefined }),
    waits: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      messages.length = 0;
      let freed = 0;
      let bulks = 0;
      for (const [i, { bulk, waits }] of steps.entries()) {
        if (bulk && bulk.length > 0) {
          bulks++;
          near.sendBulk(release(i), bulk, () => freed++);
        } else near.send(release(i));
        if (waits) await new Promise(setImmediate);
      }
      await until(() => messages.length === steps.length && freed === bulks);
      expect(messages).toEqual(
        steps.map(({ bulk }, i) => [release(i), bulk && bulk.length > 0 ? [...bulk] : undefined]),
      );
    }),
    { seed: 1, numRuns: 50 },
  );
});

it("messages from before somebody listens are kept", async () => {
  const { near, far } = await pair();
  near.send(release(1));
  near.send(release(2));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { messages } = hearing(far);
  await until(() => messages.length === 2);
  expect(messages.map(([message]) => message)).toEqual([release(1), release(2)]);
});

it("a link that ends says so once on both ends, and frees what it was sending", async () => {
  const { near, far, ends } = await pair();
  const [a, b] = [hearing(near), hearing(far)];
  let freed = 0;
  const bulk = new Uint8Array(MAX_BULK_BYTES);
  for (let i = 0; i < 4; i++) near.sendBulk(release(i), bulk, () => freed++);
  await ends[0]?.close();
  await until(() => freed === 4);
  expect(a.down).toHaveLength(1);
  expect(b.down).toHaveLength(1);
  near.sendBulk(release(9), bulk, () => freed++);
  near.send(release(10));
  expect(freed).toBe(5);
});

it("who calls without the secret is refused, and so is who answers without it", async () => {
  const { transport } = await listening(1, newNonce());
  const stranger = await listening(2, newNonce());
  await expect(stranger.transport.connect(transport.address)).rejects.toThrow(
    /closed|secret|reset|EPIPE/,
  );
});

it("a recorded handshake is worth nothing", async () => {
  const secret = newNonce();
  const real = await listening(1, secret);
  // Somebody between the two, who passes everything on and keeps what the caller said.
  const said: Buffer[] = [];
  const between = path();
  const proxy: Server = createServer((caller) => {
    const listener = connect(real.transport.address);
    caller.on("data", (bytes) => void said.push(bytes));
    caller.pipe(listener).pipe(caller);
    for (const socket of [caller, listener]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(between, resolve));
  open.push({ close: () => proxy.close() });
  const { transport } = await listening(2, secret);
  await transport.connect(between);
  await until(() => real.links.length === 1);

  const replay: Socket = connect(real.transport.address);
  let answered = 0;
  replay.on("data", (bytes) => (answered += bytes.length));
  replay.write(Buffer.concat(said));
  await new Promise((resolve) => replay.once("close", resolve));
  expect(answered).toBe(8 + 32);
  expect(real.links).toHaveLength(1);
});

it("an introduction proves one role, one number and one pair of nonces, and nothing else", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const role = fc.constantFrom("caller" as const, "listener" as const);
  const property = fc.property(
    bytes,
    bytes,
    bytes,
    role,
    fc.nat(1000),
    fc.nat(67),
    (secret, own, theirs, as, worker, at) => {
      const said = introduce(secret, as, worker, own, theirs);
      expect(verify(secret, as, said, theirs)).toEqual({ worker, nonce: own });
      const other = as === "caller" ? "listener" : "caller";
      expect(verify(secret, other, said, theirs)).toBeUndefined();
      const flipped = said.slice();
      flipped[at] = (flipped[at] as number) ^ 1;
      expect(verify(secret, as, flipped, theirs)).toBeUndefined();
      expect(verify(secret, as, said.subarray(1), theirs)).toBeUndefined();
      const [changed] = theirs;
      theirs[0] = (changed as number) ^ 1;
      expect(verify(secret, as, said, theirs)).toBeUndefined();
    },
  );
  fc.assert(property, { seed: 2, numRuns: 100 });
});
