/**
 * Options of tasks: those of one task, and those in force for everything spawned within a piece of code.
 * Later ones win; undefined never overrides.
 */

import { currentFrame, type ScopedOptions, withFrame } from "../runtime/frame.ts";
import { MOST_RETRIES } from "../sched/layout.ts";
import type { ScopeBoxes } from "../sched/scope.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { unknownKey } from "../wire/option-names.ts";
import { isTask } from "./foreign.ts";
import { boxesOf, type Scope, scopeOf } from "./scope.ts";
import type { Task } from "./task.ts";

export interface TaskOptions {
  /** Shown in errors, logs and traces; the function's name by default. */
  readonly name?: string | undefined;
  /** Where the task may run. */
  readonly scope?: Scope | undefined;
  /** Where the task may run; wins over `scope`. */
  readonly computeScope?: Scope | undefined;
  /** Where the result may be. */
  readonly resultScope?: Scope | undefined;
  /** Larger is more urgent; 0 by default. */
  readonly priority?: number | undefined;
  /** The function gets chunks instead of their values. */
  readonly meta?: boolean | undefined;
  /** Tasks that must be done before, whose values are not needed. */
  readonly syncdeps?: readonly Task<unknown>[] | undefined;
  /** Expected seconds, where you know better than the measurements. */
  readonly timeUtil?: number | undefined;
  /** Share of a processor that the task keeps busy, from 0 (it mostly waits) to 1. */
  readonly occupancy?: number | undefined;
  /** Cancels the task. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where the result shall be while memory is bounded: `"memory"` keeps it there as long as it lives, `"disk"` writes
   * it at once. By default it goes to disk when it is the one that was not used for longest.
   */
  readonly storage?: "memory" | "disk" | undefined;
  /** How often the task may run again after it failed; 0 by default. */
  readonly retries?: number | undefined;
  /** `"downcast"`: a GPU, which has no f64, computes with f32 in its place. By default it refuses. */
  readonly f64?: "downcast" | undefined;
}

type Check = (value: unknown, key: string) => void;

/** Names that are taken for what comes later. Ignoring them would be a promise not kept. */
const NOT_YET: readonly string[] = ["allocUtil", "checkpoint", "restore"];

const isFraction: Check = (value, key) => {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    throw invalidArgument(`${key} must be a number from 0 to 1, not ${String(value)}`);
  }
};
const isPositive: Check = (value, key) => {
  if (typeof value !== "number" || !(value >= 0)) {
    throw invalidArgument(`${key} must be a number from 0, not ${String(value)}`);
  }
};
const isScope: Check = (value) => void boxesOf(value as Scope);

const CHECKS: { readonly [K in keyof Required<TaskOptions>]: Check } = {
  name: (value) => {
    if (typeof value !== "string") throw invalidArgument("name must be a string");
  },
  scope: isScope,
  computeScope: isScope,
  resultScope: isScope,
  priority: (value) => {
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw invalidArgument(`priority must be a number, not ${String(value)}`);
    }
  },
  meta: (value) => {
    if (typeof value !== "boolean") throw invalidArgument("meta must be true or false");
  },
  syncdeps: (value) => {
    if (!Array.isArray(value) || !value.every(isTask)) {
      throw invalidArgument("syncdeps must be a list of tasks, as spawn() gives them");
    }
  },
  timeUtil: isPositive,
  occupancy: isFraction,
  signal: (value) => {
    if (!(value instanceof AbortSignal)) throw invalidArgument("signal must be an AbortSignal");
  },
  storage: (value) => {
    if (value !== "memory" && value !== "disk") {
      throw invalidArgument('storage can be "memory" or "disk"');
    }
  },
  f64: (value) => {
    if (value !== "downcast") throw invalidArgument('f64 can only be "downcast"');
  },
  retries: (value) => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MOST_RETRIES) {
      throw invalidArgument(
        `retries must be a whole number from 0 to ${MOST_RETRIES}, not ${String(value)}`,
      );
    }
  },
};

/** @throws BodkinError for unknown or wrong options */
export function checkOptions(options: TaskOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidArgument(
      'options must be an object such as { name: "sum", scope: scope({ worker: 2 }) }',
    );
  }
  checkNames(options);
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) CHECKS[key as keyof TaskOptions](value, key);
  }
}

function checkNames(options: object): void {
  const early = Object.keys(options).find((key) => NOT_YET.includes(key));
  if (early !== undefined) {
    throw invalidArgument(`the option '${early}' is not implemented yet; leave it out`);
  }
  const names = Object.keys(CHECKS);
  const unknown = unknownKey(options, names);
  if (unknown) {
    throw invalidArgument(`tasks have no option ${unknown}; they have ${names.join(", ")}`);
  }
}

/** Merges options; later ones win, undefined never overrides. */
export function mergeOptions(a: TaskOptions | undefined, b: TaskOptions): TaskOptions {
  if (!a) return b;
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) if (value !== undefined) merged[key] = value;
  return merged as TaskOptions;
}

const unpacked = new WeakMap<object, TaskOptions>();

/** The options in force here. In a task they came as plain data. */
export function scopedOptions(): TaskOptions | undefined {
  const options = currentFrame()?.options;
  if (!options) return undefined;
  let own = unpacked.get(options);
  if (!own) unpacked.set(options, (own = unpackOptions(options)));
  return own;
}

/**
 * Runs `body` with options for everything spawned in it, also in tasks of those tasks and after `await`.
 * Gives what `body` gives.
 */
export function withOptions<T>(options: TaskOptions, body: () => T): T {
  checkOptions(options);
  if (typeof body !== "function") {
    throw invalidArgument(
      "withOptions(options, body) takes a function: withOptions({ priority: 1 }, () => spawn(f))",
    );
  }
  const frame = currentFrame();
  const merged = mergeOptions(scopedOptions(), options) as ScopedOptions;
  return withFrame({ task: frame?.task, options: merged }, body);
}

/** The options in force, or one of them. @throws BodkinError where that one is not set and has no default */
export function getOptions(): TaskOptions;
export function getOptions<K extends keyof TaskOptions>(key: K): NonNullable<TaskOptions[K]>;
export function getOptions<K extends keyof TaskOptions, D>(
  key: K,
  otherwise: D,
): NonNullable<TaskOptions[K]> | D;
export function getOptions(key?: keyof TaskOptions, ...otherwise: readonly unknown[]): unknown {
  const options = scopedOptions() ?? {};
  if (key === undefined) return { ...options };
  checkNames({ [key]: undefined });
  if (options[key] !== undefined) return options[key];
  if (otherwise.length > 0) return otherwise[0];
  throw new BodkinError(
    "INVALID_ARGUMENT",
    `option '${key}' is not set here; getOptions("${key}", otherwise) gives a default`,
  );
}

/** Options as they travel to the tasks of a task: plain data. Signals and dependencies stay where they are. */
export function packOptions(
  options: TaskOptions | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (!options) return undefined;
  const packed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (key === "signal" || key === "syncdeps" || value === undefined) continue;
    packed[key] = key.toLowerCase().endsWith("scope") ? { boxes: boxesOf(value as Scope) } : value;
  }
  return Object.keys(packed).length === 0 ? undefined : packed;
}

const isPackedScope = (value: unknown): value is { readonly boxes: ScopeBoxes } =>
  Object.getPrototypeOf(Object(value)) === Object.prototype &&
  Object.hasOwn(Object(value), "boxes");

/** The reverse of `packOptions`; leaves alone what was never packed. */
function unpackOptions(options: Readonly<Record<string, unknown>>): TaskOptions {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      isPackedScope(value) ? scopeOf(value.boxes) : value,
    ]),
  );
}
