/**
 * The errors users meet. One base class with a `code` to switch on; messages say what to do. `instanceof`
 * also holds between two copies of this package (source and build, or two versions), by a brand.
 */

const BRAND = Symbol.for("bodkin.error");

export type ErrorCode =
  | "CANCELLED"
  | "CLOSED"
  | "DEVICE_LOST"
  | "EMPTY_RESULT"
  | "FILE"
  | "HEAP_FULL"
  | "INTERNAL"
  | "INVALID_ARGUMENT"
  | "KERNEL"
  | "SCALAR_ACCESS"
  | "SCHEDULING"
  | "SPILL"
  | "TASK_FAILED"
  | "THREAD_DIED"
  | "UNSHIPPABLE"
  | "WORKER_LOST";

/** Base of every error this package throws. */
export class BodkinError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    markClass(BodkinError, "BodkinError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const own = Object.getOwnPropertyDescriptor(this.prototype, BRAND)?.value as string | undefined;
    if (own === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    let at: unknown = value;
    while (typeof at === "object" && at !== null) {
      if (Object.getOwnPropertyDescriptor(at, BRAND)?.value === own) return true;
      at = Object.getPrototypeOf(at);
    }
    return false;
  }
}

/** No processor may run the task, or none is left. */
export class SchedulingError extends BodkinError {
  constructor(message: string, options?: ErrorOptions) {
    super("SCHEDULING", message, options);
  }

  static {
    markClass(SchedulingError, "SchedulingError");
  }
}

/** The source of a kernel says something that kernels cannot do; the message shows where, why, and what to write. */
export class KernelError extends BodkinError {
  /** Counted from 1, within the text of the function. */
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super("KERNEL", message);
    this.line = line;
    this.column = column;
  }

  static {
    markClass(KernelError, "KernelError");
  }
}

/** One task on the way from the failure to the task that was awaited. */
export interface PathStep {
  readonly id: string;
  readonly name: string;
}

/** A task failed, was cancelled, or depends on one that did. `cause` is what was thrown, whatever its type. */
export class TaskFailedError extends BodkinError {
  /** The tasks from the one that failed to the one awaited; long paths are shortened in the middle. */
  readonly path: readonly PathStep[];
  /** Where the failed task was spawned, if that was recorded. */
  readonly site: string | undefined;

  constructor(cause: unknown, path: readonly PathStep[], site?: string) {
    super("TASK_FAILED", describeFailure(cause, path, site), { cause });
    this.path = path;
    this.site = site;
  }

  static {
    markClass(TaskFailedError, "TaskFailedError");
  }
}

function markClass(cls: { readonly prototype: object }, name: string): void {
  Object.defineProperty(cls.prototype, BRAND, { value: name });
  Object.defineProperty(cls.prototype, "name", { value: name, configurable: true, writable: true });
}

function describeFailure(cause: unknown, path: readonly PathStep[], site?: string): string {
  const root = path[0];
  const last = path.at(-1);
  const what =
    cause instanceof Error ? `${cause.name}: ${cause.message}` : `threw ${textOf(cause)}`;
  const lines = [`task '${last?.name}' failed: ${what}`];
  if (root && last && path.length > 1) {
    lines[0] = `task '${last.name}' did not run, because '${root.name}' failed: ${what}`;
    lines.push(`    path: ${path.map((step) => step.name).join(" → ")}`);
  }
  if (site) lines.push(`    spawned ${site}`);
  return lines.join("\n");
}

/** A thrown value as text; not all of them can be turned into a string. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** For what only a defect of this package can cause. */
export function internalError(message: string): BodkinError {
  return new BodkinError("INTERNAL", `internal: ${message}`);
}

export function invalidArgument(message: string): BodkinError {
  return new BodkinError("INVALID_ARGUMENT", message);
}

/** A file that cannot be read or written as it should be. */
export function fileError(message: string, cause?: unknown): BodkinError {
  return new BodkinError("FILE", message, cause === undefined ? undefined : { cause });
}
