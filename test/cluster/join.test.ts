import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Blocks,
  type Cluster,
  collect,
  map,
  matmul,
  myid,
  rand,
  scope,
  spawn,
  spawnWith,
  start,
  sum,
  workers,
} from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import { type Call, call, folderWith } from "../cli/inside.ts";
import { failureOf, until } from "./inside.ts";

const TOKEN = "a token that nobody guesses, 1234567890";
const tls = (name: string): string =>
  fileURLToPath(new URL(`../data/tls/${name}.pem`, import.meta.url));

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

function tokenFile(text = TOKEN): string {
  const file = join(folderWith({ token: text }), "token");
  process.getBuiltinModule("node:fs").chmodSync(file, 0o600);
  return file;
}

const worker = (address: string, token: string, ...more: string[]): Call =>
  call(["worker", "--join", address, "--token-file", token, "--threads", "1", ...more]);

const on = (id: number) => ({ scope: scope({ worker: id }) });

async function hasWorkers(count: number): Promise<void> {
  await until(() => workers().length === count);
}

describe.each([
  ["tcp", {}, []],
  [
    "tls",
    { tls: { cert: readFileSync(tls("cert"), "utf8"), key: readFileSync(tls("key"), "utf8") } },
    ["--tls-cert", tls("cert"), "--tls-key", tls("key")],
  ],
])("workers that join over %s", (carrier, options, flags) => {
  it("get work, with those that the program started; data moves between all; one is killed, one leaves", async () => {
    const token = tokenFile();
    cluster = await start({
      threads: 1,
      workers: 1,
      listen: `${carrier}://127.0.0.1:0`,
      tokenFile: token,
      ...options,
    });
    const [address] = cluster.addresses as [string];
    expect(address).toMatch(new RegExp(`^${carrier}://127\\.0\\.0\\.1:\\d+$`));
    const joined = [worker(address, token, ...flags), worker(address, token, ...flags)];
    await hasWorkers(4);
    for (const each of joined) await each.printed("bodkin: joined");
    expect(await Promise.all([2, 3, 4].map((id) => spawnWith(on(id), myid).fetch()))).toEqual([
      2, 3, 4,
    ]);
    // Data that one made goes to another, whoever started them.
    for (const [from, to] of [
      [2, 3],
      [3, 2],
      [3, 4],
      [4, 2],
      [1, 4],
      [4, 1],
    ] as const) {
      const made = spawnWith(on(from), (n: number) => new Float64Array(n).fill(n), 40_000);
      expect(await spawnWith(on(to), (xs: Float64Array) => xs[39_999], made).fetch()).toBe(40_000);
    }
    const A = rand(Blocks(16, 16), [64, 64], { seed: 5 });
    const local = rand([64, 64], { seed: 5 });
    const [far, near] = [await collect(matmul(A, A)), matmul(local, local)];
    expect(Math.abs(far.get(63, 1) - near.get(63, 1))).toBeLessThan(1e-9);
    expect(await sum(map((x) => x, A))).toBeCloseTo(await sum(local), 9);

    const waits = spawnWith(on(3), () => new Promise(() => {}));
    const numbers = await Promise.all(
      joined.map(async (each) => Number(/worker (\d)/.exec(each.stderr())?.[1])),
    );
    joined[numbers.indexOf(3)]?.process.kill("SIGKILL");
    expect(String((await failureOf(waits)).cause)).toContain("worker 3 was lost");
    expect(workers()).toEqual([1, 2, 4]);
    await cluster.removeWorker(4);
    expect((await joined[numbers.indexOf(4)]?.ended)?.code).toBe(0);
    expect(workers()).toEqual([1, 2]);
    const again = worker(address, token, ...flags);
    await hasWorkers(3);
    expect(await spawnWith(on(5), myid).fetch()).toBe(5);
    await cluster.close();
    expect((await again.ended).code).toBe(0);
  });
});

describe("who joins", () => {
  it("must have the token; says so, and the cluster goes on", async () => {
    cluster = await start({ threads: 1, listen: "tcp://127.0.0.1:0", tokenFile: tokenFile() });
    const [address] = cluster.addresses as [string];
    const wrong = await worker(address, tokenFile("another token, which is as long")).ended;
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/bodkin: .*(closed the connection|secret|hung up)/);
    expect(wrong.stderr + wrong.stdout).not.toContain("another token");
    expect(workers()).toEqual([1]);
    expect(await spawn(() => 1).fetch()).toBe(1);
  });

  it("must have the same version", async () => {
    cluster = await start({ threads: 1, listen: "tcp://127.0.0.1:0", tokenFile: tokenFile() });
    const { listenOnSockets } = await import("../../src/cluster/sockets/transport.ts");
    const { secretOf, JOINER } = await import("../../src/cluster/listening.ts");
    const transport = await listenOnSockets({
      worker: JOINER,
      secret: secretOf(tokenFile(), "token"),
      listen: [],
      keepsAlive: true,
      onLink: () => {},
    });
    const link = await transport.connect(cluster.addresses);
    const heard: object[] = [];
    link.open({
      onMessage: (message) => void heard.push(message),
      bulkTarget: () => null,
      onBulk: () => {},
      onDown: () => {},
    });
    link.send({ type: "join", version: "0.0.1", threads: 1 });
    await until(() => heard.length > 0);
    expect(heard[0]).toMatchObject({
      type: "refused",
      reason: expect.stringMatching(
        /^the cluster runs version .* and this is 0\.0\.1; install the same/,
      ),
    });
    await transport.close();
  });

  it("hears that nobody is there", async () => {
    const { code, stderr } = await worker("tcp://127.0.0.1:1", tokenFile()).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("ECONNREFUSED");
  });

  it.each([
    [["worker"], "say which cluster to join: --join tcp://host:port"],
    [
      ["worker", "--join", "tcp://127.0.0.1:1"],
      "joining takes the token of the cluster: --token-file FILE",
    ],
    [["worker", "--join", "here", "--token-file", "x"], "--join must be tcp://host:port"],
    [["worker", "--join", "tcp://127.0.0.1:1", "--token-file", "none"], "cannot read 'none'"],
  ])("%j is refused", async (words, message) => {
    const { code, stderr } = await call(words).ended;
    expect(stderr).toContain(message);
    expect(code).toBeGreaterThan(0);
  });
});

describe("listening", () => {
  it("takes a token that only its owner can read", async () => {
    await expect(start({ listen: "tcp://127.0.0.1:0" })).rejects.toThrow(
      "listen takes a tokenFile",
    );
    const open = join(folderWith({ token: TOKEN }), "token");
    await expect(start({ listen: "tcp://127.0.0.1:0", tokenFile: open })).rejects.toThrow(
      "others can read",
    );
    await expect(
      start({ listen: "tcp://127.0.0.1:0", tokenFile: tokenFile("short") }),
    ).rejects.toThrow("which is no token; make one with: openssl rand -hex 32");
    await expect(start({ listen: "127.0.0.1", tokenFile: tokenFile() })).rejects.toThrow(
      "listen must be tcp://host:port",
    );
    await expect(start({ listen: "tls://127.0.0.1:0", tokenFile: tokenFile() })).rejects.toThrow(
      "tls:// needs a certificate",
    );
  });

  it("nobody can join where the program did not say so", async () => {
    cluster = await start({ threads: 1, workers: 1 });
    expect(cluster.addresses).toEqual([]);
  });
});
