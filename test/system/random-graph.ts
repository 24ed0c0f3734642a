/**
 * Random task graphs on the public API: a plan drawn from a seed, its run, and the check of every outcome
 * against a sequential evaluation. What a cancelled task gave is looked up; everything else is foretold.
 */

import { type Scope, scope, spawn, spawnWith, type Task, TaskFailedError, threadid } from "bodkin";
import { expect } from "vitest";

export type Kind = "plain" | "array" | "async" | "nested" | "failing" | "flaky";

export interface Node {
  readonly kind: Kind;
  /** Earlier nodes whose results it gets, and those that only come before it. */
  readonly inputs: readonly number[];
  readonly after: readonly number[];
  /** Threads that it may run on. */
  readonly threads: readonly number[] | undefined;
  readonly priority: number | undefined;
  readonly isCancelled: boolean;
  /** Turns of a loop that it spends. */
  readonly work: number;
}

export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((((z ^ (z >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

export const KINDS: readonly Kind[] = ["plain", "array", "async", "nested", "flaky", "failing"];
/** How often each kind is drawn. */
const MIX: readonly Kind[] = [...KINDS.slice(0, 5), "plain", "plain", "array"];

/** `hostile`: with failures and cancellation. */
export function plan(seed: number, threads: number, hostile: boolean): Node[] {
  const draw = random(seed);
  const some = (count: number, from: number) => Array.from({ length: count }, () => draw(from));
  return Array.from({ length: 2 + draw(50) }, (_, i) => ({
    kind: hostile && draw(20) === 0 ? "failing" : (MIX[draw(MIX.length)] as Kind),
    inputs: i === 0 ? [] : some(draw(4) * (draw(12) === 0 ? 4 : 1), i),
    after: i > 0 && draw(6) === 0 ? [...new Set(some(2, i))] : [],
    threads: draw(4) === 0 ? [...new Set(some(1 + draw(2), threads).map((t) => t + 1))] : undefined,
    priority: draw(3) === 0 ? draw(7) - 3 : undefined,
    isCancelled: hostile && draw(15) === 0,
    work: draw(8) === 0 ? draw(20_000) : 0,
  }));
}

/** Children of a nested node. */
const CHILDREN = 3;
/** Words that a node reports into: runs of its own, thread it ran on, runs of its children. */
const REPORT = 3;

type Value = number | Float64Array;

const summary = (value: Value): number =>
  typeof value === "number"
    ? value
    : value.reduce((sum, x) => (sum * 31 + x) % 1_000_003, value.length);

/** What a node makes of its inputs. */
function compute(id: number, kind: Kind, inputs: readonly Value[]): Value {
  let hash = id + 1;
  for (const input of inputs) hash = (hash * 131 + summary(input)) % 1_000_003;
  if (kind === "array") return new Float64Array(1 + (hash % 40)).fill(hash);
  return kind === "nested" ? hash * CHILDREN + 3 : hash;
}

function begun(report: Int32Array, id: number, work: number): number {
  Atomics.store(report, id * REPORT + 1, threadid());
  const runs = Atomics.add(report, id * REPORT, 1) + 1;
  let x = 0;
  for (let i = 0; i < work; i++) x += Math.sqrt(i);
  if (x < 0) throw new Error("unreachable");
  return runs;
}

function node(report: Int32Array, id: number, kind: Kind, work: number, ...inputs: Value[]): Value {
  const runs = begun(report, id, work);
  if (kind === "failing") throw new Error(`node ${id} fails`);
  if (kind === "flaky" && runs === 1) throw new Error("once more");
  return compute(id, kind, inputs);
}

async function waitingNode(
  report: Int32Array,
  id: number,
  kind: Kind,
  work: number,
  ...inputs: Value[]
): Promise<Value> {
  begun(report, id, work);
  if (kind === "async") {
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    return compute(id, kind, inputs);
  }
  const hash = compute(id, "plain", inputs) as number;
  const child = (rank: number, x: number): number => {
    Atomics.add(report, id * REPORT + 2, 1);
    return x + rank;
  };
  const children = Array.from({ length: CHILDREN }, (_, rank) => spawn(child, rank, hash));
  let sum = 0;
  for (const task of children) sum += await task.fetch();
  return sum;
}

export interface Run {
  readonly nodes: readonly Node[];
  readonly tasks: readonly Task<Value>[];
  readonly report: Int32Array;
}

/** Spawns the whole graph; cancels what is to be cancelled, some at once, some later. */
export function launch(nodes: readonly Node[]): Run {
  const report = new Int32Array(new SharedArrayBuffer(4 * REPORT * nodes.length));
  const tasks: Task<Value>[] = [];
  nodes.forEach(({ kind, inputs, after, threads, priority, isCancelled, work }, id) => {
    const where: Scope | undefined = threads && scope({ worker: 1, threads });
    const options = {
      ...(where && { scope: where }),
      ...(priority !== undefined && { priority }),
      ...(after.length > 0 && { syncdeps: after.map((i) => tasks[i] as Task<Value>) }),
      ...(kind === "flaky" && { retries: 1 }),
    };
    const fn: (...args: Parameters<typeof node>) => Value | Promise<Value> =
      kind === "async" || kind === "nested" ? waitingNode : node;
    const from = inputs.map((i) => tasks[i] as Task<Value>);
    tasks.push(spawnWith(options, fn, report, id, kind, work, ...from));
    if (isCancelled && id % 2 === 0) tasks[id]?.cancel();
  });
  nodes.forEach(({ isCancelled }, id) => {
    if (isCancelled && id % 2 === 1) setImmediate(() => tasks[id]?.cancel());
  });
  return { nodes, tasks, report };
}

export type Outcome = { readonly value: Value } | { readonly error: TaskFailedError };

export const outcomeOf = async (task: Task<Value>): Promise<Outcome> => {
  try {
    return { value: await task.fetch() };
  } catch (error) {
    return { error: error as TaskFailedError };
  }
};

/** Every outcome, or an error that says which run hangs and how far it came. */
export async function outcomes(run: Run, name: string): Promise<Outcome[]> {
  let timer: NodeJS.Timeout | undefined;
  const watchdog = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} hangs: ${run.tasks.join(", ")}`)), 60_000);
  });
  try {
    return await Promise.race([Promise.all(run.tasks.map(outcomeOf)), watchdog]);
  } finally {
    clearTimeout(timer);
  }
}

export const runsOf = ({ report }: Run, id: number): number => report[id * REPORT] as number;
export const threadOf = ({ report }: Run, id: number): number => report[id * REPORT + 1] as number;

/** The id of the task where a failure began. */
export const rootOf = (error: TaskFailedError): string => error.path[0]?.id as string;

/**
 * Holds outcomes against a sequential evaluation. `mayFail` says which nodes may fail by themselves though
 * their plan does not say so.
 */
export function check(
  run: Run,
  results: readonly Outcome[],
  mayFail: (id: number, error: TaskFailedError) => boolean,
): void {
  const { nodes, tasks, report } = run;
  nodes.forEach(({ kind, inputs, after, threads }, id) => {
    const what = `node ${id} (${kind})`;
    const outcome = results[id] as Outcome;
    const failed = [...inputs, ...after].flatMap((i) => {
      const before = results[i] as Outcome;
      return "error" in before ? [rootOf(before.error)] : [];
    });
    const runs = runsOf(run, id);
    if (threads && runs > 0) expect(threads, what).toContain(threadOf(run, id));
    if ("value" in outcome) {
      expect(failed, what).toEqual([]);
      const values = inputs.map((i) => (results[i] as { value: Value }).value);
      expect(outcome.value, what).toEqual(compute(id, kind, values));
      expect(runs, what).toBe(kind === "flaky" ? 2 : 1);
      if (kind === "nested") expect(report[id * REPORT + 2], what).toBe(CHILDREN);
      return;
    }
    const { error } = outcome;
    expect(error, what).toBeInstanceOf(TaskFailedError);
    if (rootOf(error) !== tasks[id]?.id) {
      expect(failed, what).toContain(rootOf(error));
      expect(runs, what).toBe(0);
    } else if (kind === "failing" && (error.cause as Error).message === `node ${id} fails`) {
      expect(failed, what).toEqual([]);
      expect(runs, what).toBe(1);
    } else {
      expect(mayFail(id, error), `${what}: ${error}`).toBe(true);
      expect(runs, what).toBeLessThanOrEqual(kind === "flaky" ? 2 : 1);
    }
  });
}
