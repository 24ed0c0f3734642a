import {
  arange,
  Blocks,
  type Cluster,
  mutable,
  spawn,
  spawnBulk,
  spawnSequential,
  start,
  type Task,
  TaskFailedError,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";
import { gate, open } from "../support/gate.ts";

/** Notes begin and end of a task in the order of a common clock: word 0, then two words a task. */
function note(clock: Int32Array, id: number): number {
  clock[1 + 2 * id] = Atomics.add(clock, 0, 1) + 1;
  clock[2 + 2 * id] = Atomics.add(clock, 0, 1) + 1;
  return id;
}
const newClock = (tasks: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * (1 + 2 * tasks)));
const begin = (clock: Int32Array, id: number): number => clock[1 + 2 * id] as number;
const end = (clock: Int32Array, id: number): number => clock[2 + 2 * id] as number;

/** A tree of queues with tasks as leaves. */
type Node = "task" | { readonly kind: "sequence" | "bulk"; readonly inner: readonly Node[] };

const { node } = fc.letrec<{ node: Node; queue: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, fc.constant<Node>("task"), tie("queue")),
  queue: fc.record({
    kind: fc.constantFrom("sequence", "bulk"),
    inner: fc.array(tie("node"), { maxLength: 5 }),
  }) as fc.Arbitrary<Node>,
}));

/** What comes after many tasks waits for a task that joins them, which the bulk holds as well. */
const WIDE_STEP_IN_BULK: Node = {
  kind: "bulk",
  inner: [
    { kind: "sequence", inner: [{ kind: "bulk", inner: new Array<Node>(9).fill("task") }, "task"] },
  ],
};

describe.each([1, 4])("queues on %i threads", (threads) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads });
  });
  afterAll(() => cluster.close());

  it("order any nesting of sequences and bulks", async () => {
    await fc.assert(
      fc.asyncProperty(node, async (tree) => {
        const clock = newClock(700);
        const tasks: Task<number>[] = [];
        /** Spawns a tree; gives the pairs that must not overlap, the first before the second. */
        const pairs: [number, number][] = [];
        const build = (own: Node): number[] => {
          if (own === "task") {
            tasks.push(spawn(note, clock, tasks.length));
            return [tasks.length - 1];
          }
          const queue = own.kind === "sequence" ? spawnSequential : spawnBulk;
          const parts: number[][] = [];
          queue(() => {
            for (const inner of own.inner) parts.push(build(inner));
          });
          const filled = parts.filter((part) => part.length > 0);
          if (own.kind === "sequence") {
            for (let at = 1; at < filled.length; at++) {
              for (const a of filled[at - 1]!) for (const b of filled[at]!) pairs.push([a, b]);
            }
          }
          return filled.flat();
        };
        build(tree);
        for (const [id, task] of tasks.entries()) expect(await task.fetch()).toBe(id);
        for (const [a, b] of pairs) expect(end(clock, a)).toBeLessThan(begin(clock, b));
      }),
      { numRuns: times(5000), seed: 1, examples: [[WIDE_STEP_IN_BULK]] },
    );
  });

  it("launch nothing of a bulk before its function has ended", async () => {
    const clock = newClock(3);
    let waited: Promise<unknown> | undefined;
    const tasks = spawnBulk(() => {
      const first = spawn(note, clock, 0);
      const second = spawnSequential(() => spawn(note, clock, 1));
      waited = first.fetch();
      waited.catch(() => {});
      expect(first.isReady).toBe(false);
      expect(clock[0]).toBe(0);
      return [first, second];
    });
    await expect(waited).rejects.toThrow(
      /launched when the function given to spawnBulk or spawnDatadeps has ended/,
    );
    expect(await Promise.all(tasks.map((task) => task.fetch()))).toEqual([0, 1]);
  });

  it("launch nothing of a bulk whose function throws", async () => {
    const clock = newClock(1);
    let task: Task<number> | undefined;
    expect(() =>
      spawnBulk(() => {
        task = spawn(note, clock, 0);
        throw new RangeError("no");
      }),
    ).toThrow(RangeError);
    const error = await task?.fetch().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TaskFailedError);
    expect(((error as TaskFailedError).cause as Error).name).toBe("AbortError");
    expect(clock[0]).toBe(0);
  });

  it("take functions and arguments as they are at the call", async () => {
    let k = 1;
    const data = new Float64Array([1]);
    const task = spawnBulk(() => {
      const own = spawn((values: Float64Array) => values[0]! * k, data);
      k = 100;
      data[0] = 50;
      return own;
    });
    expect(await task.fetch()).toBe(1);
  });

  it("cancel what is held, and leave what is spawned in tasks alone", async () => {
    const task = spawnBulk(() => {
      const own = spawn(() => 1);
      own.cancel();
      return own;
    });
    await expect(task.fetch()).rejects.toThrow(/was cancelled/);
    const hold = gate();
    const [inner, last] = spawnSequential(() => [
      spawn(async (word: Int32Array) => {
        const child = spawn(() => 5);
        await Atomics.waitAsync(word, 0, 0).value;
        return child.fetch();
      }, hold),
      spawn(() => 6),
    ]);
    open(hold);
    expect([await inner.fetch(), await last.fetch()]).toEqual([5, 6]);
  });

  it("run the talk's cells", async () => {
    const vinc = (out: Float64Array, a: Float64Array) => {
      for (let i = 0; i < out.length; i++) out[i] = a[i]! + 1;
    };
    const vadd = (out: Float64Array, a: Float64Array, b: Float64Array) => {
      for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
    };
    const data = () => mutable(() => new Float64Array(64));
    const [A, B, C, O, Z1, Z2] = Array.from({ length: 6 }, data) as ReturnType<typeof data>[];
    await spawnSequential(() => {
      spawn(vadd, C!, A!, B!);
      return spawn(vinc, O!, C!);
    }).wait();
    expect(new Set(await O!.fetch())).toEqual(new Set([1]));
    await spawnSequential(() => {
      spawnBulk(() => {
        spawn(vinc, A!, Z1!);
        spawn(vinc, B!, Z2!);
      });
      return spawn(vadd, C!, A!, B!);
    }).wait();
    expect(new Set(await C!.fetch())).toEqual(new Set([2]));
  });

  it("take operations on arrays as steps", async () => {
    const total = spawnSequential(() => {
      const DA = spawnBulk(() => arange(Blocks(3), [10]).map((x) => x + 1));
      spawn(() => 1);
      return DA.sum();
    });
    expect(await total).toBe(55);
  });

  it("refuse what is no function, and functions that are async", () => {
    expect(() => spawnSequential(5 as never)).toThrow(/takes a function/);
    expect(() => spawnBulk(async () => spawn(() => 1))).toThrow(/must not be async/);
  });
});
