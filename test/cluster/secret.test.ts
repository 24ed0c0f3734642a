import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addWorkers, type Cluster, fetchAll, myid, scope, spawn, spawnWith, start } from "bodkin";
import { afterAll, beforeAll, expect, it } from "vitest";
import { introduce, newNonce } from "../../src/cluster/sockets/handshake.ts";
import { frameHeader } from "../../src/wire/frame.ts";
import { isAlive, pidOf } from "./inside.ts";

const STRANGER = { worker: 9, channel: new Uint8Array(0) };

let cluster: Cluster;
let folder: string;
let pids: number[];

/** The private folders in the temporary folder. */
const folders = (): string[] =>
  readdirSync(tmpdir())
    .filter((name) => /^bodkin-[^-]+$/.test(name))
    .map((name) => join(tmpdir(), name));

beforeAll(async () => {
  const before = folders();
  cluster = await start({ threads: 1 });
  await addWorkers(2);
  [folder] = folders().filter((path) => !before.includes(path)) as [string];
  pids = [process.pid, await pidOf(2), await pidOf(3)];
});
afterAll(async () => {
  await cluster.close();
  expect(folders()).not.toContain(folder);
});

/** What a stranger hears until the other end hangs up. */
function heard(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on("data", (bytes) => void parts.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(parts)));
  });
}

function send(socket: Socket, head: Uint8Array, bulk = 0): void {
  socket.write(frameHeader(head.length, bulk));
  socket.write(head);
}

/** The nonce that a listener says first. */
async function nonceOf(socket: Socket): Promise<Uint8Array> {
  const bytes: Buffer = await new Promise((resolve) => socket.once("data", resolve));
  return new Uint8Array(bytes.subarray(8));
}

const sockets = (): string[] => readdirSync(folder).map((name) => join(folder, name));

it("sockets are in a folder that only this user can read", () => {
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(sockets()).toHaveLength(3);
  for (const path of sockets()) {
    expect(statSync(path).isSocket()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
});

it.runIf(process.platform === "linux")(
  "the secret shows in no command line nor environment",
  () => {
    for (const pid of pids) {
      for (const what of ["cmdline", "environ"]) {
        const text = readFileSync(`/proc/${pid}/${what}`, "latin1");
        // The secret is 32 bytes, in hexadecimal when it is written out.
        expect(text.match(/[0-9a-f]{64}/g) ?? []).toEqual([]);
        expect(text).not.toContain("secret");
      }
    }
  },
);

it.each([
  ["an empty frame", (socket: Socket) => send(socket, new Uint8Array(0))],
  ["random bytes", (socket: Socket) => void socket.write(newNonce())],
  [
    "an introduction with another secret",
    async (socket: Socket) => {
      const nonce = await nonceOf(socket);
      send(socket, introduce({ ...STRANGER, secret: newNonce() }, "caller", newNonce(), nonce));
    },
  ],
  ["a frame that is too long", (socket: Socket) => void socket.write(frameHeader(257, 0))],
  [
    "a frame of 4 GiB",
    (socket: Socket) => void socket.write(frameHeader(2 ** 32 - 1, 2 ** 32 - 1)),
  ],
  ["a request of HTTP", (socket: Socket) => void socket.write("GET / HTTP/1.1\r\n\r\n")],
])("a stranger that sends %s is dropped, by every process", async (_, say) => {
  for (const path of sockets()) {
    const socket = connect(path);
    const all = heard(socket);
    await say(socket);
    // At most a nonce, and nothing after it.
    expect((await all).length).toBeLessThanOrEqual(8 + 32);
  }
  expect(
    await fetchAll([2, 3].map((worker) => spawnWith({ scope: scope({ worker }) }, myid))),
  ).toEqual([2, 3]);
});

it("a stranger that says nothing is dropped, and disturbs nobody until then", async () => {
  const silent = sockets().map((path) => connect(path));
  const all = silent.map(heard);
  expect(await spawn((x: number) => x + 1, 1).fetch()).toBe(2);
  for (const bytes of await Promise.all(all)) expect(bytes).toHaveLength(8 + 32);
});

it("all of them are alive after that", () => {
  expect(pids.map(isAlive)).toEqual([true, true, true]);
});
