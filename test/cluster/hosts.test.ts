/**
 * Three hosts, as network namespaces on one bridge: the program on the first, workers on the others. It takes the rights of
 * root and the command `ip` (apt-get install iproute2).
 */

import { execFileSync, spawn as spawnProcess } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { folderWith, MAIN } from "../cli/inside.ts";

const PREFIX = `bk${process.pid % 10_000}`;
const HOSTS = [1, 2, 3].map((n) => ({ name: `${PREFIX}h${n}`, address: `10.77.0.${n}` }));
const BRIDGE = `${PREFIX}br`;

const run = (...words: string[]): string =>
  execFileSync(words[0] as string, words.slice(1), { encoding: "utf8", stdio: "pipe" });
const ip = (text: string): string => run("ip", ...text.split(" "));

function makeHosts(): boolean {
  try {
    ip(`netns add ${BRIDGE}`);
    ip(`-n ${BRIDGE} link add br0 type bridge`);
    ip(`-n ${BRIDGE} link set br0 up`);
    for (const { name, address } of HOSTS) {
      ip(`netns add ${name}`);
      ip(`-n ${name} link set lo up`);
      ip(`-n ${name} link add eth0 type veth peer name ${name}v netns ${BRIDGE}`);
      ip(`-n ${BRIDGE} link set ${name}v master br0`);
      ip(`-n ${BRIDGE} link set ${name}v up`);
      ip(`-n ${name} addr add ${address}/24 dev eth0`);
      ip(`-n ${name} link set eth0 up`);
    }
    return true;
  } catch {
    removeHosts();
    return false;
  }
}

function removeHosts(): void {
  for (const name of [...HOSTS.map((host) => host.name), BRIDGE]) {
    try {
      ip(`netns del ${name}`);
    } catch {
      // it is not there
    }
  }
}

/** Whether this machine lets us; looked at once, and made again for the tests. */
const canHave = makeHosts();
removeHosts();
const isRequired = process.env["BODKIN_REQUIRE_ALL"] === "1";

beforeAll(() => {
  if (canHave || isRequired) expect(makeHosts()).toBe(true);
});
afterAll(removeHosts);

interface Running {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly pid: number;
  printed(text: string | RegExp): Promise<void>;
}

/** Runs the command on a host. */
function on(host: number, words: readonly string[], cwd: string): Running {
  const { name } = HOSTS[host - 1] as (typeof HOSTS)[number];
  const child = spawnProcess("ip", ["netns", "exec", name, process.execPath, MAIN, ...words], {
    cwd,
  });
  let text = "";
  const watchers = new Set<() => void>();
  const hear = (part: Buffer): void => {
    text += part;
    for (const watcher of watchers) watcher();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    output: () => text,
    ended,
    pid: child.pid as number,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (typeof wanted === "string" ? text.includes(wanted) : wanted.test(text)) resolve();
          else if (child.exitCode !== null) reject(new Error(`ended without '${wanted}': ${text}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        void ended.then(watcher);
        watcher();
      }),
  };
}

const PROGRAM = `import { readFileSync } from "node:fs";
import { Blocks, collect, matmul, rand, scope, spawn, spawnWith, start, workers, myid } from "bodkin";
import { readParquet } from "bodkin/table";
const [listen, flights, ...pem] = process.argv.slice(2);
const tls = pem.length > 0 ? { tls: { cert: readFileSync(pem[0], "utf8"), key: readFileSync(pem[1], "utf8") } } : {};
const cluster = await start({ threads: 1, listen, tokenFile: "token", ...tls });
console.log("listens at", cluster.addresses.join());
const until = async (count) => { while (workers().length !== count) await new Promise((r) => setTimeout(r, 5)); };
await until(3);
console.log("all are there");
const rows = await readParquet(flights).filter((f) => f.distance > 500).groupBy("origin").agg({ delay: "mean", n: ["delay", "count"] }).sort("origin").toRows();
console.log("flights", rows.length, rows.reduce((sum, { n }) => sum + n, 0));
const A = rand(Blocks(64, 64), [256, 256], { seed: 9 });
const B = rand([256, 256], { seed: 9 });
const [far, near] = [await collect(matmul(A, A)), matmul(B, B)];
console.log("product", Math.max(...far.data.map((x, i) => Math.abs(x - near.data[i]))) < 1e-9);
console.log("by", (await Promise.all([2, 3].map((worker) => spawnWith({ scope: scope({ worker }) }, myid).fetch()))).join());
const frozen = Number((await spawnWith({ scope: scope({ worker: 3 }) }, () => process.pid).fetch()));
const waits = spawnWith({ scope: scope({ worker: 3 }) }, () => new Promise(() => {}));
await spawnWith({ scope: scope({ worker: 3 }) }, () => 1).fetch();
console.log("cut now");
const began = performance.now();
const error = await waits.fetch().catch((thrown) => thrown);
console.log("lost", String(error.cause).includes("nothing was heard of it"), Math.round(performance.now() - began));
console.log("goes on", await spawnWith({ scope: scope({ worker: 2 }) }, () => 5).fetch(), workers().join());
await until(3);
console.log("newcomer", await spawnWith({ scope: scope({ worker: 4 }) }, myid).fetch());
await cluster.close();
console.log("done");
`;

const DATA = new URL("../data/", import.meta.resolve("vega-datasets"));
const pem = (name: string): string =>
  fileURLToPath(new URL(`../data/tls/${name}.pem`, import.meta.url));

describe.skipIf(!canHave && !isRequired)(
  "three hosts (root and ip: apt-get install iproute2)",
  () => {
    it.each(["tcp", "tls"])(
      "over %s: right results; one that is cut off is lost within three seconds, the rest goes on, another joins",
      async (carrier) => {
        const cwd = folderWith({
          token: "a token for three hosts, 1234567890",
          "main.mjs": PROGRAM,
        });
        chmodSync(join(cwd, "token"), 0o600);
        writeFileSync(
          join(cwd, "flights.parquet"),
          readFileSync(new URL("flights-3m.parquet", DATA)),
        );
        const files = carrier === "tls" ? [pem("cert"), pem("key")] : [];
        const flags = carrier === "tls" ? ["--tls-cert", pem("cert"), "--tls-key", pem("key")] : [];
        const address = `${carrier}://10.77.0.1:7077`;
        const head = on(
          1,
          ["run", "-q", "main.mjs", "--", address, join(cwd, "flights.parquet"), ...files],
          cwd,
        );
        await head.printed("listens at");
        const worker = [
          "worker",
          "--join",
          address,
          "--token-file",
          "token",
          "--threads",
          "1",
          ...flags,
        ];
        const first = on(2, worker, cwd);
        await first.printed("joined");
        const second = on(3, worker, cwd);
        await second.printed("joined");
        await head.printed("cut now");
        ip(`-n ${(HOSTS[2] as (typeof HOSTS)[number]).name} link set eth0 down`);
        await head.printed("goes on");
        const [, milliseconds] = /lost true (\d+)/.exec(head.output()) as RegExpExecArray;
        expect(Number(milliseconds)).toBeLessThan(3000);
        ip(`-n ${(HOSTS[2] as (typeof HOSTS)[number]).name} link set eth0 up`);
        const third = on(3, worker, cwd);
        await third.printed("joined");
        await head.printed("done");
        expect(await head.ended).toBe(0);
        expect(head.output()).toMatch(/flights \d+ \d{7}\nproduct true\nby 2,3\n/);
        expect(head.output()).toMatch(/goes on 5 1,2\nnewcomer 4\ndone\n$/);
        expect(await first.ended).toBe(0);
        expect(await third.ended).toBe(0);
      },
      120_000,
    );
  },
);
