import { beforeEach, describe, expect, it } from "vitest";
import { PARK } from "../../src/sched/layout.ts";
import { Machine } from "./machine.ts";

const NARROW = 3;

describe("a narrow thread", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine(4);
    machine.control.makeNarrow(NARROW);
    machine.control.useClass(31);
  });

  const table = (slot: number) => machine.tables[slot] as Machine["control"];

  /** Submits a task from a slot, for a set of slots or (empty) any. */
  function submit(from: number, set: readonly number[]): number {
    const own = table(from);
    const record = own.take();
    own.describe(record, 0, set.length === 0 ? 0 : own.setOf(set), 31);
    own.core.submit(from, record);
    return record;
  }

  it("runs the tasks of its sets", () => {
    const record = submit(0, [NARROW]);
    expect(table(1).core.next(1, 0)).toBe(0);
    expect(table(NARROW).core.next(NARROW, 0)).toBe(record);
  });

  it("does not run what any thread may run, not even what it submitted", () => {
    const record = submit(NARROW, []);
    submit(0, []);
    expect(table(NARROW).core.next(NARROW, 10)).toBe(0);
    expect(table(NARROW).core.lieDown(NARROW, PARK.loop)).toBe(0);
    expect([table(1).core.next(1, 0), table(2).core.next(2, 0)]).toContain(record);
  });

  it("is not woken in place of one that could run the task", () => {
    expect(table(NARROW).core.lieDown(NARROW, PARK.loop)).toBe(0);
    expect(table(2).core.lieDown(2, PARK.loop)).toBe(0);
    submit(0, []);
    const parked = (slot: number) => machine.control.words[machine.control.parkWord(slot)];
    expect(parked(NARROW)).toBe(PARK.loop);
    expect(parked(2)).toBe(PARK.awake);
    submit(0, [NARROW]);
    expect(parked(NARROW)).toBe(PARK.awake);
  });
});
