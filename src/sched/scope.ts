/**
 * Scopes as plain data: a union of boxes of processors. A box is a kind, a set of workers and a set of unit
 * numbers (threads or devices), each a list or "all". Pure set arithmetic; who exists is told by the caller.
 */

export type Axis = readonly number[] | "all";

export interface ScopeBox {
  readonly kind: "thread" | "gpu";
  readonly workers: Axis;
  readonly units: Axis;
  /** Only workers that compute by default: all but the first, while there are others. */
  readonly byDefault?: boolean;
}

/** Empty: no processor can be in it, whoever exists. */
export type ScopeBoxes = readonly ScopeBox[];

export const DEFAULT_BOXES: ScopeBoxes = [
  { kind: "thread", workers: "all", units: "all", byDefault: true },
];
export const ALL_THREADS: ScopeBoxes = [{ kind: "thread", workers: "all", units: "all" }];
export const ANY_BOXES: ScopeBoxes = [
  { kind: "thread", workers: "all", units: "all" },
  { kind: "gpu", workers: "all", units: "all" },
];

/** A process with its processors. */
export interface ProcessorsOf {
  readonly worker: number;
  readonly threads: number;
  readonly gpus?: number;
}

export interface ProcessorId {
  readonly kind: "thread" | "gpu";
  readonly worker: number;
  readonly unit: number;
}

/** The slot of a processor among the threads of its process: those of devices come after the others. */
export const slotOfProcessor = ({ kind, unit }: ProcessorId, { threads }: ProcessorsOf): number =>
  kind === "gpu" ? threads + unit : unit;

/** Whether a scope may hold devices that nobody has looked for yet. */
export const mayHoldUnknown = (
  boxes: ScopeBoxes,
  processes: readonly ProcessorsOf[],
): readonly number[] =>
  processes
    .filter(({ worker, gpus }) => {
      const has = (axis: Axis): boolean => axis === "all" || axis.includes(worker);
      return (
        gpus === undefined && boxes.some(({ kind, workers }) => kind === "gpu" && has(workers))
      );
    })
    .map(({ worker }) => worker);

/** Of a scope of threads: with the devices of the same workers, which can use the same arrays. */
export const withDevices = (boxes: ScopeBoxes): ScopeBoxes => [
  ...boxes,
  ...boxes
    .filter(({ kind, units }) => kind === "thread" && units === "all")
    .map((box): ScopeBox => ({ ...box, kind: "gpu" })),
];

/** Where the host's side of a scope is: threads, and in place of devices the threads of their workers. */
export const threadsBeside = (boxes: ScopeBoxes): ScopeBoxes => {
  const threads = boxes.filter(({ kind }) => kind === "thread");
  return threads.length > 0
    ? threads
    : boxes.map((box): ScopeBox => ({ ...box, kind: "thread", units: "all" }));
};

function meet(a: Axis, b: Axis): Axis {
  if (a === "all") return b;
  if (b === "all") return a;
  return a.filter((n) => b.includes(n));
}

const isEmpty = (axis: Axis): boolean => axis !== "all" && axis.length === 0;

export function intersect(a: ScopeBoxes, b: ScopeBoxes): ScopeBoxes {
  const boxes: ScopeBox[] = [];
  for (const x of a) {
    for (const y of b) {
      if (x.kind !== y.kind) continue;
      const workers = meet(x.workers, y.workers);
      const units = meet(x.units, y.units);
      if (isEmpty(workers) || isEmpty(units)) continue;
      const byDefault = x.byDefault === true || y.byDefault === true;
      boxes.push({ kind: x.kind, workers, units, ...(byDefault && { byDefault }) });
    }
  }
  return boxes;
}

/** The workers that compute when nobody says otherwise. */
export function defaultWorkers(processes: readonly ProcessorsOf[]): number[] {
  const others = processes.filter(({ worker }) => worker > 1).map(({ worker }) => worker);
  return others.length > 0 ? others : processes.map(({ worker }) => worker);
}

/** The processors of a scope that exist, by worker and number, threads before GPUs. */
export function processorsIn(boxes: ScopeBoxes, processes: readonly ProcessorsOf[]): ProcessorId[] {
  const byDefault = new Set(defaultWorkers(processes));
  const has = (axis: Axis, n: number): boolean => axis === "all" || axis.includes(n);
  const found: ProcessorId[] = [];
  for (const { worker, threads, gpus = 0 } of processes) {
    for (const [kind, count] of [
      ["thread", threads],
      ["gpu", gpus],
    ] as const) {
      for (let unit = 1; unit <= count; unit++) {
        const inScope = boxes.some(
          (box) =>
            box.kind === kind &&
            has(box.workers, worker) &&
            has(box.units, unit) &&
            (box.byDefault !== true || byDefault.has(worker)),
        );
        if (inScope) found.push({ kind, worker, unit });
      }
    }
  }
  return found;
}

/** For errors and consoles. */
export function scopeText(boxes: ScopeBoxes): string {
  const list = (axis: Axis): string => (axis === "all" ? "all" : axis.join(", "));
  const texts = boxes.map(({ kind, workers, units, byDefault }) => {
    const where = byDefault ? "the workers that compute by default" : `worker ${list(workers)}`;
    return `${kind} ${list(units)} of ${where}`;
  });
  return texts.length === 0 ? "nothing" : texts.join(" or ");
}

/** Two scopes with one key have the same processors. */
export function scopeKey(boxes: ScopeBoxes): string {
  return JSON.stringify(boxes);
}
