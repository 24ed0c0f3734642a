/**
 * Scopes: sets of processors that a task may run on. A scope names processors; whether they exist is seen when
 * a task is spawned, so that a scope may be written before its workers are added.
 */

import { currentMembers } from "../cluster/members.ts";
import { ensureNode } from "../cluster/session.ts";
import { printAsString } from "../platform/inspect.ts";
import { findContext } from "../runtime/context.ts";
import {
  ANY_BOXES,
  type Axis,
  DEFAULT_BOXES,
  intersect,
  processorsIn,
  type ScopeBoxes,
  scopeKey,
  scopeText,
} from "../sched/scope.ts";
import { invalidArgument } from "../wire/errors.ts";
import { unknownKey } from "../wire/option-names.ts";

/** A set of processors. Make one with `scope()`; combine with `unionScope()` and `constrain()`. */
export interface Scope {
  /** False where the scope can hold no processor, whoever exists. */
  readonly isValid: boolean;
  toString(): string;
}

/** What `scope()` takes. Numbers count from 1; `"all"` stands for every number. */
export interface ScopeSpec {
  readonly worker?: number | undefined;
  readonly workers?: readonly number[] | "all" | undefined;
  readonly thread?: number | undefined;
  readonly threads?: readonly number[] | "all" | undefined;
  readonly gpu?: number | undefined;
  readonly gpus?: readonly number[] | "all" | undefined;
  /** Rank `r` is worker `r + 1`. */
  readonly mpiRank?: number | undefined;
  readonly mpiRanks?: readonly number[] | "all" | undefined;
}

/** A place where tasks run. */
export interface Processor {
  readonly kind: "thread" | "gpu";
  readonly worker: number;
  /** Number of a thread in its process; of kind `"thread"`. */
  readonly thread?: number;
  /** Number of a device; of kind `"gpu"`. */
  readonly device?: number;
}

class BoxScope implements Scope {
  readonly boxes: ScopeBoxes;

  constructor(boxes: ScopeBoxes) {
    this.boxes = boxes;
    Object.freeze(this);
  }

  get isValid(): boolean {
    return this.boxes.length > 0;
  }

  toString(): string {
    return this.isValid ? `Scope(${scopeText(this.boxes)})` : "InvalidScope";
  }
}

printAsString(BoxScope);

/** @internal */
export function boxesOf(value: Scope): ScopeBoxes {
  if (!(value instanceof BoxScope)) {
    throw invalidArgument("a scope is made by scope(...), unionScope(...) or constrain(...)");
  }
  return value.boxes;
}

/** @internal */
export function scopeOf(boxes: ScopeBoxes): Scope {
  return new BoxScope(boxes);
}

type ScopeInput = ScopeSpec | "any" | "default" | Scope | readonly ScopeInput[];

/**
 * The processors that a description names; several descriptions make a union.
 * @throws BodkinError for unknown keys, empty lists and numbers below 1
 */
export function scope(...specs: ScopeInput[]): Scope {
  if (specs.length === 0) {
    throw invalidArgument('scope() needs what it shall contain, such as { worker: 2 } or "any"');
  }
  return new BoxScope(distinct(specs.flatMap(boxesFrom)));
}

function boxesFrom(spec: ScopeInput): ScopeBoxes {
  if (spec === "any") return ANY_BOXES;
  if (spec === "default") return DEFAULT_BOXES;
  if (spec instanceof BoxScope) return spec.boxes;
  if (Array.isArray(spec)) {
    if (spec.length === 0) throw invalidArgument("an empty list is no scope; list at least one");
    return spec.flatMap(boxesFrom);
  }
  if (typeof spec !== "object" || spec === null) {
    throw invalidArgument(
      `scope(${typeof spec === "string" ? JSON.stringify(spec) : String(spec)}): names are "any" and "default", all else is an object such as { worker: 2, thread: 1 }`,
    );
  }
  return boxesFromObject(spec as ScopeSpec);
}

const KEYS = ["worker", "workers", "thread", "threads", "gpu", "gpus", "mpiRank", "mpiRanks"];

function boxesFromObject(spec: ScopeSpec): ScopeBoxes {
  const unknown = unknownKey(spec, KEYS);
  if (unknown) throw invalidArgument(`scope has no key ${unknown}; it has ${KEYS.join(", ")}`);
  if (Object.values(spec).every((value) => value === undefined)) {
    throw invalidArgument("scope({}) names nothing; try { worker: 1 }");
  }
  const ranks = axisOf(spec.mpiRank, spec.mpiRanks, "mpiRank", 0);
  const asWorkers = ranks === "all" ? ranks : ranks?.map((rank) => rank + 1);
  const named = axisOf(spec.worker, spec.workers, "worker", 1);
  if (named && asWorkers) {
    throw invalidArgument("scope has workers and mpiRanks, which name the same; give one of them");
  }
  const workers = named ?? asWorkers ?? "all";
  const threads = axisOf(spec.thread, spec.threads, "thread", 1);
  const gpus = axisOf(spec.gpu, spec.gpus, "gpu", 1);
  const boxes: ScopeBoxes[number][] = [];
  if (threads !== undefined || gpus === undefined) {
    boxes.push({ kind: "thread", workers, units: threads ?? "all" });
  }
  if (gpus !== undefined) boxes.push({ kind: "gpu", workers, units: gpus });
  return boxes;
}

function axisOf(
  one: number | undefined,
  many: readonly number[] | "all" | undefined,
  name: string,
  least: number,
): Axis | undefined {
  if (one !== undefined && many !== undefined) {
    throw invalidArgument(`scope has both ${name} and ${name}s; give one of them`);
  }
  if (many === "all") return "all";
  const list = one === undefined ? many : [one];
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw invalidArgument(`${name}s must be a list of numbers or "all"`);
  if (list.length === 0) throw invalidArgument(`${name}s is an empty list; list at least one`);
  const wrong = list.find((n) => !Number.isInteger(n) || n < least);
  if (wrong !== undefined) {
    throw invalidArgument(`${name} must be a whole number from ${least}, not ${String(wrong)}`);
  }
  return [...new Set(list)].sort((a, b) => a - b);
}

const distinct = (boxes: ScopeBoxes): ScopeBoxes => [
  ...new Map(boxes.map((box) => [scopeKey([box]), box])).values(),
];

/** The processors that are in any of the scopes. */
export function unionScope(...scopes: Scope[]): Scope {
  if (scopes.length === 0) throw invalidArgument("unionScope() needs at least one scope");
  return new BoxScope(distinct(scopes.flatMap(boxesOf)));
}

/** The processors that are in both scopes; `isValid` is false where there can be none. */
export function constrain(a: Scope, b: Scope): Scope {
  return new BoxScope(intersect(boxesOf(a), boxesOf(b)));
}

/** Every processor there is. */
export function allProcessors(): Processor[] {
  return compatibleProcessors(new BoxScope(ANY_BOXES));
}

/** The processors of a scope that there are now. */
export function compatibleProcessors(inScope: Scope = new BoxScope(DEFAULT_BOXES)): Processor[] {
  if (!findContext()) ensureNode();
  return processorsIn(boxesOf(inScope), currentMembers()).map(({ kind, worker, unit }) =>
    kind === "thread" ? { kind, worker, thread: unit } : { kind, worker, device: unit },
  );
}

/** @internal */
export function isScope(value: unknown): value is Scope {
  return value instanceof BoxScope;
}
