/**
 * Wrong calls of the public functions, one a row. Each is refused before anything runs, by an error of ours that
 * says what to do.
 */

import * as bodkin from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let cluster: bodkin.Cluster;
beforeAll(async () => {
  cluster = await bodkin.start({ threads: 1 });
});
afterAll(() => cluster.close());

/** The functions without their types, which would refuse most of these calls. */
const c = bodkin as unknown as Readonly<
  Record<string, (...args: unknown[]) => Record<string, (...args: unknown[]) => unknown>>
>;
const f = (x: number): number => x;
const task = () => bodkin.spawn(f, 1);
const chunk = () => bodkin.tochunk(new Float64Array(4));

type Row = readonly [what: string, attempt: () => unknown, message: RegExp];

const STARTING: readonly Row[] = [
  ["start, twice", () => c["start"]?.(), /a cluster is running.*close\(\) it first/],
  ["addWorkers of none", () => c["addWorkers"]?.(0), /needs a number of processes from 1, not 0/],
  ["addWorkers of text", () => c["addWorkers"]?.("2"), /needs a number of processes from 1/],
  [
    "addWorkers with unknown options",
    () => c["addWorkers"]?.(1, { thread: 1 }),
    /did you mean 'threads'/,
  ],
  [
    "addWorkers without threads",
    () => c["addWorkers"]?.(1, { threads: 0 }),
    /threads must be a whole number from 1/,
  ],
  [
    "removeWorker of this process",
    () => c["removeWorker"]?.(1),
    /worker 1 is this process; end it with/,
  ],
  ["removeWorker of nobody", () => c["removeWorker"]?.(7), /there is no worker 7/],
];

const TASKS: readonly Row[] = [
  ["spawn of nothing", () => c["spawn"]?.(), /needs a function to run, not undefined/],
  ["spawn of a number", () => c["spawn"]?.(5), /needs a function to run, not number 5/],
  ["spawn of an object", () => c["spawn"]?.({}), /needs a function to run, not an object/],
  ["spawn of null", () => c["spawn"]?.(null), /needs a function to run, not null/],
  ["spawn with a promise", () => c["spawn"]?.(f, Promise.resolve(1)), /promise/i],
  ["spawn of a native function", () => c["spawn"]?.(f.bind(null), 1), /cannot be sent|native/],
  [
    "spawn of a closed chunk",
    () => {
      const x = chunk();
      x.dispose();
      c["spawn"]?.(f, x);
    },
    /disposed of/,
  ],
  ["spawnWith without options", () => c["spawnWith"]?.(f, 1), /options must be an object such as/],
  ["spawnWith null", () => c["spawnWith"]?.(null, f, 1), /options must be an object such as/],
  ["spawnWith without a function", () => c["spawnWith"]?.({}), /needs a function to run/],
  [
    "withOptions without a function",
    () => c["withOptions"]?.({ priority: 1 }),
    /takes a function: withOptions\(/,
  ],
  [
    "withOptions of unknown options",
    () => c["withOptions"]?.({ prority: 1 }, f),
    /did you mean 'priority'/,
  ],
  [
    "getOptions of what is not set",
    () => c["getOptions"]?.("priority"),
    /getOptions\("priority", otherwise\)/,
  ],
  [
    "getOptions of what there is not",
    () => c["getOptions"]?.("colour"),
    /no option 'colour'; they have/,
  ],
  ["task of no function", () => c["task"]?.(5), /task\(fn\) takes a function, not number 5/],
  ["task with unknown options", () => c["task"]?.(f, { capture: {} }), /did you mean 'captures'/],
  [
    "task with captures that are none",
    () => c["task"]?.(f, { captures: 1 }),
    /captures must be an object/,
  ],
  ["fetchAll of a task", () => c["fetchAll"]?.(task()), /fetchAll takes a list of tasks/],
  ["fetchAll of nothing", () => c["fetchAll"]?.(), /fetchAll takes a list of tasks/],
  ["fetchAll of values", () => c["fetchAll"]?.([task(), 2]), /fetchAll: element 1 is not a task/],
  ["waitAny of no tasks", () => c["waitAny"]?.([]), /waitAny needs at least one task/],
  ["waitAny of values", () => c["waitAny"]?.([1]), /waitAny: element 0 is not a task/],
  ["waitAny of a number", () => c["waitAny"]?.(1), /waitAny takes a list of tasks/],
  ["waitAll of values", () => c["waitAll"]?.([1]), /waitAll: element 0 is not a task/],
  [
    "waitAll of a number",
    () => c["waitAll"]?.(1),
    /waitAll takes a list of tasks, or a function that spawns/,
  ],
  [
    "fetch with a signal that is none",
    () => task().fetch({ signal: 1 as never }),
    /signal must be an AbortSignal/,
  ],
  [
    "fetch with unknown options",
    () => task().fetch({ sinal: 1 } as never),
    /did you mean 'signal'/,
  ],
  [
    "wait with a signal that is none",
    () => task().wait({ signal: {} as never }),
    /signal must be an AbortSignal/,
  ],
  [
    "cancel with unknown options",
    () => task().cancel({ forced: true } as never),
    /did you mean 'force'/,
  ],
  ["taskId outside of a task", () => c["taskId"]?.(), /ask inTask\(\) first/],
  ["taskProcessor outside of a task", () => c["taskProcessor"]?.(), /ask inTask\(\) first/],
  ["isCancelled outside of a task", () => c["isCancelled"]?.(), /ask inTask\(\) first/],
  ["throwIfCancelled outside of a task", () => c["throwIfCancelled"]?.(), /ask inTask\(\) first/],
];

const DATA: readonly Row[] = [
  ["mutable of a value", () => c["mutable"]?.([1]), /takes a function that makes the data/],
  ["mutable with unknown options", () => c["mutable"]?.(f, { wroker: 1 }), /did you mean 'worker'/],
  [
    "mutable with options that are none",
    () => c["mutable"]?.(f, null),
    /must be an object with worker/,
  ],
  [
    "mutable in two places",
    () => c["mutable"]?.(f, { worker: 1, scope: bodkin.scope("any") }),
    /one of worker, processor and scope/,
  ],
  [
    "mutable on worker 0",
    () => c["mutable"]?.(f, { worker: 0 }),
    /worker must be a whole number from 1, not 0/,
  ],
  [
    "mutable on no processor",
    () => c["mutable"]?.(f, { processor: {} }),
    /as allProcessors\(\) gives them/,
  ],
  ["mutable in no scope", () => c["mutable"]?.(f, { scope: 1 }), /scope\(1\)/],
  ["mutable of what cannot travel", () => c["mutable"]?.(f.bind(null)), /cannot be sent|native/],
  ["shard of a value", () => c["shard"]?.(1), /takes a function that makes a piece/],
  [
    "shard with unknown options",
    () => c["shard"]?.(f, { perthread: true }),
    /did you mean 'perThread'/,
  ],
  ["shard on no workers", () => c["shard"]?.(f, { workers: [] }), /at least one processor/],
  ["shard on no processors", () => c["shard"]?.(f, { procs: [] }), /at least one processor/],
  [
    "shard on a worker that is not there",
    () => c["shard"]?.(f, { workers: [7] }),
    /there is no worker 7; there are 1/,
  ],
  ["shard on a worker that is no list", () => c["shard"]?.(f, { workers: 1 }), /must be lists/],
  [
    "shard on processors and workers",
    () => c["shard"]?.(f, { workers: [1], procs: bodkin.allProcessors() }),
    /procs alone, or workers and perThread/,
  ],
  [
    "shard on what is no processor",
    () => c["shard"]?.(f, { procs: [1] }),
    /as allProcessors\(\) gives them/,
  ],
  [
    "map of a shard without a function",
    () => c["shard"]?.(f)["map"]?.(1),
    /takes a function that gets a piece/,
  ],
  ["tochunk of a live socket", () => c["tochunk"]?.({ port: process.stdout }), /cannot be sent/],
  [
    "a shard inside of a value",
    () => c["spawn"]?.(f, [bodkin.shard(() => 1)]),
    /as an argument of its own/,
  ],
];

const ARRAYS: readonly Row[] = [
  ["zeros of a negative shape", () => c["zeros"]?.([-1]), /shape|length|whole/i],
  ["zeros of text", () => c["zeros"]?.("3"), /shape/i],
  ["rand of an unknown dtype", () => c["rand"]?.([2], { dtype: "f16" }), /dtype/],
  ["ones of an unknown option", () => c["ones"]?.([2], { dtpye: "f32" }), /dtpye|option/],
  ["full without a value", () => c["full"]?.([2]), /value/],
  ["Blocks of length 0", () => c["Blocks"]?.(0), /from 1|whole|positive/],
  ["distribute without blocks", () => c["distribute"]?.(bodkin.zeros([2])), /Blocks/],
  [
    "distribute with blocks of other dimensions",
    () => c["distribute"]?.(bodkin.zeros([2]), bodkin.Blocks(1, 1)),
    /dimension/,
  ],
  ["distribute of no array", () => c["distribute"]?.(new Map(), bodkin.Blocks(1)), /array/],
  ["map without a function", () => c["map"]?.(1, bodkin.zeros([2])), /function/],
  ["map without an array", () => c["map"]?.(f), /array/],
  [
    "broadcast of shapes that do not fit",
    () => c["broadcast"]?.((a: number, b: number) => a + b, bodkin.zeros([2]), bodkin.zeros([3])),
    /shape|broadcast|2.*3/,
  ],
  ["sum of a number", () => c["sum"]?.(5), /array/],
  ["collect of a number", () => c["collect"]?.(5), /array|collect/],
];

describe.each<readonly [string, readonly Row[]]>([
  ["starting", STARTING],
  ["tasks", TASKS],
  ["data", DATA],
  ["arrays", ARRAYS],
])("bad input: %s", (_, rows) => {
  it.each(rows)("%s", async (_what, attempt, message) => {
    const error = await Promise.resolve()
      .then(attempt)
      .then(
        () => undefined,
        (reason) => reason,
      );
    expect(error?.message).toMatch(message);
    expect(error).toBeInstanceOf(bodkin.BodkinError);
    expect(error.message).not.toMatch(/internal/);
  });
});
