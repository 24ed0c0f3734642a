/**
 * The scheduler core as it is meant: tasks with states, and queues that are nothing but the set of ready tasks.
 * Pure and without numbers; the property tests hold the WebAssembly core against it after every step.
 */

export type State = "waiting" | "ready" | "running" | "done";

export interface Outcome {
  readonly failed: boolean;
  /** Tells results apart; 0 for failures. */
  readonly value: number;
}

export interface Dependency {
  readonly task: Task;
  /** Its value is an argument; else only its end matters. */
  readonly carriesValue: boolean;
}

export class Task {
  state: State = "waiting";
  outcome: Outcome | undefined;
  /** Thread that runs it, or that runs on though the outcome was decided from outside. */
  runner: number | undefined;
  /** It waits to be run, or a queue or a thread still holds it: so its record must stay. */
  inPlay = true;
  /** Dependencies that are not done. */
  readonly awaits: Task[] = [];
  readonly home: number;
  readonly cls: number;
  /** Slots that may run it. */
  set: ReadonlySet<number> | "any" | "placer";
  readonly dependencies: readonly Dependency[];

  constructor(home: number, cls: number, set: Task["set"], dependencies: readonly Dependency[]) {
    this.home = home;
    this.cls = cls;
    this.set = set;
    this.dependencies = dependencies;
  }

  get hasFailedDependency(): boolean {
    return this.dependencies.some(({ task }) => task.outcome?.failed);
  }

  /** Nothing refers to its record any more but its home. */
  get isReleased(): boolean {
    return this.state === "done" && !this.inPlay && this.awaits.length === 0;
  }

  mayRunOn(slot: number): boolean {
    return this.set === "any" ? slot > 0 : this.set !== "placer" && this.set.has(slot);
  }
}

export class Model {
  /** Submitted, and their records not freed. */
  readonly tasks = new Set<Task>();
  /** Done or released since its home last heard of it. */
  readonly listed = new Set<Task>();
  /** A ready task that a thread keeps for itself. */
  readonly hands = new Map<number, Task>();

  submit(task: Task): void {
    this.tasks.add(task);
    for (const { task: before } of task.dependencies) {
      if (before.state !== "done") task.awaits.push(before);
    }
    this.#arrived(task);
  }

  #arrived(task: Task): void {
    if (task.isReleased) this.listed.add(task);
    if (task.state !== "waiting") return;
    if (task.awaits.length === 0 || task.hasFailedDependency) task.state = "ready";
  }

  #end(task: Task, outcome: Outcome): void {
    task.state = "done";
    task.outcome = outcome;
    this.listed.add(task);
    for (const successor of this.tasks) {
      const before = successor.awaits.length;
      const left = successor.awaits.filter((each) => each !== task);
      if (left.length === before) continue;
      successor.awaits.splice(0, before, ...left);
      this.#arrived(successor);
    }
  }

  #leavePlay(task: Task): void {
    task.inPlay = false;
    task.runner = undefined;
    if (task.isReleased) this.listed.add(task);
  }

  /** What a thread may begin next: of the most urgent class it sees, tasks of narrow scopes before others. */
  candidates(slot: number): Task[] {
    const inOtherHands = new Set(this.hands.values());
    inOtherHands.delete(this.hands.get(slot) as Task);
    const visible = [...this.tasks].filter(
      (task) => task.state === "ready" && task.mayRunOn(slot) && !inOtherHands.has(task),
    );
    const top = Math.max(...visible.map(({ cls }) => cls));
    const urgent = visible.filter(({ cls }) => cls === top);
    const narrow = urgent.filter(({ set }) => set !== "any");
    return narrow.length > 0 ? narrow : urgent;
  }

  begin(task: Task, slot: number): void {
    task.state = "running";
    task.runner = slot;
    if (this.hands.get(slot) === task) this.hands.delete(slot);
  }

  /** Gives the tasks that became ready. */
  finish(task: Task, outcome: Outcome): Set<Task> {
    const waited = [...this.tasks].filter(({ state }) => state === "waiting");
    if (task.state === "running") this.#end(task, outcome);
    this.#leavePlay(task);
    return new Set(waited.filter(({ state }) => state === "ready"));
  }

  again(task: Task, set: Task["set"]): void {
    task.set = set;
    if (task.state === "running") {
      task.state = "ready";
      task.runner = undefined;
    } else this.#leavePlay(task);
  }

  /** The outcome from outside: cancelled. What is in a queue or on a thread stays there for now. */
  decide(task: Task): void {
    const waited = task.state === "waiting";
    this.#end(task, { failed: true, value: 0 });
    if (waited) this.#leavePlay(task);
  }

  /** A decided task was met in its queue. */
  drop(task: Task): void {
    this.#leavePlay(task);
    for (const [slot, hand] of this.hands) if (hand === task) this.hands.delete(slot);
  }

  /** The thread of a slot is gone: what it ran fails, what it held in its hand is for all. */
  die(slot: number): void {
    this.hands.delete(slot);
    for (const task of [...this.tasks]) {
      if (task.runner !== slot) continue;
      this.finish(task, { failed: true, value: 0 });
      // Where that was decided from outside, the home may have heard it; it is told again.
      this.listed.add(task);
    }
  }
}
