/**
 * A process that another one started: it introduces itself to the head, connects to the other members as it
 * hears of them, serves tasks, and ends with the head.
 */

import { readSetup } from "../platform/children.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Member } from "../wire/messages.ts";
import { listenOnSocket } from "./local/socket-transport.ts";
import { ClusterNode } from "./node.ts";
import { setOwnNode } from "./session.ts";

/** What the head passes to a process that it starts. */
export interface FollowerSetup {
  readonly worker: number;
  readonly threads: number;
  readonly memory: number;
  /** Hexadecimal. */
  readonly secret: string;
  /** Where it listens. */
  readonly address: string;
  readonly head: string;
}

const HEAD = 1;

/** Runs this process as a member until the head ends it. */
export async function runFollower(threadEntry: URL): Promise<void> {
  const setup = (await readSetup()) as FollowerSetup;
  const { worker } = setup;
  process.on("SIGINT", () => {}); // a terminal sends it to all; the head decides what to do
  const node = new ClusterNode(
    { worker, threads: setup.threads, memory: setup.memory, threadEntry },
    {
      onMessage: (message, from) => {
        switch (message.type) {
          case "members":
            void meet(message.members);
            break;
          case "leaving":
            void node.exchange.takeOver(message.worker).then(() => {
              from.send({ type: "evacuated", worker: message.worker });
            });
            break;
          case "stop":
            process.exit(0);
            break;
          default:
        }
      },
      onDown: (peer) => {
        if (peer === HEAD) process.exit(0);
        node.lose(
          peer,
          new BodkinError("WORKER_LOST", `worker ${peer} was lost while it ran this task`),
        );
      },
    },
  );
  setOwnNode(node);
  const transport = await listenOnSocket({
    worker,
    secret: Buffer.from(setup.secret, "hex"),
    address: setup.address,
    keepsAlive: true,
    onLink: (link) => node.addLink(link),
  });

  /** Of two members the later one calls. */
  async function meet(members: readonly Member[]): Promise<void> {
    const missing = members.filter((m) => m.worker < worker && !node.link(m.worker));
    await Promise.all(
      missing.map(async ({ address }) => node.addLink(await transport.connect(address))),
    );
    node.setMembers(members);
    node.link(HEAD)?.send({ type: "ready", members: members.map((m) => m.worker) });
  }

  node.addLink(await transport.connect(setup.head));
}
