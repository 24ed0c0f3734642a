/**
 * Worker 1: the process of the user's program. It starts and ends the others and tells all of them who there
 * is. Until others are added it listens nowhere.
 */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ChildHandle, privateFolder, startProcess } from "../platform/children.ts";

import type { DeviceSettings } from "../runtime/devices.ts";

import type { Room } from "../runtime/local-process.ts";

import { BodkinError, invalidArgument } from "../wire/errors.ts";
import type { Member, Message } from "../wire/messages.ts";
import type { FollowerSetup } from "./follower.ts";
import { ClusterNode } from "./node.ts";
import { listenOnSockets } from "./sockets/transport.ts";
import type { DownReason, Link, Transport } from "./transport.ts";

export interface HeadOptions {
  readonly threads: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  /** Milliseconds of silence after which a worker is given up. */
  readonly lostAfter: number | false;
  readonly threadEntry: URL;
  readonly processEntry: URL;
}

/** A process that follows this one, from its start to its end. */
interface Follower {
  readonly child: Pick<ChildHandle, "ended" | "kill">;
  readonly member: Member;
  /** The members it is connected to. */
  connected: readonly number[];
  /** It is being removed: its end is no loss. Names those who no longer need it. */
  partedFrom?: Set<number>;
}

interface Listening {
  readonly transport: Transport;
  readonly folder: ReturnType<typeof privateFolder>;
}

const HEAD = 1;
const END_MILLISECONDS = 2000;
/** The end of a process says more than the end of its connection, and comes about as soon. */
const EXIT_MILLISECONDS = 200;
const START_MILLISECONDS = 30_000;

export class Head {
  readonly node: ClusterNode;
  /** Memory and disk of each worker, unless others are asked for. */
  readonly room: Room;
  readonly #options: HeadOptions;
  readonly #followers = new Map<number, Follower>();
  readonly #secret = randomBytes(32);
  #listening: Promise<Listening> | undefined;
  /** When the last call of `addWorkers` is over. */
  #added: Promise<unknown> = Promise.resolve();
  #next = HEAD + 1;
  /** Ends the job, where the others were started by a launcher. */
  #failJob: ((error: BodkinError) => never) | undefined;
  #isClosed = false;
  /** Called when something changed that an `addWorkers` or `removeWorker` may wait for. */
  readonly #watchers = new Set<() => void>();

  constructor(options: HeadOptions) {
    const { threads, room, devices, lostAfter, threadEntry } = options;
    this.#options = options;
    this.room = room;
    this.node = new ClusterNode(
      { worker: HEAD, threads, room, devices, lostAfter, threadEntry },
      {
        onMessage: (message, from) => this.#hear(message, from),
        onDown: (worker, reason) => void this.#lose(worker, reason),
        onBroken: () => {}, // its tasks fail, which says so
      },
    );
    this.node.setMembers([{ worker: HEAD, threads, addresses: [] }]);
  }

  #listen(): Promise<Listening> {
    this.#listening ??= (async () => {
      const folder = privateFolder();
      const transport = await listenOnSockets({
        worker: HEAD,
        secret: this.#secret,
        listen: [unixIn(folder.path, HEAD)],
        keepsAlive: false,
        onLink: (link) => this.answer(link),
      });
      return { transport, folder };
    })();
    return this.#listening;
  }

  // --- Adding ----------------------------------------------------------------------------------------

  /** Starts processes and resolves with their numbers when all members are connected to them. */
  addWorkers(count: number, options: { threads: number; room: Room }): Promise<number[]> {
    // One call after the other, so that the newcomers of both hear of each other.
    const added = this.#added.then(() => this.#add(count, options));
    this.#added = added.catch(() => {});
    return added;
  }

  async #add(count: number, options: { threads: number; room: Room }): Promise<number[]> {
    this.#checkOpen();
    if (this.#failJob) {
      throw new BodkinError(
        "CLOSED",
        "a job has the processes that its launcher started, no others",
      );
    }
    const listening = await this.#listen();
    this.#checkOpen();
    return this.#take(Array.from({ length: count }, () => this.#start(listening, options)));
  }

  /**
   * Takes the processes of a job into use, which call this one. They end with it, and none before: `fail` ends all of
   * them where one is lost.
   */
  followedBy(members: readonly Member[], fail: (error: BodkinError) => never): Promise<number[]> {
    this.#failJob = fail;
    const child = { ended: new Promise<string>(() => {}), kill: () => {} };
    for (const member of members)
      this.#followers.set(member.worker, { child, member, connected: [] });
    return this.#take(members);
  }

  /** A process has called that was not asked to. */
  answer(link: Link): void {
    this.node.addLink(link);
    this.#changed();
  }

  /** Resolves when all members are connected to the newcomers. */
  async #take(newcomers: readonly Member[]): Promise<number[]> {
    try {
      // They call; as soon as all are linked to us they hear of each other, and the others of them.
      await this.#until(newcomers, () => newcomers.every(({ worker }) => this.node.link(worker)));
      this.#tell({ type: "members", members: [...this.node.members, ...newcomers] });
      await this.#until(newcomers, () => this.#areConnected(newcomers));
    } catch (error) {
      for (const { worker } of newcomers) this.#forget(worker, error as BodkinError);
      throw error;
    }
    this.#setMembers([...this.node.members, ...newcomers]);
    return newcomers.map(({ worker }) => worker);
  }

  #start({ transport, folder }: Listening, options: { threads: number; room: Room }): Member {
    const worker = this.#next++;
    const member: Member = {
      worker,
      threads: options.threads,
      addresses: [unixIn(folder.path, worker)],
    };
    const setup: FollowerSetup = {
      ...member,
      room: options.room,
      devices: this.#followersDevices,
      lostAfter: this.#options.lostAfter,
      secret: this.#secret.toString("hex"),
      folder: folder.path,
      head: transport.addresses,
    };
    const child = startProcess(this.#options.processEntry, setup);
    this.#followers.set(worker, { child, member, connected: [] });
    void child.ended.then(() => this.#changed());
    return member;
  }

  /** What the program gave stays in this process; others find their own. */
  get #followersDevices(): DeviceSettings {
    const { source, limits } = this.#options.devices;
    return { limits, ...(source === false && { source }) };
  }

  /** Whether every member that stays, old and new, is connected to each of the newcomers. */
  #areConnected(newcomers: readonly Member[]): boolean {
    return newcomers.every(({ worker }) =>
      [...this.#followers].every(
        ([other, { connected, partedFrom }]) =>
          other === worker || partedFrom !== undefined || connected.includes(worker),
      ),
    );
  }

  // --- Removing --------------------------------------------------------------------------------------

  /**
   * Ends a worker when what it was given to run is done; what others need of its data moves to them first.
   * Tasks that no other worker may run and that were not given to it yet fail.
   */
  async removeWorker(worker: number): Promise<void> {
    this.#checkOpen();
    const follower = this.#followers.get(worker);
    if (!follower || !this.node.members.includes(follower.member)) {
      throw invalidArgument(
        worker === HEAD
          ? "worker 1 is this process; end it with cluster.close()"
          : `there is no worker ${worker}; there are ${this.node.members.map((m) => m.worker).join(", ")}`,
      );
    }
    if (this.#failJob) throw new BodkinError("CLOSED", "the processes of a job end together");
    await this.node.process.hold(this.#dismiss(worker, follower));
  }

  async #dismiss(worker: number, follower: Follower): Promise<void> {
    const parted = new Set<number>();
    follower.partedFrom = parted;
    this.node.process.pump(); // what was spawned just now may be for this worker
    this.#setMembers(this.node.members.filter((m) => m.worker !== worker));
    const link = this.node.link(worker);
    if (link) await this.node.tasks.whenIdle(link);
    await this.node.exchange.takeOver(worker);
    const others = [...this.#followers.keys()].filter((other) => other !== worker);
    for (const other of others) this.node.link(other)?.send({ type: "leaving", worker });
    await this.#until([], () => {
      const isThere = (each: number): boolean => this.#followers.has(each);
      return !isThere(worker) || others.every((other) => parted.has(other) || !isThere(other));
    });
    link?.send({ type: "stop" });
    await follower.child.ended;
    this.#forget(worker, lost(worker, "it was removed"));
  }

  // --- Losing ----------------------------------------------------------------------------------------

  async #lose(worker: number, reason: DownReason): Promise<void> {
    const follower = this.#followers.get(worker);
    if (!follower || this.#isClosed) return;
    if (reason === "silent") {
      const error = lost(worker, `nothing was heard of it for ${this.#patience}`);
      this.#failJob?.(error);
      this.#forget(worker, error);
      return;
    }
    const waited = new AbortController();
    const why = await Promise.race([
      follower.child.ended.then((how) => `its process ${how}`),
      delay(EXIT_MILLISECONDS, `its connection was ${reason}`, { signal: waited.signal }),
    ]).finally(() => waited.abort());
    this.#forget(worker, lost(worker, why));
  }

  get #patience(): string {
    return `${Number(this.#options.lostAfter) / 1000} s`;
  }

  /** A process ended, or shall: nothing of it is left. */
  #forget(worker: number, reason: BodkinError): void {
    const follower = this.#followers.get(worker);
    if (!follower) return;
    this.#followers.delete(worker);
    follower.child.kill();
    this.node.lose(worker, reason);
    this.#setMembers(this.node.members);
  }

  // --- Everybody -------------------------------------------------------------------------------------

  #hear(message: Message, from: Link): void {
    const follower = this.#followers.get(from.peer);
    if (message.type === "ready" && follower) follower.connected = message.members;
    else if (message.type === "evacuated") {
      this.#followers.get(message.worker)?.partedFrom?.add(from.peer);
    }
    this.#changed();
  }

  #setMembers(members: readonly Member[]): void {
    this.node.setMembers(members);
    this.#tell({ type: "members", members });
    this.#changed();
  }

  #tell(message: Message): void {
    for (const worker of this.#followers.keys()) this.node.link(worker)?.send(message);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new BodkinError("CLOSED", "the cluster is closed; start() another");
  }

  /** Waits for a condition; fails when one of the newcomers ends before. Keeps this process alive. */
  async #until(newcomers: readonly Member[], condition: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = (): void => {
      if (condition()) resolve();
      else if (this.#isClosed) reject(new BodkinError("CLOSED", "the cluster was closed"));
    };
    for (const { worker } of newcomers) {
      void this.#followers.get(worker)?.child.ended.then((how) => {
        reject(
          new BodkinError("WORKER_LOST", `worker ${worker} did not start: its process ${how}`),
        );
      });
    }
    const names = newcomers.map(({ worker }) => worker).join(", ");
    const timer =
      newcomers.length > 0
        ? setTimeout(() => {
            const message = `workers ${names} did not answer within ${START_MILLISECONDS / 1000} seconds`;
            reject(new BodkinError("WORKER_LOST", message));
          }, START_MILLISECONDS)
        : undefined;
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
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.node.watching.flush();
    // Those of a job stay until this process ends: they have to leave it together.
    const followers = this.#failJob ? [] : [...this.#followers.values()];
    const children = followers.map(({ child }) => child);
    if (!this.#failJob) this.#tell({ type: "stop" });
    this.#changed();
    await this.node.close();
    const waited = new AbortController();
    await Promise.race([
      Promise.all(children.map((child) => child.ended)),
      delay(END_MILLISECONDS, undefined, { signal: waited.signal }),
    ]).finally(() => waited.abort());
    for (const child of children) child.kill();
    const listening = await this.#listening;
    await listening?.transport.close();
    listening?.folder.remove();
  }
}

const unixIn = (folder: string, worker: number): string => `unix:${join(folder, String(worker))}`;

function lost(worker: number, why: string): BodkinError {
  return new BodkinError("WORKER_LOST", `worker ${worker} was lost while it ran this task: ${why}`);
}
