/**
 * One driver that plays all threads of a machine and does each step with the model too. A step may be killed at
 * any probe; then the driver finds out whether it had happened, does the same with the model, and goes on.
 */

import { expect } from "vitest";
import {
  FLAG,
  NO_RUNNER,
  PARK,
  PLACE,
  PLACE_LIST,
  RECORD,
  RECORD_SLOTS,
  SET_READY,
  SLEEPERS,
  STATUS,
  TAG,
} from "../../src/sched/layout.ts";
import type { TaskTable } from "../../src/sched/task-table.ts";
import type { Machine } from "./machine.ts";
import { type Dependency, Model, Task } from "./model.ts";

/** Never dies. */
export const LIVES: number = Number.POSITIVE_INFINITY;

/** `expect` costs microseconds, and nearly all of these hold. */
function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) expect(actual, what).toBe(expected);
}

export class Driver {
  readonly machine: Machine;
  readonly model = new Model();
  readonly #recordOf = new Map<Task, number>();
  readonly #taskOf = new Map<number, Task>();
  /** Tasks whose home has not heard that they are done: they can be dependencies. */
  readonly #unsettled = new Set<Task>();
  readonly #watched = new Set<Task>();
  #values = 0;
  #serial = 0;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  #table(slot: number): TaskTable {
    return this.machine.tables[slot] as TaskTable;
  }

  recordOf(task: Task): number {
    return this.#recordOf.get(task) as number;
  }

  isAwake(slot: number): boolean {
    return this.machine.slotWord(slot, "park") === PARK.awake;
  }

  unsettledOf(home: number): Task[] {
    return [...this.#unsettled].filter((task) => task.home === home);
  }

  runningOn(slot: number): Task[] {
    return [...this.model.tasks].filter((task) => task.runner === slot);
  }

  // --- Steps ---------------------------------------------------------------------------------------

  spawn(
    home: number,
    cls: number,
    set: Task["set"],
    dependencies: Dependency[],
    dieAt = LIVES,
  ): void {
    const task = new Task(home, cls, set, dependencies);
    const serial = ++this.#serial;
    let record = 0;
    const survived = this.machine.survives(dieAt, () => {
      const table = this.#table(home);
      table.useClass(cls);
      record = table.take();
      this.machine.probe();
      table.describe(
        record,
        0,
        set === "any" ? 0 : set === "placer" ? PLACE : table.setOf(set),
        cls,
      );
      table.setSerial(record, serial);
      let part = record;
      dependencies.forEach((dependency, i) => {
        const at = i % RECORD_SLOTS;
        if (at === 0 && i > 0) part = table.extend(record, part);
        table.setCount(part, at + 1);
        const tag = dependency.carriesValue ? TAG.edge : TAG.order;
        table.setWord(part, at, tag, this.recordOf(dependency.task));
        this.machine.probe();
      });
      table.core.submit(home, record);
    });
    if (!survived) this.machine.bury(home);
    if (survived) {
      this.#record(task, record);
      this.#unsettled.add(task);
    } else {
      this.#died(home);
      if (record !== 0) this.#adoptSpawned(task, record, serial);
    }
    this.compare();
  }

  #record(task: Task, record: number): void {
    this.#recordOf.set(task, record);
    this.#taskOf.set(record, task);
    this.model.submit(task);
  }

  /** The home died while it submitted: the task is there as a whole, or it failed, or there is none. */
  #adoptSpawned(task: Task, record: number, serial: number): void {
    const { control } = this.machine;
    const status = control.word(record, RECORD.status);
    if (status === STATUS.free || control.word(record, RECORD.serial) !== serial) return;
    if (status !== STATUS.done) {
      this.#record(task, record);
      return;
    }
    // A dependency that failed first has made it ready, and a queue holds it; else it was decided waiting.
    const isQueued = control.byte(record, RECORD.runner) !== NO_RUNNER;
    // Of its dependencies the first ones hold on to it, as far as submission came.
    let linked = control.word(record, RECORD.pending) - +isQueued;
    const held = task.dependencies.filter(
      ({ task: before }) => before.state !== "done" && linked-- > 0,
    );
    const broken = new Task(task.home, task.cls, task.set, held);
    this.#record(broken, record);
    broken.state = isQueued ? "ready" : "waiting";
    this.model.decide(broken);
    this.#adoptDropped();
  }

  /** A thread looks for work: in passing, or before it sleeps. */
  look(slot: number, how: "next" | "sleep" | "lieDown", dieAt = LIVES): void {
    const candidates = this.model.candidates(slot);
    let record = 0;
    const survived = this.machine.survives(dieAt, () => {
      const { core } = this.#table(slot);
      if (how === "next") record = core.next(slot, 1);
      else if (how === "sleep") record = core.sleep(slot, 0n);
      else record = core.lieDown(slot, PARK.loop);
    });
    if (survived) {
      this.#adoptDropped();
      expect(record !== 0, "a task is begun where there is one").toBe(candidates.length > 0);
      const task = this.#taskOf.get(record);
      if (task) {
        const [urgent] = candidates;
        expect(
          candidates,
          `${urgent?.cls}, ${urgent?.set} before ${task.cls}, ${task.set}`,
        ).toContain(task);
        this.model.begin(task, slot);
        this.#checkArguments(task);
      }
      this.model.hands.delete(slot);
    } else {
      this.machine.bury(slot);
      const begun = candidates.filter((task) => this.#status(task) === STATUS.done);
      expect(begun.length).toBeLessThanOrEqual(1);
      for (const task of begun) this.model.begin(task, slot);
      this.#died(slot);
      this.#adoptDropped();
    }
    this.compare();
  }

  finish(task: Task, fails: boolean, keeps: boolean, dieAt = LIVES): void {
    const slot = task.runner as number;
    const table = this.#table(slot);
    const failed = fails || task.hasFailedDependency;
    const value = failed ? 0 : ++this.#values;
    const tag = failed ? TAG.error : value % 2 === 0 ? TAG.number : TAG.chunk;
    const chunk = tag === TAG.number ? 0 : this.machine.chunkOf(slot, value);
    if (chunk === 0) table.leaveNumber(value);
    else table.leaveWord(tag, chunk);
    let accepted = 0;
    const survived = this.machine.survives(dieAt, () => {
      accepted = table.core.finish(slot, this.recordOf(task), tag, +keeps);
    });
    if (survived) expect(accepted === 1).toBe(task.state === "running");
    else {
      this.machine.bury(slot);
      accepted = +(task.state === "running" && this.#resultIs(task, tag, chunk, value));
    }
    const ready = this.model.finish(task, { failed: failed || accepted === 0, value });
    if (survived) this.#adoptHand(slot, ready);
    else this.#died(slot);
    this.compare();
  }

  /** Puts the task in a thread's hand back, for all. */
  openHand(slot: number, dieAt = LIVES): void {
    const survived = this.machine.survives(dieAt, () => this.#table(slot).core.openHand(slot));
    if (survived) this.model.hands.delete(slot);
    else {
      this.machine.bury(slot);
      this.#died(slot);
    }
    this.compare();
  }

  again(task: Task, set: Task["set"], dieAt = LIVES): void {
    const slot = task.runner as number;
    const table = this.#table(slot);
    const survived = this.machine.survives(dieAt, () => {
      const id = set === "any" ? 0 : set === "placer" ? PLACE : table.setOf(set);
      table.core.again(slot, this.recordOf(task), id);
    });
    if (!survived) this.machine.bury(slot);
    if (survived || this.#status(task) === STATUS.ready) this.model.again(task, set);
    if (!survived) this.#died(slot);
    this.compare();
  }

  /** Cancels a task from its home. */
  decide(task: Task, dieAt = LIVES): void {
    const { home } = task;
    const chunk = this.machine.chunkOf(home, 0);
    const table = this.#table(home);
    table.leaveWord(TAG.error, chunk);
    let was: number = STATUS.done;
    const survived = this.machine.survives(dieAt, () => {
      was = table.core.decide(home, this.recordOf(task), TAG.error);
    });
    if (survived) expect(was).toBe(STATUS[task.state]);
    else this.machine.bury(home);
    const decided = task.state !== "done" && this.#status(task) === STATUS.done;
    const byUs = decided && this.#resultIs(task, TAG.error, chunk, 0);
    if (byUs) this.model.decide(task);
    if (!survived) this.#died(home);
    this.compare();
  }

  /** A home hears of one task that is done, and frees its record where nothing refers to it. */
  hear(home: number, dieAt = LIVES): void {
    const { core } = this.#table(home);
    let notice = 0;
    const survived = this.machine.survives(dieAt, () => {
      notice = core.nextNotice(home);
      this.machine.probe();
      if (notice < 0) core.free(home, notice & 0x7fffffff);
    });
    if (survived) {
      const listed = [...this.model.listed].filter((task) => task.home === home);
      expect(notice !== 0).toBe(listed.length > 0);
      if (notice !== 0) {
        const task = this.#taskOf.get(notice & 0x7fffffff) as Task;
        expect(listed).toContain(task);
        expect(notice < 0).toBe(task.isReleased);
        this.#heard(task);
      }
    } else {
      this.machine.bury(home);
      for (const task of this.model.listed) {
        if (task.home === home && !this.#isListed(task)) this.#heard(task);
      }
      this.#died(home);
    }
    this.compare();
  }

  #heard(task: Task): void {
    this.model.listed.delete(task);
    this.#unsettled.delete(task);
    if (!task.isReleased) return;
    this.model.tasks.delete(task);
    this.#taskOf.delete(this.recordOf(task));
  }

  /** The control thread begins everything that waits to be placed. */
  place(): void {
    const { control } = this.machine;
    let record = Atomics.exchange(control.words, PLACE_LIST >>> 2, 0);
    while (record !== 0) {
      const next = control.word(record, RECORD.queueNext);
      const task = this.#taskOf.get(record) as Task;
      expect(task.set).toBe("placer");
      expect(control.core.begin(0, record) === 1).toBe(task.state === "ready");
      if (task.state === "ready") this.model.begin(task, 0);
      record = next;
    }
    this.#adoptDropped();
    this.compare();
  }

  /** Somebody waits for a task at its home. */
  watch(task: Task): void {
    const isDone = this.#table(task.home).core.wantNotice(this.recordOf(task)) === 1;
    expect(isDone).toBe(task.state === "done");
    if (!isDone) this.#watched.add(task);
  }

  wake(slot: number): void {
    this.#table(slot).core.declareAwake(slot);
  }

  /** A thread dies between two steps. */
  kill(slot: number): void {
    this.machine.bury(slot);
    this.#died(slot);
    this.compare();
  }

  /** Lets everything end that can, until the table is empty. */
  settle(): void {
    for (let slot = 0; slot < this.machine.slots; slot++) if (!this.isAwake(slot)) this.wake(slot);
    let rounds = 0;
    while (this.model.tasks.size > 0) {
      expect(++rounds, "everything ends").toBeLessThan(500);
      this.place();
      for (let slot = 0; slot < this.machine.slots; slot++) {
        if (slot > 0) this.look(slot, "next");
        for (const task of this.runningOn(slot)) this.finish(task, false, slot > 0);
        this.hear(slot);
      }
    }
    for (let slot = 1; slot < this.machine.slots; slot++) this.look(slot, "next");
    expect(this.machine.liveChunks).toBe(0);
    const { made, free } = this.machine.records();
    expect(free, "every record is free again").toBe(made);
  }

  // --- What happened --------------------------------------------------------------------------------

  #status(task: Task): number {
    return this.machine.control.word(this.recordOf(task), RECORD.status);
  }

  #isListed(task: Task): boolean {
    if (this.#status(task) === STATUS.free) return false;
    return (this.machine.control.word(this.recordOf(task), RECORD.flags) & FLAG.listed) !== 0;
  }

  #resultIs(task: Task, tag: number, chunk: number, value: number): boolean {
    const { control } = this.machine;
    const record = this.recordOf(task);
    if (control.resultTag(record) !== tag) return false;
    return tag === TAG.number
      ? control.resultNumber(record) === value
      : control.resultWord(record) === chunk;
  }

  #died(slot: number): void {
    this.model.die(slot);
    for (const task of this.unsettledOf(slot)) this.#unsettled.delete(task);
  }

  /** Threads drop decided tasks from queues whenever they meet them. */
  #adoptDropped(): void {
    for (const task of this.model.tasks) {
      if (task.state !== "done" || !task.inPlay || task.runner !== undefined) continue;
      const pending = this.machine.control.word(this.recordOf(task), RECORD.pending);
      if (pending !== task.awaits.length + 1) this.model.drop(task);
    }
  }

  /** A thread may keep one of the tasks it made ready, if any thread may run it and none is more urgent. */
  #adoptHand(slot: number, ready: ReadonlySet<Task>): void {
    const task = this.#taskOf.get(this.machine.slotWord(slot, "hand"));
    if (!task || this.model.hands.get(slot) === task) return;
    expect(ready).toContain(task);
    expect(task.set).toBe("any");
    this.model.hands.set(slot, task);
  }

  #checkArguments(task: Task): void {
    const { control } = this.machine;
    const record = this.recordOf(task);
    expect(control.hasMissing(record)).toBe(task.awaits.length > 0);
    expect(control.errorIn(record) !== 0).toBe(task.hasFailedDependency);
    if (task.hasFailedDependency) return;
    const parts = [...control.parts(record)];
    task.dependencies.forEach(({ task: before, carriesValue }, i) => {
      const part = parts[Math.floor(i / RECORD_SLOTS)] as number;
      const at = i % RECORD_SLOTS;
      const tag = control.tagOf(part, at);
      if (!carriesValue) expect(tag).toBe(TAG.none);
      else if (tag === TAG.number) expect(control.slotNumber(part, at)).toBe(before.outcome?.value);
      else expect(this.machine.numberIn(control.slotWord(part, at))).toBe(before.outcome?.value);
    });
  }

  /** The core and the model are in the same state. */
  compare(): void {
    const { control } = this.machine;
    let narrow = 0;
    for (const task of this.model.tasks) {
      const record = this.recordOf(task);
      same(this.#status(task), STATUS[task.state], "status");
      if (!task.isReleased) {
        same(control.word(record, RECORD.pending), task.awaits.length + +task.inPlay, "pending");
      }
      const runner = control.byte(record, RECORD.runner);
      if (task.runner !== undefined) same(runner, task.runner, "runner");
      else same(runner === 0 || runner === NO_RUNNER, true, "nobody runs it");
      same(this.#isListed(task), this.model.listed.has(task), "listed");
      const isQueued = task.inPlay && task.state !== "waiting" && task.runner === undefined;
      if (isQueued && typeof task.set === "object") narrow++;
      if (task.state === "ready" && task.set !== "placer") this.#expectAwakeFor(task);
      if (task.state === "done" && this.#watched.delete(task) && task.home > 0) {
        same(this.isAwake(task.home), true, "who waits for a task is woken");
      }
    }
    same(control.words[SET_READY >>> 2], narrow, "tasks in queues of sets");
    const asleep = Array.from({ length: this.machine.slots }, (_, i) => i).filter(
      (slot) => !this.isAwake(slot),
    );
    same(control.words[SLEEPERS >>> 2], asleep.length, "sleepers");
  }

  #expectAwakeFor(task: Task): void {
    const isSeen = this.machine.tables.some(
      ({ slot }) => task.mayRunOn(slot) && this.isAwake(slot),
    );
    same(isSeen, true, "a thread that may run it is awake");
  }
}
