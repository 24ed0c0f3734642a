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
import { packageVersion } from "../wire/version.ts";
import type { FollowerSetup } from "./follower.ts";
import { JOINER, type Listening, reachable } from "./listening.ts";
import { ClusterNode } from "./node.ts";
import { listenOnSockets } from "./sockets/transport.ts";
import type { DownReason, Link, Transport } from "./transport.ts";

export interface HeadOptions {
  readonly threads: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  /** Milliseconds of silence after which a worker is given up. */
  readonly lostAfter: number | false;
  /** Where others may join. */
  readonly listening?: Listening | undefined;
  readonly threadEntry: URL;
  readonly processEntry: URL;
}

/** A process that follows this one, from its start to its end. */
interface Follower {
  readonly child: Pick<ChildHandle, "ended" | "kill">;
  readonly member: Member & { readonly addresses: string[] };
  /** It has said where it is to be reached, and the members it is connected to. */
  isReady: boolean;
  connected: readonly number[];
  /** It is no child of this process: its connection is all there is of it. */
  gone?: () => void;
  /** It is being removed: its end is no loss. Names those who no longer need it. */
  partedFrom?: Set<number>;
}

interface OpenSockets {
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
  readonly #secret: Uint8Array;
  #listening: Promise<OpenSockets> | undefined;
  /** When the last call of `addWorkers` is over. */
  #added: Promise<unknown> = Promise.resolve();
  #next = HEAD + 1;
  #addresses: readonly string[] = [];
  /** Ends the job, where the others were started by a launcher. */
  #failJob: ((error: BodkinError) => never) | undefined;
  #isClosed = false;
  /** Called when something changed that an `addWorkers` or `removeWorker` may wait for. */
  readonly #watchers = new Set<() => void>();

  constructor(options: HeadOptions) {
    const { threads, room, devices, lostAfter, threadEntry } = options;
    this.#options = options;
    this.#secret = options.listening?.secret ?? randomBytes(32);
    this.room = room;
    this.node = new ClusterNode(
      { worker: HEAD, threads, room, devices, lostAfter, threadEntry },
      {
        onMessage: (message, from) => this.#hear(message, from),
        onDown: (worker, reason) => {
          this.#followers.get(worker)?.gone?.();
          void this.#lose(worker, reason);
        },
        onBroken: () => {}, // its tasks fail, which says so
      },
    );
    this.node.setMembers([{ worker: HEAD, threads, addresses: [] }]);
  }

  /** Opens the addresses at which others may join; gives those. */
  async listen(): Promise<readonly string[]> {
    const { transport } = await this.#listen();
    this.#addresses = reachable(transport.addresses.slice(1));
    return this.#addresses;
  }

  /** Where others may join. */
  get addresses(): readonly string[] {
    return this.#addresses;
  }

  #listen(): Promise<OpenSockets> {
    this.#listening ??= (async () => {
      const folder = privateFolder();
      try {
        const transport = await listenOnSockets({
          worker: HEAD,
          secret: this.#secret,
          listen: [unixIn(folder.path, HEAD), ...(this.#options.listening?.addresses ?? [])],
          certificate: this.#options.listening?.certificate,
          keepsAlive: false,
          onLink: (link) => this.answer(link),
        });
        return { transport, folder };
      } catch (error) {
        folder.remove();
        throw error;
      }
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
    for (const each of members) {
      const member = { ...each, addresses: [...each.addresses] };
      this.#followers.set(each.worker, { child, member, isReady: false, connected: [] });
    }
    return this.#take(members);
  }

  /** A process has called that was not asked to. */
  answer(link: Link): void {
    if (link.peer === JOINER) {
      link.open({
        onMessage: (message) => {
          if (message.type === "join") this.#join(message, link);
        },
        bulkTarget: () => null,
        onBulk: () => {},
        onDown: () => {},
      });
      return;
    }
    this.node.addLink(link);
    this.#changed();
  }

  /** Gives who asks to join a number, under which it then calls. */
  #join({ version, threads }: Message & { type: "join" }, link: Link): void {
    if (version !== packageVersion) {
      const reason = `the cluster runs version ${packageVersion} of bodkin and this is ${version}; install the same`;
      link.send({ type: "refused", reason });
      return;
    }
    if (this.#isClosed || this.#next >= JOINER) {
      link.send({ type: "refused", reason: "the cluster takes no more workers" });
      return;
    }
    const worker = this.#next++;
    const { promise, resolve } = Promise.withResolvers<string>();
    const child = { ended: promise, kill: () => this.node.link(worker)?.drop() };
    const member = { worker, threads, addresses: [] as string[] };
    const gone = (): void => resolve("left");
    this.#followers.set(worker, { child, member, isReady: false, connected: [], gone });
    link.send({ type: "joined", worker, lostAfter: this.#options.lostAfter });
    const taken = this.#added.then(() => this.#take([member]));
    // Who asks and does not come is forgotten.
    this.#added = taken.catch(() => {});
  }

  /** Resolves when all members are connected to the newcomers. */
  async #take(newcomers: readonly Member[]): Promise<number[]> {
    try {
      // They call; as soon as all are linked to us they hear of each other, and the others of them.
      await this.#until(newcomers, () =>
        newcomers.every(
          ({ worker }) => this.node.link(worker) && this.#followers.get(worker)?.isReady,
        ),
      );
      this.#tell({ type: "members", members: [...this.node.members, ...newcomers] });
      await this.#until(newcomers, () => this.#areConnected(newcomers));
    } catch (error) {
      for (const { worker } of newcomers) this.#forget(worker, error as BodkinError);
      throw error;
    }
    this.#setMembers([...this.node.members, ...newcomers]);
    return newcomers.map(({ worker }) => worker);
  }

  #start({ transport, folder }: OpenSockets, options: { threads: number; room: Room }): Member {
    const worker = this.#next++;
    // Those who join from elsewhere reach it at a port of its own.
    const hosts = (this.#options.listening?.addresses ?? []).map((text) =>
      text.replace(/:\d+$/, ":0"),
    );
    const member = {
      worker,
      threads: options.threads,
      addresses: [unixIn(folder.path, worker), ...hosts],
    };
    const setup: FollowerSetup = {
      ...member,
      room: options.room,
      devices: this.#followersDevices,
      lostAfter: this.#options.lostAfter,
      secret: Buffer.from(this.#secret).toString("hex"),
      folder: folder.path,
      head: transport.addresses,
      certificate: this.#options.listening?.certificate,
    };
    const child = startProcess(this.#options.processEntry, setup);
    this.#followers.set(worker, { child, member, isReady: false, connected: [] });
    void child.ended.then(() => this.#changed());
    return member;
  }

  /** What the program gave stays in this process; others find their own. */
  get #followersDevices(): DeviceSettings {
    const { source, limits } = this.#options.devices;
    return { limits, ...(source === false && { source }) };
  }

  /** Whether every member that stays, old and new, is connected to each of the newcomers; others may be on their way. */
  #areConnected(newcomers: readonly Member[]): boolean {
    const numbers = new Set([...this.node.members, ...newcomers].map(({ worker }) => worker));
    return newcomers.every(({ worker }) =>
      [...this.#followers].every(
        ([other, { connected, partedFrom }]) =>
          other === worker ||
          !numbers.has(other) ||
          partedFrom !== undefined ||
          connected.includes(worker),
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
    if (message.type === "ready" && follower) {
      follower.connected = message.members;
      follower.isReady = true;
      // Those of a job are where the launcher put them.
      if (!this.#failJob)
        follower.member.addresses.splice(0, Number.POSITIVE_INFINITY, ...message.addresses);
    } else if (message.type === "evacuated") {
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
    const listening = await this.#listening?.catch(() => undefined);
    await listening?.transport.close();
    listening?.folder.remove();
  }
}

const unixIn = (folder: string, worker: number): string => `unix:${join(folder, String(worker))}`;

function lost(worker: number, why: string): BodkinError {
  return new BodkinError("WORKER_LOST", `worker ${worker} was lost while it ran this task: ${why}`);
}
