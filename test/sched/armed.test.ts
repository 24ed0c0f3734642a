import { beforeEach, describe, expect, it } from "vitest";
import { ARMED, PARK, PLACE, TAG } from "../../src/sched/layout.ts";
import { Machine } from "./machine.ts";

describe("what wakes the control thread", () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine(3);
    machine.control.useClass(31);
  });

  /** Submits a task that somebody waits for. */
  function submit(set = 0): number {
    const { control } = machine;
    const record = control.take();
    control.describe(record, 0, set, 31);
    control.core.submit(0, record);
    control.core.wantNotice(record);
    return record;
  }

  function runOne(slot: number): void {
    const { core } = machine.tables[slot] as Machine["control"];
    const record = core.next(slot, 0);
    expect(record).toBeGreaterThan(0);
    core.finish(slot, record, TAG.undefined, 0);
  }

  it("is the end of a task, once until it looked", () => {
    machine.control.arm(ARMED.all);
    for (let i = 0; i < 3; i++) submit();
    for (const slot of [1, 2, 1]) runOne(slot);
    expect(machine.wakes).toBe(1);
  });

  it("is no end of a task where it looks soon, but a task to place, and that all threads sleep", () => {
    machine.control.arm(ARMED.urgent);
    machine.control.wantQuiet(true);
    for (let i = 0; i < 3; i++) submit();
    for (const slot of [1, 2, 1]) runOne(slot);
    expect(machine.wakes).toBe(0);
    submit(PLACE);
    expect(machine.wakes).toBe(1);
    for (const slot of [1, 2]) machine.tables[slot]?.core.lieDown(slot, PARK.loop);
    expect(machine.wakes).toBe(2);
  });

  it("is nothing while it is at work", () => {
    machine.control.arm(ARMED.nothing);
    submit();
    submit(PLACE);
    runOne(1);
    expect(machine.wakes).toBe(0);
  });
});
