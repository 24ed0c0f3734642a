import {
  addWorkers,
  type Cluster,
  myid,
  SchedulingError,
  scope,
  spawn,
  spawnWith,
  start,
  type TaskFailedError,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("memory that threads share", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
    await addWorkers(1, { threads: 1 });
  });
  afterAll(() => cluster.close());

  const word = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));
  const away = { scope: scope({ worker: 2 }) };

  async function causeOf(what: { fetch(): Promise<unknown> }): Promise<unknown> {
    return ((await what.fetch().catch((error) => error)) as TaskFailedError).cause;
  }

  it("draws its tasks to the worker whose threads share it", async () => {
    const shared = word();
    const add = (w: Int32Array) => {
      Atomics.add(w, 0, 1);
      return myid();
    };
    expect(await spawn(add, shared).fetch()).toBe(1);
    expect(await spawn((held: { w: Int32Array }) => add(held.w), { w: shared }).fetch()).toBe(1);
    expect(
      await spawn(() => {
        Atomics.add(shared, 0, 1); // captured
        return myid();
      }).fetch(),
    ).toBe(1);
    expect(shared[0]).toBe(3);
  });

  it("cannot be used by another worker, which is an error and no endless wait", async () => {
    const shared = word();
    const read = (w: Int32Array) => w[0];
    expect(await causeOf(spawnWith(away, read, shared))).toBeInstanceOf(SchedulingError);
    const made = spawnWith(away, () => new Int32Array(new SharedArrayBuffer(4096)));
    await expect(made.fetch()).rejects.toThrow(/shared by the threads of worker 2 only/);
    expect(await spawn(read, made).fetch()).toBe(0); // it goes where the memory is
  });
});
