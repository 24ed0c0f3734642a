import {
  addWorkers,
  allProcessors,
  BodkinError,
  type Cluster,
  compatibleProcessors,
  constrain,
  fetchAll,
  mutable,
  myid,
  type Processor,
  removeWorker,
  SchedulingError,
  type Scope,
  scope,
  spawn,
  spawnWith,
  start,
  type TaskFailedError,
  taskProcessor,
  threadid,
  unionScope,
  withOptions,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";
import { gate, open, reached } from "../support/gate.ts";

const THREADS = 2;
const here = (): Processor => taskProcessor();
const nameOf = ({ worker, thread }: Processor): string => `${worker}.${thread}`;
const namesIn = (within?: Scope): string[] => compatibleProcessors(within).map(nameOf);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: THREADS });
  await addWorkers(2, { threads: THREADS });
});
afterAll(() => cluster.close());

describe("a scope", () => {
  it.each<readonly [string, Scope, readonly string[]]>([
    ["one worker", scope({ worker: 2 }), ["2.1", "2.2"]],
    ["some workers", scope({ workers: [3, 1] }), ["1.1", "1.2", "3.1", "3.2"]],
    ["all workers", scope({ workers: "all" }), ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]],
    ["one thread of every worker", scope({ thread: 2 }), ["1.2", "2.2", "3.2"]],
    ["all threads", scope({ threads: "all" }), ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]],
    ["one thread", scope({ worker: 3, thread: 1 }), ["3.1"]],
    ["workers times threads", scope({ workers: [2, 3], thread: 1 }), ["2.1", "3.1"]],
    ["a rank", scope({ mpiRank: 1 }), ["2.1", "2.2"]],
    ["anything", scope("any"), ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]],
    ["the default", scope("default"), ["2.1", "2.2", "3.1", "3.2"]],
    ["what is given twice", scope({ worker: 2 }, { worker: 2 }), ["2.1", "2.2"]],
    ["a union", scope({ worker: 1, thread: 1 }, { worker: 3 }), ["1.1", "3.1", "3.2"]],
    ["nested lists", scope([{ worker: 1 }, [{ worker: 3, thread: 2 }]]), ["1.1", "1.2", "3.2"]],
    ["a scope and more", scope(scope({ worker: 1 }), { worker: 2 }), ["1.1", "1.2", "2.1", "2.2"]],
    ["who is not there", scope({ worker: 9 }), []],
    ["threads that are not there", scope({ worker: 2, thread: 3 }), []],
    ["devices, of which there are none", scope({ gpu: 1 }), []],
    ["threads beside devices", scope({ worker: 2, thread: 1, gpus: "all" }), ["2.1"]],
  ])("holds the processors it names: %s", (_, made, expected) => {
    expect(namesIn(made)).toEqual(expected);
    expect(made.isValid).toBe(true);
  });

  it.each<readonly [string, () => unknown, RegExp]>([
    ["nothing", () => scope(), /needs what it shall contain/],
    [
      "an unknown name",
      () => scope("all" as "any"),
      /scope\("all"\): names are "any" and "default"/,
    ],
    ["a number", () => scope(2 as never), /scope\(2\).*such as \{ worker: 2/],
    ["null", () => scope(null as never), /scope\(null\)/],
    ["an empty list", () => scope([]), /empty list is no scope/],
    ["an empty description", () => scope({}), /names nothing; try \{ worker: 1 \}/],
    ["undefined keys alone", () => scope({ worker: undefined }), /names nothing/],
    [
      "an unknown key",
      () => scope({ wroker: 1 } as never),
      /no key 'wroker' \(did you mean 'worker'\?\); it has worker, /,
    ],
    ["no workers", () => scope({ workers: [] }), /workers is an empty list; list at least one/],
    ["no threads", () => scope({ worker: 1, threads: [] }), /threads is an empty list/],
    ["both forms of a key", () => scope({ worker: 1, workers: [2] }), /both worker and workers/],
    [
      "workers and ranks",
      () => scope({ worker: 1, mpiRank: 0 }),
      /workers and mpiRanks, which name the same/,
    ],
    ["worker 0", () => scope({ worker: 0 }), /worker must be a whole number from 1, not 0/],
    [
      "half a thread",
      () => scope({ thread: 1.5 }),
      /thread must be a whole number from 1, not 1.5/,
    ],
    [
      "a list that is none",
      () => scope({ workers: 2 as never }),
      /workers must be a list of numbers or "all"/,
    ],
    [
      "a rank below 0",
      () => scope({ mpiRank: -1 }),
      /mpiRank must be a whole number from 0, not -1/,
    ],
    ["a union of nothing", () => unionScope(), /at least one scope/],
    ["a union of descriptions", () => unionScope({ worker: 1 } as never), /made by scope\(/],
    [
      "a cut with a description",
      () => constrain(scope("any"), { worker: 1 } as never),
      /made by scope/,
    ],
    [
      "processors of a description",
      () => compatibleProcessors({ worker: 1 } as never),
      /made by scope/,
    ],
  ])("is refused: %s", (_, make, message) => {
    expect(make).toThrow(BodkinError);
    expect(make).toThrow(message);
  });

  it("is shown by what it holds", () => {
    expect(String(scope({ worker: 2, thread: 1 }))).toBe("Scope(thread 1 of worker 2)");
    expect(String(scope({ workers: [1, 2] }, { gpu: 1 }))).toBe(
      "Scope(thread all of worker 1, 2 or gpu 1 of worker all)",
    );
    expect(String(constrain(scope({ worker: 1 }), scope({ worker: 2 })))).toBe("InvalidScope");
  });
});

/** Scopes as descriptions, with the processors they mean by the rules of sets. */
interface Model {
  readonly scope: Scope;
  readonly names: ReadonlySet<string>;
}

const ALL: readonly string[] = [1, 2, 3].flatMap((w) => [1, 2].map((t) => `${w}.${t}`));
const axis = (most: number) =>
  fc.oneof(
    fc.constant(undefined),
    fc.constant("all" as const),
    fc.uniqueArray(fc.integer({ min: 1, max: most + 1 }), { minLength: 1, maxLength: 3 }),
  );
const leaf: fc.Arbitrary<Model> = fc
  .record({ workers: axis(3), threads: axis(2), flip: fc.boolean() })
  .filter(({ workers, threads }) => workers !== undefined || threads !== undefined)
  .map(({ workers, threads, flip }) => {
    const keys = Object.entries({ workers, threads });
    const has = (list: typeof workers, n: number) =>
      list === undefined || list === "all" || list.includes(n);
    return {
      scope: scope(Object.fromEntries(flip ? keys.reverse() : keys)), // key order never matters
      names: new Set(
        ALL.filter((name) => {
          const [w, t] = name.split(".").map(Number) as [number, number];
          return has(workers, w) && has(threads, t);
        }),
      ),
    };
  });
const { tree: anyScope } = fc.letrec<{ tree: Model }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => ({
      scope: constrain(a.scope, b.scope),
      names: new Set([...a.names].filter((name) => b.names.has(name))),
    })),
    fc.tuple(tie("tree"), tie("tree")).map(([a, b]) => ({
      scope: unionScope(a.scope, b.scope),
      names: new Set([...a.names, ...b.names]),
    })),
  ),
}));

describe("the algebra of scopes", () => {
  it("is that of sets of processors", () => {
    fc.assert(
      fc.property(anyScope, ({ scope: made, names }) => {
        expect(namesIn(made)).toEqual(ALL.filter((name) => names.has(name)));
      }),
      { numRuns: times(50_000) },
    );
  });

  it("gives an invalid scope exactly where nobody could be in both, whoever comes", () => {
    const disjoint = constrain(scope({ worker: 1 }), scope({ workers: [2, 3] }));
    expect(disjoint.isValid).toBe(false);
    expect(constrain(scope({ thread: 1 }), scope({ gpu: 1 })).isValid).toBe(false);
    expect(constrain(scope({ worker: 8 }), scope({ threads: "all" })).isValid).toBe(true);
    expect(constrain(disjoint, scope("any")).isValid).toBe(false);
    expect(unionScope(disjoint, scope({ worker: 1 })).isValid).toBe(true);
  });

  it("lists every processor once, workers in order", () => {
    expect(allProcessors()).toEqual(
      ALL.map((name) => {
        const [worker, thread] = name.split(".").map(Number);
        return { kind: "thread", worker, thread };
      }),
    );
  });
});

describe("a task", () => {
  it("never runs outside of its scope, and the default is all workers but the first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(anyScope, { nil: undefined }), { minLength: 1, maxLength: 30 }),
        async (scopes) => {
          const tasks = scopes.map((each) =>
            each ? spawnWith({ scope: each.scope }, here) : spawn(here),
          );
          for (const [i, task] of tasks.entries()) {
            const names = scopes[i]?.names ?? new Set(namesIn());
            if (names.size === 0) {
              await expect(task.fetch()).rejects.toThrow("No processors available");
            } else expect(names).toContain(nameOf(await task.fetch()));
          }
        },
      ),
      { numRuns: times(3000) },
    );
  });

  it("runs on every thread of its scope: as many at once as there are", async () => {
    const [started, hold] = [gate(), gate()]; // memory of this process: worker 1
    const block = (running: Int32Array, wait: Int32Array) => {
      Atomics.add(running, 0, 1);
      Atomics.notify(running, 0);
      Atomics.wait(wait, 0, 0);
      return threadid();
    };
    const busy = withOptions({ scope: scope({ worker: 1 }) }, () =>
      Array.from({ length: THREADS }, () => spawn(block, started, hold)),
    );
    await reached(started, THREADS);
    open(hold);
    expect((await fetchAll(busy)).sort()).toEqual([1, 2]);
  });

  it("of a scope of one thread runs there alone, in order", async () => {
    const on = scope({ worker: 3, thread: 2 });
    const tasks = withOptions({ scope: on }, () =>
      Array.from({ length: 20 }, () =>
        spawn(() => {
          const seen = globalThis as { count?: number };
          seen.count = (seen.count ?? 0) + 1;
          return [myid(), threadid(), seen.count];
        }),
      ),
    );
    expect(await fetchAll(tasks)).toEqual(tasks.map((_, i) => [3, 2, i + 1]));
  });

  const failureOf = async (task: { fetch(): Promise<unknown> }): Promise<string> => {
    const failed = (await task.fetch().catch((error) => error)) as TaskFailedError;
    expect(failed.cause).toBeInstanceOf(SchedulingError);
    return (failed.cause as Error).message;
  };

  it("without a possible processor fails with an error that says which scope to widen", async () => {
    const none = /^No processors available, try widening scope: there is none of /;
    expect(await failureOf(spawnWith({ scope: scope({ worker: 9 }) }, here))).toMatch(none);
    expect(await failureOf(spawnWith({ scope: scope({ worker: 9 }) }, here))).toContain(
      "thread all of worker 9",
    );
    expect(await failureOf(spawnWith({ scope: scope({ gpu: 1 }) }, here))).toMatch(
      /^No processors available, try widening scope: .*cannot run on a GPU/,
    );
    const invalid = constrain(scope({ worker: 1 }), scope({ worker: 2 }));
    expect(await failureOf(spawnWith({ scope: invalid }, here))).toMatch(none);
    expect(await failureOf(mutable(() => new Map(), { worker: 9 }))).toMatch(none);
    const both = { scope: scope({ worker: 2 }), resultScope: scope({ worker: 3 }) };
    expect(await failureOf(spawnWith(both, here))).toMatch(
      /^compute_scope and result_scope are not compatible: /,
    );
    const pinned = mutable(() => new Map(), { worker: 2 });
    const away = spawnWith(
      { scope: scope({ worker: 3 }) },
      (m: Map<unknown, unknown>) => m,
      pinned,
    );
    expect(await failureOf(away)).toMatch(
      /^Current scope and argument Chunk scope are not compatible: /,
    );
    expect(await spawn(here).fetch()).toMatchObject({ kind: "thread" }); // the scheduler goes on
  });

  it("is spawned for workers that come and go", async () => {
    const on = scope({ worker: 4 });
    expect(await failureOf(spawnWith({ scope: on }, here))).toContain("worker 4");
    expect(await addWorkers(1, { threads: 1 })).toEqual([4]);
    expect(await spawnWith({ scope: on }, here).fetch()).toMatchObject({ worker: 4, thread: 1 });
    expect(namesIn(scope("default"))).toContain("4.1");
    await removeWorker(4);
    expect(await failureOf(spawnWith({ scope: on }, here))).toContain("worker 4");
  });
});
