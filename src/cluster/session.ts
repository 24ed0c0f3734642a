/**
 * The cluster of this program: one at a time, started by hand or by the first task. In a compute thread there
 * is no session, only the thread's context.
 */

import { printAsString } from "../platform/inspect.ts";
import { findContext } from "../runtime/context.ts";

import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { Head } from "./head.ts";
import { currentMembers } from "./members.ts";
import type { ClusterNode } from "./node.ts";
import {
  type AddOptions,
  type Settings,
  type StartOptions,
  settings,
  workerSettings,
} from "./settings.ts";
import type { EventListener } from "./watching.ts";

/** A running cluster. Closing it ends its threads and processes; a finished program needs not close it. */
export interface Cluster extends AsyncDisposable {
  /** Compute threads of worker 1. */
  readonly threads: number;
  readonly workers: readonly number[];
  /** Where others may join. */
  readonly addresses: readonly string[];
  toString(): string;
  addWorkers(count: number, options?: AddOptions): Promise<number[]>;
  removeWorker(worker: number): Promise<void>;
  close(): Promise<void>;
}

export interface Entries {
  readonly thread: URL;
  readonly process: URL;
}

let entries: Entries | undefined;
let head: Head | undefined;
/** The node of this process, head or not. */
let ownNode: ClusterNode | undefined;
let closing: Promise<void> | undefined;

const inComputeThread = (): boolean => (findContext()?.seat.slot ?? 0) > 0;

/** Makes a node that another process started the one of this process. */
export function setOwnNode(node: ClusterNode): void {
  ownNode = node;
}

/** Gives a listener for each cluster that runs while somebody watches. */
let watcher: (() => EventListener) | undefined;

/** Watches this program's clusters, the one that runs and those to come. @throws BodkinError in a task */
export function watch(listen: () => EventListener): void {
  if (inComputeThread()) {
    throw new BodkinError("CLOSED", "tracing starts and ends in the main program, not in a task");
  }
  watcher = listen;
  head?.node.watching.start(listen());
}

export function stopWatching(): void {
  watcher = undefined;
  head?.node.watching.stop();
}

/** Has the listener of the running cluster hear all that was done until now. */
export async function flushEvents(): Promise<void> {
  await closing;
  await head?.node.watching.flush();
}

/** The same for this process alone, at once. */
export function flushOwnEvents(): void {
  head?.node.watching.flushHere();
}

let wasInterrupted = false;

/** Tasks that this program has spawned and that are not done. */
export function tasksLeft(): number {
  return head?.node.context.home.outstanding ?? 0;
}

/** Ends what runs for good, with an error in each task that is not done: the user wants the program to end. */
export async function interrupt(): Promise<void> {
  wasInterrupted = true;
  await closeRunning();
}

async function closeRunning(own = head): Promise<void> {
  if (own && head === own) {
    head = undefined;
    ownNode = undefined;
    closing = own.close();
  }
  await closing;
}

function checkNotInterrupted(): void {
  if (wasInterrupted) throw new BodkinError("CLOSED", "the program was interrupted");
}

/** Names the modules that threads and processes start with; at load. */
export function setEntries(urls: Entries): void {
  entries = urls;
}

/**
 * Starts the cluster of this program.
 * @throws BodkinError when one is running, or in a task
 */
export async function start(options: StartOptions = {}): Promise<Cluster> {
  if (inComputeThread()) {
    throw new BodkinError("CLOSED", "start() belongs into the main program, not into a task");
  }
  await closing;
  checkNotInterrupted();
  if (head) {
    throw new BodkinError(
      "CLOSED",
      "a cluster is running (the first spawn starts one): call start() before the first task, or close() it first",
    );
  }
  const asked = settings(options);
  const { threads, workers, room } = asked;
  const own = open(asked);
  const cluster = clusterOf(own);
  if (workers > 0 || asked.listening) {
    try {
      if (asked.listening) await own.listen();
      if (workers > 0) await own.addWorkers(workers, { threads, room });
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }
  return cluster;
}

function open({ threads, room, devices, lostAfter, listening }: Settings): Head {
  const { thread: threadEntry, process: processEntry } = startEntries();
  head = new Head({ threads, room, devices, lostAfter, listening, threadEntry, processEntry });
  ownNode = head.node;
  if (watcher) head.node.watching.start(watcher());
  return head;
}

/** The modules that threads and processes start with. */
export function startEntries(): Entries {
  if (!entries) throw new BodkinError("INTERNAL", "internal: no entry modules are set");
  return entries;
}

/** The head, where this process is one. */
export const runningHead = (): Head | undefined => head;

function clusterOf(own: Head): Cluster {
  const close = (): Promise<void> => closeRunning(own);
  const cluster: Cluster = {
    threads: own.node.process.threads,
    get workers() {
      return own.node.members.map(({ worker }) => worker);
    },
    get addresses() {
      return own.addresses;
    },
    addWorkers: (count, options) => add(own, count, options),
    removeWorker: (worker) => own.removeWorker(worker),
    close,
    [Symbol.asyncDispose]: close,
    toString: () => (head === own ? `Cluster(workers ${workers().join(", ")})` : "Cluster(closed)"),
  };
  printAsString({ prototype: cluster });
  return cluster;
}

async function add(own: Head, count: number, options: AddOptions = {}): Promise<number[]> {
  if (!Number.isInteger(count) || count < 1) {
    throw invalidArgument(`addWorkers(n) needs a number of processes from 1, not ${String(count)}`);
  }
  const { threads } = own.node.process;
  return own.addWorkers(count, workerSettings(options, { threads, room: own.room }));
}

/** The node of this process, started with defaults if nothing runs; undefined in a compute thread. */
export function ensureNode(): ClusterNode | undefined {
  if (ownNode) return ownNode;
  if (inComputeThread()) return undefined;
  checkNotInterrupted();
  const asked = settings({});
  const { threads, workers, room } = asked;
  const own = open(asked);
  if (asked.listening) {
    void own
      .listen()
      .then(
        (addresses) => console.error(`bodkin: others may join at ${addresses.join(", ")}`),
        console.error,
      );
  }
  if (workers > 0) own.node.holdUntil(own.addWorkers(workers, { threads, room }));
  return own.node;
}

/** Adds processes to the running cluster; starts it if nothing runs. Resolves with their numbers. */
export async function addWorkers(count: number, options: AddOptions = {}): Promise<number[]> {
  const node = ensureNode();
  if (!node || !head)
    throw new BodkinError("CLOSED", "addWorkers() belongs into the main program, not into a task");
  return add(head, count, options);
}

/** Ends a worker gracefully: its tasks end first, and data that others need moves to them. */
export async function removeWorker(worker: number): Promise<void> {
  if (!head) throw new BodkinError("CLOSED", "no cluster is running");
  await head.removeWorker(worker);
}

/** The numbers of all workers; 1 is the process that started. */
export function workers(): number[] {
  if (!findContext()) ensureNode();
  return currentMembers().map(({ worker }) => worker);
}
