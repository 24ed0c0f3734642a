/**
 * A process that follows another one: it introduces itself to the head, connects to the other members as it
 * hears of them, serves tasks, and ends with the head.
 */

import { readSetup, removeFolder } from "../platform/children.ts";

import type { DeviceSettings } from "../runtime/devices.ts";

import type { Room } from "../runtime/local-process.ts";

import { BodkinError } from "../wire/errors.ts";
import type { Member } from "../wire/messages.ts";
import { reachable } from "./listening.ts";
import { ClusterNode } from "./node.ts";
import { setOwnNode } from "./session.ts";
import { type Certificate, listenOnSockets } from "./sockets/transport.ts";
import type { Link, Transport } from "./transport.ts";

/** What the head passes to a process that it starts. */
export interface FollowerSetup {
  readonly worker: number;
  readonly threads: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  readonly lostAfter: number | false;
  /** Hexadecimal. */
  readonly secret: string;
  /** The private folder of the cluster, and the sockets in it where this process and the head listen. */
  readonly folder: string;
  readonly addresses: readonly string[];
  readonly head: readonly string[];
  /** For addresses between hosts. */
  readonly certificate?: Certificate | undefined;
}

const HEAD = 1;

export interface FollowOptions {
  readonly worker: number;
  readonly threads: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  readonly lostAfter: number | false;
  readonly threadEntry: URL;
  /** The addresses of the head. */
  readonly head: readonly string[];
  /** Makes the carrier; who calls is given to `use`. */
  readonly open: (use: (link: Link) => void) => Promise<Transport>;
  /** The head is gone without a word: nobody else cleans up. */
  readonly endAlone: () => never;
}

/** Runs this process, which another one started, as a member until the head ends it. */
export async function runFollower(threadEntry: URL): Promise<void> {
  const setup = (await readSetup()) as FollowerSetup | undefined;
  if (!setup) process.exit(1); // the head ended before it could say anything
  const { worker, folder } = setup;
  process.on("SIGINT", () => {}); // a terminal sends it to all; the head decides what to do
  await follow({
    ...setup,
    threadEntry,
    open: (onLink) =>
      listenOnSockets({
        worker,
        secret: Buffer.from(setup.secret, "hex"),
        listen: setup.addresses,
        certificate: setup.certificate,
        keepsAlive: true,
        onLink,
      }),
    endAlone: () => {
      removeFolder(folder);
      process.exit(1);
    },
  });
}

/** Runs this process as a member. */
export async function follow(options: FollowOptions): Promise<void> {
  const { worker, threads, room, devices, lostAfter, threadEntry, endAlone } = options;
  /** The members there are, as the head says. */
  let told: readonly Member[] = [];
  const called = new Set([HEAD]);
  const node = new ClusterNode(
    { worker, threads, room, devices, lostAfter, threadEntry },
    {
      onMessage: (message, from) => {
        switch (message.type) {
          case "members":
            told = message.members;
            void meet();
            break;
          case "leaving":
            void part(message.worker, from);
            break;
          case "stop":
            process.exit(0);
            break;
          default:
        }
      },
      onDown: (peer) => {
        if (peer === HEAD) endAlone();
        node.lose(
          peer,
          new BodkinError("WORKER_LOST", `worker ${peer} was lost while it ran this task`),
        );
      },
      onBroken: (reason) => {
        console.error(reason);
        process.exit(1);
      },
    },
  );
  setOwnNode(node);
  let transport: Transport | undefined;
  transport = await options.open(use);

  function use(link: Link): void {
    node.addLink(link);
    update();
  }

  /** Connects to the members there are. Of two the later one calls. */
  async function meet(): Promise<void> {
    update();
    const missing = told.filter((m) => m.worker < worker && !called.has(m.worker));
    for (const m of missing) called.add(m.worker);
    // Who does not answer has ended; the head will say so.
    await Promise.allSettled(
      missing.map(async (m) => use(await (transport as Transport).connect(m.addresses))),
    );
  }

  /** Takes those into use whom we are linked to. */
  function update(): void {
    node.setMembers(told.filter((m) => m.worker === worker || node.link(m.worker)));
    const addresses = transport ? reachable(transport.addresses) : [];
    node.link(HEAD)?.send({ type: "ready", members: node.linked, addresses });
  }

  /** Sees to it that a member that leaves is not needed here. */
  async function part(leaving: number, head: Link): Promise<void> {
    const link = node.link(leaving);
    if (link) await node.tasks.whenIdle(link);
    await node.exchange.takeOver(leaving);
    head.send({ type: "evacuated", worker: leaving });
  }

  try {
    use(await transport.connect(options.head));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") endAlone();
    throw error;
  }
}
