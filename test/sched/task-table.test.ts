import { describe, expect, it } from "vitest";
import { MAX_SETS, MOST_RETRIES, PLACE, RECORD, STATUS, TAG } from "../../src/sched/layout.ts";
import { Machine } from "./machine.ts";

describe("a record", () => {
  it("counts failed runs apart from the result, which may be decided while the run goes on", () => {
    const machine = new Machine(2);
    const [control, thread] = machine.tables as [typeof machine.control, typeof machine.control];
    control.useClass(31);
    const record = control.take();
    control.describe(record, 7, 0, 31);
    control.core.submit(0, record);
    expect(thread.core.next(1, 0)).toBe(record);
    const chunk = machine.chunkOf(0, 5);
    control.leaveWord(TAG.error, chunk);
    expect(control.core.decide(0, record, TAG.error)).toBe(STATUS.running);
    for (let i = 1; i <= 3; i++) expect(thread.countRetry(record)).toBe(i);
    expect(control.resultWord(record)).toBe(chunk);
    thread.core.again(1, record, 0);
    expect(control.core.nextNotice(0) & 0x7fffffff).toBe(record);
    control.core.free(0, record);
    expect(machine.liveChunks).toBe(0);
  });

  it("can count one failure more than may be retried", () => {
    const { control } = new Machine(1);
    const record = control.take();
    let count = 0;
    for (let i = 0; i <= MOST_RETRIES; i++) count = control.countRetry(record);
    expect(count).toBe(MOST_RETRIES + 1);
    expect(control.word(record, RECORD.flags) & 0xffff).toBe(0);
  });
});

describe("sets of slots", () => {
  it("have one number, whatever the order they are named in", () => {
    const machine = new Machine(3);
    const [control, thread] = machine.tables as [typeof machine.control, typeof machine.control];
    const id = control.setOf([1, 2]);
    expect(control.setOf([2, 1, 2])).toBe(id);
    expect(thread.setOf(new Set([2, 1]))).toBe(id);
    expect(control.setOf([2])).not.toBe(id);
    expect([0, 1, 2].map((slot) => control.isMember(id, slot))).toEqual([false, true, true]);
  });

  it("hold slots up to the last one", () => {
    const { control } = new Machine(1);
    const id = control.setOf([1, 63, 64, 200, 254]);
    const members = Array.from({ length: 255 }, (_, slot) => slot).filter((slot) =>
      control.isMember(id, slot),
    );
    expect(members).toEqual([1, 63, 64, 200, 254]);
  });

  it("run out with an error that says what to do, and never take the number of the placer", () => {
    const { control } = new Machine(1);
    const numbers = new Set<number>();
    for (let i = 1; i < MAX_SETS; i++) {
      numbers.add(control.setOf([1 + (i & 127), 128 + (i >> 7)]));
    }
    expect(numbers.size).toBe(MAX_SETS - 1);
    expect(Math.max(...numbers)).toBeLessThan(PLACE);
    expect(() => control.setOf([1, 2, 3, 4])).toThrow(/1023 different scopes .* reuse scopes/);
  });
});
