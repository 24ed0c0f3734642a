/**
 * Worker 1: the process of the user's program. It starts and ends the others and tells all of them who there
 * is. Until others are added it listens nowhere.
 */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type ChildHandle, privateFolder, startProcess } from "../platform/children.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import type { Member, Message } from "../wire/messages.ts";
import type { FollowerSetup } from "./follower.ts";
import { listenOnSocket } from "./local/socket-transport.ts";
import { ClusterNode } from "./node.ts";
import type { DownReason, Link, Transport } from "./transport.ts";

export interface HeadOptions {
  readonly threads: number;
  readonly memory: number;
  readonly threadEntry: URL;
  readonly processEntry: URL;
}

interface Follower {
  readonly child: ChildHandle;
  readonly member: Member;
  /** The members it is connected to. */
  connected: readonly number[];
  /** It is being removed: its end is no loss. */
  leaving: boolean;
}

const HEAD = 1;
const END_MILLISECONDS = 2000;
/** The end of a process says more than the end of its connection, and comes about as soon. */
const EXIT_MILLISECONDS = 200;
const START_MILLISECONDS = 30_000;

export class Head {
  readonly node: ClusterNode;
  readonly #options: HeadOptions;
  readonly #followers = new Map<number, Follower>();
  readonly #secret = randomBytes(32);
  #transport:
    | Promise<{ transport: Transport; folder: ReturnType<typeof privateFolder> }>
    | undefined;
  #next = HEAD + 1;
  #closing = false;
  /** Called when something changed that an `addWorkers` or `removeWorker` may wait for. */
  readonly #watchers = new Set<() => void>();

  constructor(options: HeadOptions) {
    this.#options = options;
    this.node = new ClusterNode(
      {
        worker: HEAD,
        threads: options.threads,
        memory: options.memory,
        threadEntry: options.threadEntry,
      },
      {
        onMessage: (message, from) => this.#hear(message, from),
        onDown: (worker, reason) => void this.#lose(worker, reason),
      },
    );
    this.node.setMembers([{ worker: HEAD, threads: options.threads, address: "" }]);
  }

  #listen(): Promise<{ transport: Transport; folder: ReturnType<typeof privateFolder> }> {
    this.#transport ??= (async () => {
      const folder = privateFolder();
      const transport = await listenOnSocket({
        worker: HEAD,
        secret: this.#secret,
        address: join(folder.path, "1"),
        keepsAlive: false,
        onLink: (link) => {
          this.node.addLink(link);
          this.#changed();
        },
      });
      return { transport, folder };
    })();
    return this.#transport;
  }

  /** Starts processes and resolves with their numbers when all members are connected to them. */
  async addWorkers(count: number, options: { threads: number; memory: number }): Promise<number[]> {
    const { transport, folder } = await this.#listen();
    const workers = Array.from({ length: count }, () => this.#next++);
    for (const worker of workers) {
      const address = join(folder.path, String(worker));
      const setup: FollowerSetup = {
        worker,
        ...options,
        secret: this.#secret.toString("hex"),
        address,
        head: transport.address,
      };
      const child = startProcess(this.#options.processEntry, setup);
      const member = { worker, threads: options.threads, address };
      const follower: Follower = { child, member, connected: [], leaving: false };
      this.#followers.set(worker, follower);
      void child.ended.then(() => this.#changed());
    }
    // The newcomers call; as soon as all are linked to us they hear of each other.
    await this.#until(workers, () => workers.every((worker) => this.node.link(worker)));
    const members = [...this.node.members, ...workers.map((w) => this.#follower(w).member)];
    this.#tell({ type: "members", members });
    const everybody = members.map((m) => m.worker);
    await this.#until(workers, () =>
      [...this.#followers.values()].every(({ connected }) =>
        workers.every((worker) => connected.includes(worker)),
      ),
    );
    this.node.setMembers(members.filter((m) => everybody.includes(m.worker)));
    return workers;
  }

  /** Ends a worker when what it runs is done; what others need of its data moves to them first. */
  async removeWorker(worker: number): Promise<void> {
    const follower = this.#followers.get(worker);
    if (!follower) {
      throw invalidArgument(
        worker === HEAD
          ? "worker 1 is this process; end it with cluster.close()"
          : `there is no worker ${worker}; there are ${this.node.members.map((m) => m.worker).join(", ")}`,
      );
    }
    await this.node.process.hold(this.#dismiss(worker, follower));
  }

  async #dismiss(worker: number, follower: Follower): Promise<void> {
    follower.leaving = true;
    const rest = this.node.members.filter((m) => m.worker !== worker);
    const link = this.node.link(worker);
    this.node.setMembers(rest);
    this.#tell({ type: "members", members: rest });
    if (link) await this.node.tasks.whenIdle(link);
    const evacuated = new Set<number>();
    this.#onEvacuated = (from) => evacuated.add(from);
    const others = [...this.#followers.keys()].filter((w) => w !== worker);
    for (const other of others) this.node.link(other)?.send({ type: "leaving", worker });
    await this.node.exchange.takeOver(worker);
    await this.#until([], () =>
      others.every((other) => evacuated.has(other) || !this.#followers.has(other)),
    );
    link?.send({ type: "stop" });
    await follower.child.ended;
  }

  #onEvacuated: (from: number) => void = () => {};

  #hear(message: Message, from: Link): void {
    if (message.type === "ready") this.#follower(from.peer).connected = message.members;
    else if (message.type === "evacuated") this.#onEvacuated(from.peer);
    this.#changed();
  }

  async #lose(worker: number, reason: DownReason): Promise<void> {
    const follower = this.#followers.get(worker);
    if (!follower || this.#closing) return;
    this.#followers.delete(worker);
    if (follower.leaving) reason = "left";
    const exit = await Promise.race([
      follower.child.ended.then((how) => `its process ${how}`),
      delay(EXIT_MILLISECONDS).then(() => `its connection was ${reason}`),
    ]);
    follower.child.kill();
    this.node.lose(
      worker,
      new BodkinError("WORKER_LOST", `worker ${worker} was lost while it ran this task: ${exit}`),
    );
    this.#tell({ type: "members", members: this.node.members });
    this.#changed();
  }

  #tell(message: Message): void {
    for (const worker of this.#followers.keys()) this.node.link(worker)?.send(message);
  }

  #follower(worker: number): Follower {
    return this.#followers.get(worker) as Follower;
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Waits for a condition; fails when one of the processes ends before. Keeps this process alive. */
  async #until(workers: readonly number[], condition: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = (): void => {
      if (condition()) resolve();
    };
    for (const worker of workers) {
      void this.#followers
        .get(worker)
        ?.child.ended.then((how) =>
          reject(
            new BodkinError("WORKER_LOST", `worker ${worker} did not start: its process ${how}`),
          ),
        );
    }
    const timer = setTimeout(
      () => {
        reject(
          new BodkinError(
            "WORKER_LOST",
            `workers ${workers.join(", ")} did not answer within 30 seconds`,
          ),
        );
      },
      workers.length > 0 ? START_MILLISECONDS : 2 ** 31 - 1,
    );
    this.#watchers.add(check);
    check();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(check);
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const children = [...this.#followers.values()].map(({ child }) => child);
    this.#tell({ type: "stop" });
    await this.node.process.close();
    await Promise.race([
      Promise.all(children.map((child) => child.ended)),
      delay(END_MILLISECONDS),
    ]);
    for (const child of children) child.kill();
    const listening = await this.#transport;
    await listening?.transport.close();
    listening?.folder.remove();
  }
}

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
