import { describe, expect, it } from "vitest";
import { Machine } from "./machine.ts";

describe("how long the queues are", () => {
  it("counts what is ready in deques, sets and hands, and what threads take from each other", () => {
    const machine = new Machine(4);
    const [main, first] = machine.tables as [Machine["control"], Machine["control"]];
    for (const cls of [3, 31, 40]) main.useClass(cls);
    const submit = (set: number, cls: number): void => {
      const record = main.take();
      main.describe(record, 0, set, cls);
      main.core.submit(0, record);
    };
    expect(main.queued()).toEqual({ ready: 0, stolen: 0 });
    for (let i = 0; i < 100; i++) submit(0, [3, 31, 40][i % 3] as number);
    for (let i = 0; i < 7; i++) submit(main.setOf([2]), 31);
    expect(main.queued()).toEqual({ ready: 107, stolen: 0 });
    for (let i = 0; i < 5; i++) expect(first.core.next(1, 0)).toBeGreaterThan(0);
    expect(main.queued()).toEqual({ ready: 102, stolen: 5 });
    // Its own tasks a thread does not steal, nor those of a set.
    expect(main.core.next(0, 0)).toBeGreaterThan(0);
    const third = machine.tables[2] as Machine["control"];
    for (let i = 0; i < 30; i++) third.core.next(2, 0);
    const { ready, stolen } = main.queued();
    expect(ready).toBe(102 - 1 - 30);
    expect(stolen).toBeGreaterThanOrEqual(5 + 23);
    expect(stolen).toBeLessThanOrEqual(5 + 30);
  });
});
