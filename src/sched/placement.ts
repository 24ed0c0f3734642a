/**
 * Which worker runs a task that several may run: the one that is expected to finish it first, from the measured
 * cost of the function, the bytes to move there, and what the worker has to do already. Workers get work for
 * some tens of milliseconds ahead; the rest waits here, most urgent first, so that workers that join get some.
 * Pure: no clock, no input or output.
 */

import type { CostModel } from "./cost-model.ts";

export interface Input {
  readonly bytes: number;
  /** Workers that have the data. */
  readonly holders: readonly number[];
}

export interface PlaceableTask {
  readonly fn: string;
  /** Kind of processor that it needs. */
  readonly kind: string;
  /** Larger is more urgent. */
  readonly class: number;
  readonly inputs: readonly Input[];
  /** Workers that may run it; names the same set for the same `scope`. */
  readonly workers: readonly number[];
  readonly scope: string;
  /** Seconds, where the user knows better. */
  readonly cost?: number | undefined;
  /** Share of a processor that it keeps busy, 0 to 1. */
  readonly occupancy?: number | undefined;
}

export interface Placement<T> {
  readonly task: T;
  readonly worker: number;
  /** Seconds that it is expected to run. */
  readonly cost: number;
}

interface WorkerState {
  readonly threads: number;
  /** Tasks there, and what they are expected to cost. */
  count: number;
  seconds: number;
  /** It gets nothing for now; what only it may run waits. */
  isSuspended: boolean;
}

/** Seconds of work, for each thread, that a worker gets ahead. */
const AHEAD_SECONDS = 0.02;
const AHEAD_TASKS = 4;
const MOST_AHEAD = 4096;
/** Tasks of one scope looked at, when the first cannot go where it should. */
const LOOKAHEAD = 16;

interface Waiting<T> {
  readonly task: T;
  readonly order: number;
}

export class Placer<T extends PlaceableTask> {
  readonly #costs: CostModel;
  readonly #workers = new Map<number, WorkerState>();
  /** Tasks that wait, by class and scope; first in, first out. */
  readonly #queues = new Map<number, Map<string, Waiting<T>[]>>();
  readonly #placed = new Map<T, { worker: number; seconds: number; counts: boolean }>();
  #order = 0;
  #turn = 0;

  constructor(costs: CostModel) {
    this.#costs = costs;
  }

  addWorker(worker: number, threads: number): void {
    this.#workers.set(worker, { threads, count: 0, seconds: 0, isSuspended: false });
  }

  /** What was placed there is over, whatever becomes of it. */
  removeWorker(worker: number): void {
    this.#workers.delete(worker);
    for (const [task, placed] of this.#placed) {
      if (placed.worker === worker) this.#placed.delete(task);
    }
  }

  /** Nothing more is placed there until it is taken back. */
  suspend(worker: number, isSuspended: boolean): void {
    const state = this.#workers.get(worker);
    if (state) state.isSuspended = isSuspended;
  }

  add(task: T): void {
    let scopes = this.#queues.get(task.class);
    if (!scopes) this.#queues.set(task.class, (scopes = new Map()));
    let queue = scopes.get(task.scope);
    if (!queue) scopes.set(task.scope, (queue = []));
    queue.push({ task, order: this.#order++ });
  }

  /** A placed task is over. */
  done(task: T): void {
    const placed = this.#placed.get(task);
    if (!placed) return;
    this.#placed.delete(task);
    const state = this.#workers.get(placed.worker);
    if (!state || !placed.counts) return;
    state.count--;
    state.seconds = state.count === 0 ? 0 : Math.max(0, state.seconds - placed.seconds);
  }

  /** What a worker has only waits, maybe for tasks that are here still: it counts no more. */
  idle(worker: number): void {
    const state = this.#workers.get(worker);
    if (!state) return;
    for (const placed of this.#placed.values()) {
      if (placed.worker === worker) placed.counts = false;
    }
    state.count = 0;
    state.seconds = 0;
  }

  /** Takes out tasks that fulfil a condition, wherever they wait. */
  remove(condition: (task: T) => boolean): T[] {
    const removed: T[] = [];
    for (const scopes of this.#queues.values()) {
      for (const [scope, queue] of scopes) {
        const kept: Waiting<T>[] = [];
        for (const waiting of queue) {
          if (condition(waiting.task)) removed.push(waiting.task);
          else kept.push(waiting);
        }
        if (kept.length === 0) scopes.delete(scope);
        else scopes.set(scope, kept);
      }
    }
    return removed;
  }

  /** The tasks to hand out now. */
  take(): Placement<T>[] {
    const placements: Placement<T>[] = [];
    for (const cls of [...this.#queues.keys()].sort((a, b) => b - a)) {
      const scopes = this.#queues.get(cls) as Map<string, Waiting<T>[]>;
      // The oldest scope first, so that none is always served after the others.
      const byAge = [...scopes].sort(([, a], [, b]) => (a[0]?.order ?? 0) - (b[0]?.order ?? 0));
      for (const [scope, queue] of byAge) {
        this.#takeFrom(queue, placements);
        if (queue.length === 0) scopes.delete(scope);
      }
      if (scopes.size === 0) this.#queues.delete(cls);
    }
    return placements;
  }

  #takeFrom(queue: Waiting<T>[], placements: Placement<T>[]): void {
    let from = 0;
    let taken = 0;
    while (from < queue.length && from < taken + LOOKAHEAD) {
      const { task } = queue[from] as Waiting<T>;
      const placed = this.#best(task);
      if (placed === undefined) {
        from++;
        continue;
      }
      // Taken ones are moved to the front, to be cut off at once.
      const [waiting] = from === taken ? [queue[from]] : queue.splice(from, 1);
      if (from !== taken) queue.splice(taken, 0, waiting as Waiting<T>);
      taken++;
      from = Math.max(from + 1, taken);
      placements.push(placed);
    }
    queue.splice(0, taken);
  }

  /** The worker that should finish the task first, if it can take more work; then the task is counted there. */
  #best(task: T): Placement<T> | undefined {
    const bytes = task.inputs.reduce((sum, input) => sum + input.bytes, 0);
    const cost = task.cost ?? this.#costs.taskCost(task.fn, task.kind, bytes);
    const { workers } = task;
    let best: number | undefined;
    let bestFinish = Number.POSITIVE_INFINITY;
    for (let i = 0; i < workers.length; i++) {
      // Equal ones take turns.
      const worker = workers[(i + this.#turn) % workers.length] as number;
      const state = this.#workers.get(worker);
      if (!state || state.isSuspended) continue;
      const finish = state.seconds / state.threads + this.#transfer(task.inputs, worker) + cost;
      if (finish < bestFinish) {
        bestFinish = finish;
        best = worker;
      }
    }
    if (best === undefined) return undefined;
    const state = this.#workers.get(best) as WorkerState;
    if (isFull(state)) return undefined;
    this.#turn++;
    const seconds = cost * (task.occupancy ?? 1);
    state.count++;
    state.seconds += seconds;
    this.#placed.set(task, { worker: best, seconds, counts: true });
    return { task, worker: best, cost };
  }

  /** Inputs come one after the other over the same links. */
  #transfer(inputs: readonly Input[], worker: number): number {
    let seconds = 0;
    for (const { bytes, holders } of inputs) {
      if (holders.length === 0 || holders.includes(worker)) continue;
      seconds += Math.min(
        ...holders.map((holder) => this.#costs.transferCost(holder, worker, bytes)),
      );
    }
    return seconds;
  }
}

function isFull({ count, seconds, threads }: WorkerState): boolean {
  if (count >= MOST_AHEAD) return true;
  return count >= AHEAD_TASKS * threads && seconds >= AHEAD_SECONDS * threads;
}
