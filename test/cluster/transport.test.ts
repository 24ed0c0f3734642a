import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseAddress } from "../../src/cluster/sockets/address.ts";
import { introduce, newNonce, type Own, verify } from "../../src/cluster/sockets/handshake.ts";
import { type Certificate, listenOnSockets } from "../../src/cluster/sockets/transport.ts";
import type { DownReason, Link, Transport } from "../../src/cluster/transport.ts";
import { MAX_BULK_BYTES } from "../../src/wire/frame.ts";
import type { Message } from "../../src/wire/messages.ts";
import { until } from "./inside.ts";

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const pem = (name: string): string =>
  readFileSync(new URL(`../data/tls/${name}.pem`, import.meta.url), "utf8");
const SELF_SIGNED: Certificate = { cert: pem("cert"), key: pem("key") };
const SIGNED: Certificate = { ...SELF_SIGNED, ca: pem("cert") };
const OTHERS: Certificate = { cert: pem("other-cert"), key: pem("other-key") };

interface Carrier {
  readonly name: string;
  readonly address: () => string;
  readonly certificate?: Certificate;
}

function unixAddress(): string {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-t-"));
  open.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return `unix:${join(folder, "socket")}`;
}

const tls = (name: string, certificate: Certificate): Carrier => ({
  name,
  address: () => "tls://127.0.0.1:0",
  certificate,
});
const UNIX: Carrier = { name: "Unix sockets", address: unixAddress };
const TCP: Carrier = { name: "TCP", address: () => "tcp://127.0.0.1:0" };
const TLS = tls("TLS", SELF_SIGNED);
const CARRIERS = [
  UNIX,
  TCP,
  { name: "TCP over IPv6", address: () => "tcp://[::1]:0" },
  TLS,
  tls("TLS with certificates of both ends", SIGNED),
];

async function listening(
  carrier: Carrier,
  worker: number,
  secret: Uint8Array,
): Promise<{ transport: Transport; links: Link[] }> {
  const links: Link[] = [];
  const transport = await listenOnSockets({
    worker,
    secret,
    listen: [carrier.address()],
    certificate: carrier.certificate,
    onLink: (link) => void links.push(link),
    keepsAlive: true,
  });
  open.push(transport);
  return { transport, links };
}

/** Two linked processes in one. */
async function pair(carrier: Carrier): Promise<{ near: Link; far: Link; ends: Transport[] }> {
  const secret = newNonce();
  const a = await listening(carrier, 1, secret);
  const b = await listening(carrier, 2, secret);
  const near = await b.transport.connect(a.transport.addresses);
  await until(() => a.links.length === 1);
  return { near, far: a.links[0] as Link, ends: [a.transport, b.transport] };
}

/** A connection below the handshake. */
function dialled(text: string): Socket {
  const address = parseAddress(text);
  return address.carrier === "unix" ? connect(address.path) : connect(address.port, address.host);
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

describe.each(CARRIERS)("a link over $name", (carrier) => {
  it("each end knows the number of the other, as it proved it", async () => {
    const { near, far } = await pair(carrier);
    expect(near.peer).toBe(1);
    expect(far.peer).toBe(2);
  });

  it("messages and bulk of any size arrive whole and in order, each once", async () => {
    const { near, far } = await pair(carrier);
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
      { seed: 1, numRuns: 20 },
    );
  });

  it("messages from before somebody listens are kept", async () => {
    const { near, far } = await pair(carrier);
    near.send(release(1));
    near.send(release(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { messages } = hearing(far);
    await until(() => messages.length === 2);
    expect(messages.map(([message]) => message)).toEqual([release(1), release(2)]);
  });

  it("a link that ends says so once on both ends, and frees what it was sending", async () => {
    const { near, far, ends } = await pair(carrier);
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
    const { transport } = await listening(carrier, 1, newNonce());
    const stranger = await listening(carrier, 2, newNonce());
    await expect(stranger.transport.connect(transport.addresses)).rejects.toThrow(
      /closed|secret|reset|EPIPE/,
    );
  });
});

it.each([UNIX, TCP])("a recorded handshake is worth nothing: $name", async (carrier) => {
  const secret = newNonce();
  const real = await listening(carrier, 1, secret);
  // Somebody between the two, who passes everything on and keeps what the caller said.
  const said: Buffer[] = [];
  const [address] = real.transport.addresses as [string];
  const between = unixAddress();
  const proxy: Server = createServer((caller) => {
    const listener = dialled(address);
    caller.on("data", (bytes) => void said.push(bytes));
    caller.pipe(listener).pipe(caller);
    for (const socket of [caller, listener]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(between.slice("unix:".length), resolve));
  open.push({ close: () => proxy.close() });
  const { transport } = await listening(carrier, 2, secret);
  await transport.connect([between]);
  await until(() => real.links.length === 1);

  const replay = dialled(address);
  let answered = 0;
  replay.on("data", (bytes) => (answered += bytes.length));
  replay.write(Buffer.concat(said));
  await new Promise((resolve) => replay.once("close", resolve));
  expect(answered).toBe(8 + 32);
  expect(real.links).toHaveLength(1);
});

it("nobody between two encrypted channels can pass proofs on", async () => {
  const secret = newNonce();
  const real = await listening(TLS, 1, secret);
  const { port, host } = parseAddress(real.transport.addresses[0] as string) as {
    host: string;
    port: number;
  };
  const between = createTlsServer({ ...OTHERS, minVersion: "TLSv1.3" }, (caller) => {
    const listener = connectTls({ host, port, rejectUnauthorized: false });
    caller.pipe(listener).pipe(caller);
    for (const socket of [caller, listener]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => between.close() });
  const { transport } = await listening(TLS, 2, secret);
  const address = `tls://127.0.0.1:${(between.address() as AddressInfo).port}`;
  await expect(transport.connect([address])).rejects.toThrow(/closed|secret|reset/);
  expect(real.links).toHaveLength(0);
});

it("with authorities, a certificate of another one is refused though the secret is known", async () => {
  const secret = newNonce();
  const real = await listening(tls("", SIGNED), 1, secret);
  const stranger = await listening(tls("", { ...OTHERS, ca: pem("other-cert") }), 2, secret);
  await expect(stranger.transport.connect(real.transport.addresses)).rejects.toThrow();
  const careless = await listening(tls("", OTHERS), 3, secret);
  await expect(careless.transport.connect(real.transport.addresses)).rejects.toThrow();
  expect(real.links).toHaveLength(0);
});

it("who calls takes the first address at which it is answered", async () => {
  const secret = newNonce();
  const real = await listening(TCP, 1, secret);
  const { transport } = await listening(TCP, 2, secret);
  const nowhere = ["unix:/nowhere/at/all", "tcp://127.0.0.1:1"];
  const link = await transport.connect([...nowhere, ...real.transport.addresses]);
  expect(link.peer).toBe(1);
  await expect(transport.connect(nowhere)).rejects.toThrow("ECONNREFUSED 127.0.0.1:1");
});

it.each([
  "",
  "10.0.0.1:7077",
  "tcp://10.0.0.1",
  "tcp://host:70777",
  "http://host:1",
  "tcp://a b:1",
  "unix:x",
])("an address is written in one way: not %j", (text) => {
  expect(() => parseAddress(text, "listen")).toThrow(
    "listen must be tcp://host:port or tls://host:port",
  );
});

it("tls:// without a certificate says what is missing", async () => {
  await expect(listening(tls("", undefined as never), 1, newNonce())).rejects.toThrow(
    "tls:// needs a certificate",
  );
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
      const ours: Own = { secret, worker, channel: own };
      const them: Own = { secret, worker: worker + 1, channel: own };
      const said = introduce(ours, as, own, theirs);
      expect(verify(them, as, said, theirs)).toEqual({ worker, nonce: own });
      expect(verify({ ...them, channel: theirs }, as, said, theirs)).toBeUndefined();
      const other = as === "caller" ? "listener" : "caller";
      expect(verify(them, other, said, theirs)).toBeUndefined();
      const flipped = said.slice();
      flipped[at] = (flipped[at] as number) ^ 1;
      expect(verify(them, as, flipped, theirs)).toBeUndefined();
      expect(verify(them, as, said.subarray(1), theirs)).toBeUndefined();
      const [changed] = theirs;
      theirs[0] = (changed as number) ^ 1;
      expect(verify(them, as, said, theirs)).toBeUndefined();
    },
  );
  fc.assert(property, { seed: 2, numRuns: 100 });
});
