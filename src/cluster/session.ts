/**
 * The cluster of this program: one at a time, started by hand or by the first task. In a compute thread there
 * is no session, only the thread's context.
 */

import { availableParallelism } from "../platform/threads.ts";
import { findContext } from "../runtime/context.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { Head } from "./head.ts";
import { currentMembers } from "./members.ts";
import type { ClusterNode } from "./node.ts";

export interface StartOptions {
  /** Compute threads of this process; one a core by default. */
  readonly threads?: number;
  /** Further processes to start, each with as many threads; none by default. */
  readonly workers?: number;
  /** Size of each worker's heap, as bytes or as text such as `"512MiB"`; at most and by default 4 GiB. */
  readonly memory?: number | string;
}

export interface AddOptions {
  /** Compute threads of each; as many as this process has by default. */
  readonly threads?: number;
  readonly memory?: number | string;
}

/** A running cluster. Closing it ends its threads and processes; a finished program needs not close it. */
export interface Cluster extends AsyncDisposable {
  /** Compute threads of worker 1. */
  readonly threads: number;
  readonly workers: readonly number[];
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
  if (head) {
    throw new BodkinError(
      "CLOSED",
      "a cluster is running (the first spawn starts one): call start() before the first task, or close() it first",
    );
  }
  const unknown = Object.keys(options).find(
    (key) => !["threads", "workers", "memory"].includes(key),
  );
  if (unknown)
    throw invalidArgument(`start() has no option '${unknown}'; it has threads, workers and memory`);
  const threads =
    countOf(options.threads ?? environment("BODKIN_THREADS"), "threads", 1) ??
    availableParallelism();
  const workers = countOf(options.workers ?? environment("BODKIN_WORKERS"), "workers", 0) ?? 0;
  const memory = bytesOf(options.memory ?? process.env["BODKIN_MEMORY"]);
  const own = open(threads, memory);
  if (workers > 0) await own.addWorkers(workers, { threads, memory });
  return clusterOf(own, memory);
}

function open(threads: number, memory: number): Head {
  if (!entries) throw new BodkinError("INTERNAL", "internal: no entry modules are set");
  head = new Head({ threads, memory, threadEntry: entries.thread, processEntry: entries.process });
  ownNode = head.node;
  return head;
}

function clusterOf(own: Head, memory: number): Cluster {
  const close = async (): Promise<void> => {
    if (head === own) {
      head = undefined;
      ownNode = undefined;
      closing = own.close();
    }
    await closing;
  };
  return {
    threads: own.node.process.threads,
    get workers() {
      return workers();
    },
    addWorkers: (count, options = {}) => add(own, count, options, memory),
    removeWorker: (worker) => own.removeWorker(worker),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function add(
  own: Head,
  count: number,
  options: AddOptions,
  memory: number,
): Promise<number[]> {
  if (!Number.isInteger(count) || count < 1) {
    throw invalidArgument(`addWorkers(n) needs a number of processes from 1, not ${String(count)}`);
  }
  const threads = countOf(options.threads, "threads", 1) ?? own.node.process.threads;
  return own.addWorkers(count, {
    threads,
    memory: options.memory === undefined ? memory : bytesOf(options.memory),
  });
}

/** The node of this process, started with defaults if nothing runs; undefined in a compute thread. */
export function ensureNode(): ClusterNode | undefined {
  if (ownNode) return ownNode;
  if (inComputeThread()) return undefined;
  const threads =
    countOf(environment("BODKIN_THREADS"), "BODKIN_THREADS", 1) ?? availableParallelism();
  const workers = countOf(environment("BODKIN_WORKERS"), "BODKIN_WORKERS", 0) ?? 0;
  const memory = bytesOf(process.env["BODKIN_MEMORY"]);
  const own = open(threads, memory);
  if (workers > 0) own.node.holdUntil(own.addWorkers(workers, { threads, memory }));
  return own.node;
}

/** Adds processes to the running cluster; starts it if nothing runs. Resolves with their numbers. */
export async function addWorkers(count: number, options: AddOptions = {}): Promise<number[]> {
  const node = ensureNode();
  if (!node || !head)
    throw new BodkinError("CLOSED", "addWorkers() belongs into the main program, not into a task");
  return add(head, count, options, bytesOf(process.env["BODKIN_MEMORY"]));
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

function environment(name: string): number | undefined {
  const text = process.env[name];
  return text === undefined || text === "" ? undefined : Number(text);
}

function countOf(value: number | undefined, name: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < least || value > 254) {
    throw invalidArgument(
      `${name} must be a whole number from ${least} to 254, not ${String(value)}`,
    );
  }
  return value;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};
const LEAST_MEMORY: number = 2 ** 20;
const MOST_MEMORY: number = 2 ** 32;

function bytesOf(size: number | string | undefined): number {
  if (size === undefined || size === "") return MOST_MEMORY;
  const match = /^([\d.]+)\s*([a-z]*)$/i.exec(String(size).trim());
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? Number.NaN));
  if (!(bytes >= LEAST_MEMORY && bytes <= MOST_MEMORY)) {
    throw invalidArgument(
      `memory must be from 1 MiB to 4 GiB, such as "512MiB", not ${String(size)}`,
    );
  }
  return bytes;
}
