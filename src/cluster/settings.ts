/**
 * What a cluster is asked for: options of a call, or the variables of the environment that mirror them, checked before anything
 * starts.
 */

import { spillFolder } from "../memory/spill/spill-file.ts";
import { availableParallelism } from "../platform/threads.ts";
import { DEVICE_LIMITS, type DeviceLimit, type DeviceSettings } from "../runtime/devices.ts";
import type { Room } from "../runtime/local-process.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { addressesOf, type Listening, secretOf } from "./listening.ts";
import type { Certificate } from "./sockets/transport.ts";

export interface StartOptions {
  /** Compute threads of this process; one a core by default. */
  readonly threads?: number;
  /** Further processes to start, each with as many threads; none by default. */
  readonly workers?: number;
  /**
   * Memory for the data of each worker, as bytes or as text such as `"512MiB"`; at most and by default 4 GiB. What
   * was least recently used goes to disk when it is not enough.
   */
  readonly memory?: number | string | undefined;
  /** Folder on a disk for that; the system's for temporary files by default. False: memory that is full is an error. */
  readonly spillDir?: string | false | undefined;
  /**
   * A `GPU` object whose device this process uses in place of those it finds: `navigator.gpu`, or `create([])` of the
   * package `webgpu`. It stays on the thread that gives it, which must not be kept from its event loop for long.
   * `false`: no GPUs.
   */
  readonly gpu?: GpuObject | false;
  /** GPUs are used as if they could do no more, such as `{ maxBufferSize: 2 ** 28 }`. */
  readonly gpuLimits?: Readonly<Partial<Record<DeviceLimit, number>>>;
  /**
   * Milliseconds after which a worker that says nothing, since it is frozen or cut off, is lost: 2000 by default. Half as
   * long, and it gets no more tasks. False: never.
   */
  readonly lostAfter?: number | false | undefined;
  /**
   * Where processes on other hosts may join, by `bodkin worker --join`: `"tcp://10.0.0.1:7077"`, or `tls://`, or several;
   * nowhere by default. It takes a `tokenFile`.
   */
  readonly listen?: string | readonly string[] | undefined;
  /** A file with a token that those who join must have too, readable by its owner alone. */
  readonly tokenFile?: string | undefined;
  /** For `tls://`, as PEM. With `ca`, each end must show a certificate that it signed. */
  readonly tls?: Certificate | undefined;
}

/** What WebGPU begins with. */
export interface GpuObject {
  requestAdapter(options?: object): Promise<unknown>;
}

export interface AddOptions {
  /** Compute threads of each; as many as this process has by default. */
  readonly threads?: number | undefined;
  /** As for `start`, and by default what was given there. */
  readonly memory?: number | string | undefined;
  readonly spillDir?: string | false | undefined;
}

export interface Settings {
  readonly threads: number;
  readonly workers: number;
  readonly room: Room;
  readonly devices: DeviceSettings;
  readonly lostAfter: number | false;
  readonly listening?: Listening | undefined;
}

const OPTIONS = [
  "threads",
  "workers",
  "memory",
  "spillDir",
  "gpu",
  "gpuLimits",
  "lostAfter",
  "listen",
  "tokenFile",
  "tls",
];

/** What was asked for, in the call or in the environment, checked. */
export function settings(options: StartOptions): Settings {
  checkNames(options, OPTIONS, "start()");
  return {
    threads: countOf(given(options, "threads", "BODKIN_THREADS"), 1) ?? availableParallelism(),
    workers: countOf(given(options, "workers", "BODKIN_WORKERS"), 0) ?? 0,
    room: roomOf(
      bytesOf(given(options, "memory", "BODKIN_MEMORY")),
      given(options, "spillDir", "BODKIN_SPILL_DIR"),
    ),
    devices: { source: gpuOf(options.gpu), limits: limitsOf(options.gpuLimits) },
    lostAfter: lostAfterOf(given(options, "lostAfter", "BODKIN_LOST_AFTER")),
    listening: listeningOf(options),
  };
}

/** What a further worker is to have; by default as `own`. */
export function workerSettings(
  options: AddOptions,
  own: Pick<Settings, "threads" | "room">,
): Pick<Settings, "threads" | "room"> {
  checkNames(options, ["threads", "memory", "spillDir"], "addWorkers()");
  const { threads, memory, spillDir } = options;
  const isAsked = memory !== undefined || spillDir !== undefined;
  const bytes = bytesOf({ name: "memory", value: memory }) ?? own.room.memory;
  return {
    threads: countOf({ name: "threads", value: threads }, 1) ?? own.threads,
    room: isAsked
      ? roomOf(bytes, { name: "spillDir", value: spillDir ?? own.room.spillDir })
      : own.room,
  };
}

/** Memory and disk of a process. Data goes to disk where either was asked for. */
function roomOf(memory: number | undefined, { value }: Setting): Room {
  if (value !== undefined && value !== false && (typeof value !== "string" || value === "")) {
    throw invalidArgument(
      `spillDir must be the path of a folder, or false to write nothing to disk, not ${String(value)}`,
    );
  }
  const spills = value !== false && (memory !== undefined || value !== undefined);
  return {
    memory: memory ?? MOST_MEMORY,
    ...(spills && { spillDir: spillFolder(value) }),
  };
}

function listeningOf(options: StartOptions): Listening | undefined {
  const listen = given(options, "listen", "BODKIN_LISTEN");
  if (listen.value === undefined) return undefined;
  const token = given(options, "tokenFile", "BODKIN_TOKEN_FILE");
  if (token.value === undefined) {
    throw invalidArgument(
      `${listen.name} takes a tokenFile: nobody without its token may join. Make one with: (umask 077; openssl rand -hex 32 > token)`,
    );
  }
  return {
    addresses: addressesOf(listen.value, listen.name),
    secret: secretOf(token.value, token.name),
    certificate: options.tls,
  };
}

interface Setting {
  /** What the user called it. */
  readonly name: string;
  readonly value: unknown;
}

/** An option or, where it is absent, the variable of the environment that mirrors it. */
function given(options: StartOptions, option: keyof StartOptions, variable: string): Setting {
  if (options[option] !== undefined) return { name: option, value: options[option] };
  const value = process.env[variable] || undefined;
  return { name: variable, value: value === "false" ? false : value };
}

function gpuOf(value: unknown): object | false | undefined {
  if (value === undefined || value === false) return value;
  if (typeof (value as GpuObject | null)?.requestAdapter === "function") return value as object;
  const what = value === null ? "null" : typeof value;
  throw invalidArgument(
    `gpu must be a GPU object, which has requestAdapter(): navigator.gpu, or create([]) of the package webgpu; or false for no GPUs. It is ${what === "object" ? "another object" : what}`,
  );
}

function limitsOf(value: unknown): DeviceSettings["limits"] {
  if (value === undefined) return undefined;
  const limits = value as Record<string, unknown>;
  checkNames(limits, DEVICE_LIMITS, "gpuLimits");
  for (const [name, limit] of Object.entries(limits)) {
    // Buffers are bound from multiples of 256 on.
    const least = name.endsWith("Size") ? 256 : 1;
    if (Number.isSafeInteger(limit) && (limit as number) >= least) continue;
    throw invalidArgument(
      `gpuLimits.${name} must be a whole number from ${least}, not ${String(limit)}`,
    );
  }
  return limits as DeviceSettings["limits"];
}

const LOST_AFTER = 2000;
const LEAST_LOST_AFTER = 200;

function lostAfterOf({ name, value }: Setting): number | false {
  if (value === undefined || value === false) return value ?? LOST_AFTER;
  const milliseconds = typeof value === "string" ? Number(value) : value;
  if (
    typeof milliseconds === "number" &&
    milliseconds >= LEAST_LOST_AFTER &&
    milliseconds <= 2 ** 31 - 1
  ) {
    return milliseconds;
  }
  throw invalidArgument(
    `${name} must be milliseconds from ${LEAST_LOST_AFTER}, or false to give up no worker for its silence, not ${String(value)}`,
  );
}

const MOST_COUNT = 254;

function countOf({ name, value }: Setting, least: number): number | undefined {
  if (value === undefined) return undefined;
  const count = typeof value === "string" ? Number(value) : value;
  if (
    typeof count === "number" &&
    Number.isInteger(count) &&
    count >= least &&
    count <= MOST_COUNT
  ) {
    return count;
  }
  throw invalidArgument(
    `${name} must be a whole number from ${least} to ${MOST_COUNT}, not ${String(value)}`,
  );
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

function bytesOf({ name, value }: Setting): number | undefined {
  if (value === undefined) return undefined;
  const match = /^([\d.]+)\s*([a-z]*)$/i.exec(String(value).trim());
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? Number.NaN));
  if (bytes >= LEAST_MEMORY && bytes <= MOST_MEMORY) return bytes;
  throw invalidArgument(
    `${name} must be from 1 MiB to 4 GiB, such as "512MiB", not ${String(value)}`,
  );
}
