/**
 * Tasks that several members may run: what the placer needs to know of a ready record, and handing out what it
 * placed. What a worker that is gone did not get goes elsewhere.
 */

import type { Context } from "../runtime/context.ts";
import { HIDDEN, hiddenSlots, type TaskExtras } from "../runtime/extras.ts";
import { SHARED_SLOT } from "../runtime/live-objects.ts";
import { REFERENCE, readReferences } from "../runtime/payload.ts";
import { idOf } from "../runtime/task-id.ts";
import type { CostModel } from "../sched/cost-model.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";
import { type Input, type PlaceableTask, Placer } from "../sched/placement.ts";
import {
  ALL_THREADS,
  DEFAULT_BOXES,
  mayHoldUnknown,
  processorsIn,
  type ScopeBoxes,
  scopeKey,
  scopeText,
  slotOfProcessor,
} from "../sched/scope.ts";
import { BodkinError, SchedulingError } from "../wire/errors.ts";
import type { PredictionSums } from "../wire/events.ts";
import type { Member } from "../wire/messages.ts";
import type { DeviceCounts } from "./device-counts.ts";
import type { OnEnd, PlacedTasks } from "./placed-tasks.ts";
import type { Link } from "./transport.ts";

interface Placeable extends PlaceableTask {
  readonly record: number;
  readonly threads: ReadonlyMap<number, readonly number[] | undefined>;
}

interface PlaceableInput extends Input {
  readonly isPinned: boolean;
}

export interface PlacingParts {
  readonly context: Context;
  readonly costs: CostModel;
  readonly tasks: PlacedTasks;
  readonly devices: DeviceCounts;
  link(worker: number): Link | undefined;
}

const MOST_PREDICTIONS = 1024;

export class Placing {
  readonly #parts: PlacingParts;
  readonly #placer: Placer<Placeable>;
  readonly #predictions = new Map<string, PredictionSums>();
  #members: readonly Member[] = [];
  /** Records that wait for members that are on their way. */
  #held: number[] | undefined;

  constructor(parts: PlacingParts) {
    this.#parts = parts;
    this.#placer = new Placer(parts.costs);
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** Sets who there is. Tasks that waited for one that is gone are judged anew. */
  setMembers(members: readonly Member[]): void {
    const isIn = (list: readonly Member[], worker: number): boolean =>
      list.some((member) => member.worker === worker);
    const gone = this.#members.filter(({ worker }) => !isIn(members, worker));
    for (const { worker } of gone) this.#placer.removeWorker(worker);
    for (const { worker, threads } of members) {
      if (!isIn(this.#members, worker)) this.#placer.addWorker(worker, threads);
    }
    this.#members = members;
    const waited = this.#placer.remove(({ workers }) =>
      gone.some(({ worker }) => workers.includes(worker)),
    );
    for (const { record } of waited) this.#queue(record);
    this.handOut();
  }

  /** Places nothing until a promise is settled that members stand behind. */
  async holdUntil(arrival: Promise<unknown>): Promise<void> {
    this.#held = [];
    await arrival.catch(console.error);
    const held = this.#held;
    this.#held = undefined;
    this.place(held);
  }

  /** Tasks of the default scope are to be placed: there are other members, or there will be. */
  get isShared(): boolean {
    return this.#members.length > 1 || this.#held !== undefined;
  }

  /** Takes ready records. */
  place(records: readonly number[]): void {
    if (this.#held) {
      this.#held.push(...records);
      return;
    }
    const { core } = this.#parts.context.table;
    for (const record of records) {
      // Begun here: from now on a cancellation finds it running, and its run is told.
      if (core.begin(0, record) === 1) this.#queue(record);
    }
    this.handOut();
  }

  /** What a worker has of our tasks only waits: it gets more. */
  onIdle(worker: number): void {
    this.#placer.idle(worker);
    this.handOut();
  }

  /** Gives nothing more to a worker for now, or again. */
  suspend(worker: number, isSuspended: boolean): void {
    this.#placer.suspend(worker, isSuspended);
    this.handOut();
  }

  #queue(record: number): void {
    try {
      const task = this.#placeable(record);
      if (task) this.#placer.add(task);
    } catch (error) {
      this.#fail(record, error);
    }
  }

  #fail(record: number, thrown: unknown): void {
    const { context } = this.#parts;
    const path = [{ id: idOf(context, record), name: "task" }];
    context.table.leaveWord(TAG.error, context.payloads.writeFailure({ thrown, path }, 0));
    context.table.core.finish(0, record, TAG.error, 0);
  }

  handOut(): void {
    const { context, tasks, costs, link } = this.#parts;
    const { core } = context.table;
    for (const { task, worker, cost } of this.#placer.take()) {
      const { record } = task;
      if (context.table.word(record, RECORD.status) !== STATUS.running) {
        this.#placer.done(task);
        core.finish(0, record, TAG.undefined, 0); // cancelled while it waited here
        continue;
      }
      const threads = task.threads.get(worker);
      const name = context.events.isOn ? context.home.nameOf(record) : undefined;
      const bytes = task.inputs.reduce((sum, input) => sum + input.bytes, 0);
      const onEnd: OnEnd = (seconds) => {
        this.#placer.done(task);
        if (seconds !== undefined) {
          costs.taskTook(task.fn, task.kind, bytes, seconds);
          if (name !== undefined) this.#judge(name, cost, seconds);
        }
        queueMicrotask(() => this.handOut());
      };
      const to = link(worker);
      if (worker === context.worker) tasks.runHere(record, threads, onEnd);
      else if (to) tasks.send(record, to, threads, onEnd);
      else throw new BodkinError("INTERNAL", `internal: no link to member ${worker}`);
    }
  }

  /** What was expected of tasks that were placed while somebody watched, and what they took, by name. */
  get predictions(): PredictionSums[] {
    return [...this.#predictions.values()];
  }

  #judge(name: string, predicted: number, measured: number): void {
    const sofar = this.#predictions.get(name) ?? { name, count: 0, predicted: 0, measured: 0 };
    if (sofar.count === 0 && this.#predictions.size >= MOST_PREDICTIONS) return;
    this.#predictions.set(name, {
      name,
      count: sofar.count + 1,
      predicted: sofar.predicted + predicted,
      measured: sofar.measured + measured,
    });
  }

  // --- What the placer needs to know -----------------------------------------------------------------

  /** Undefined where it is not known yet which devices there are; then it is queued again when that is known. */
  #placeable(record: number): Placeable | undefined {
    const { table, values } = this.#parts.context;
    const hidden = table.byte(record, RECORD.hidden);
    const own = hidden & HIDDEN.function;
    const extras =
      hidden & HIDDEN.extras
        ? (values.read(table.slotWord(record, own ? 1 : 0), true) as TaskExtras)
        : undefined;
    const inputs = this.#inputs(record, hidden);
    const pinned = inputs.find(({ isPinned }) => isPinned)?.holders[0] ?? this.#sharer(record);
    // Data that must stay where it is draws tasks there, unless they say where they want to be.
    const boxes = extras?.scope ?? (pinned === undefined ? DEFAULT_BOXES : ALL_THREADS);
    const unknown = mayHoldUnknown(boxes, this.#members);
    if (unknown.length > 0) {
      void this.#parts.devices.find(unknown).then(() => {
        this.#queue(record);
        this.handOut();
      });
      return undefined;
    }
    const threads = this.#candidates(boxes, pinned);
    if (threads.size === 0) throw this.#noProcessor(boxes, pinned);
    return {
      record,
      fn: this.#functionKey(record, own !== 0),
      kind: boxes.every(({ kind }) => kind === "gpu") ? "gpu" : "thread",
      class: table.byte(record, RECORD.class),
      inputs,
      workers: [...threads.keys()],
      threads,
      scope: `${scopeKey(boxes)}${pinned ?? ""}`,
      cost: extras?.timeUtil,
      occupancy: extras?.occupancy,
    };
  }

  /** What the cost model knows a task by: its function, and the functions that are arguments of it. */
  #functionKey(record: number, own: boolean): string {
    const { table } = this.#parts.context;
    const keys = own ? [] : [`${table.word(record, RECORD.fn)}`];
    for (let at = 0; at < table.countOf(record); at++) {
      const tag = table.tagOf(record, at);
      if (tag === TAG.functionChunk) keys.push(this.#sourceOf(table.slotWord(record, at)));
      else if (tag === TAG.function) keys.push(`${table.slotWord(record, at)}`);
    }
    return keys.join(" of ");
  }

  /** Functions that capture different values but have one source are one function to the cost model. */
  #sourceOf(chunk: number): string {
    const { heap } = this.#parts.context;
    const references = heap.using(chunk, () => readReferences(heap.bytes(chunk)));
    const source = references.find(({ type }) => type === REFERENCE.source);
    return `source ${source?.local ?? 0}`;
  }

  #inputs(record: number, hidden: number): PlaceableInput[] {
    const { table, heap, worker } = this.#parts.context;
    const inputs: PlaceableInput[] = [];
    let skip = hiddenSlots(hidden);
    for (const part of table.parts(record)) {
      const count = table.countOf(part);
      for (let at = 0; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.pieces) skip += table.slotWord(part, at) + 1; // each processor has its own
        if (skip > 0) {
          skip--;
          continue;
        }
        if (tag !== TAG.chunk) continue;
        const chunk = table.slotWord(part, at);
        const home = heap.get(chunk, "worker");
        const isHere = home === 0 || heap.hasData(chunk);
        inputs.push({
          bytes: heap.bytesOf(chunk),
          holders: [...(home === 0 ? [] : [home]), ...(isHere ? [worker] : [])],
          isPinned: heap.get(chunk, "pinned") === 1 || heap.kindOf(chunk) === "object",
        });
      }
    }
    return inputs;
  }

  /** The worker whose threads share a buffer that the function or an argument of a task refers to. */
  #sharer(record: number): number | undefined {
    const { table, heap, worker } = this.#parts.context;
    const sharerOf = (holder: number): number | undefined => {
      if (heap.kindOf(holder) !== "compound" || !heap.hasData(holder)) return undefined;
      const shared = readReferences(heap.bytes(holder)).find(
        ({ type, local }) => type === REFERENCE.chunk && heap.get(local, "slot") === SHARED_SLOT,
      );
      return shared && (heap.get(shared.local, "worker") || worker);
    };
    const fn = table.word(record, RECORD.fn);
    let found = fn === 0 ? undefined : sharerOf(fn);
    for (const part of table.parts(record)) {
      for (let at = 0; at < table.countOf(part) && found === undefined; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.chunk || tag === TAG.functionChunk)
          found = sharerOf(table.slotWord(part, at));
      }
    }
    return found;
  }

  /** The members that may run a task, with the slots of their threads and devices (undefined: all threads). */
  #candidates(boxes: ScopeBoxes, pinned: number | undefined): Map<number, number[] | undefined> {
    const threads = new Map<number, number[] | undefined>();
    const found = processorsIn(boxes, this.#members);
    for (const member of this.#members) {
      const { worker, threads: all } = member;
      if (pinned !== undefined && worker !== pinned) continue;
      const own = found.filter((each) => each.worker === worker);
      if (own.length === 0) continue;
      const isAll = own.length === all && own.every(({ kind }) => kind === "thread");
      threads.set(worker, isAll ? undefined : own.map((each) => slotOfProcessor(each, member)));
    }
    return threads;
  }

  #noProcessor(boxes: ScopeBoxes, pinned: number | undefined): BodkinError {
    if (pinned === undefined || processorsIn(boxes, this.#members).length === 0) {
      const isForDevices = boxes.some(({ kind }) => kind === "gpu");
      const reasons = isForDevices ? this.#parts.devices.reasons.map((each) => `. ${each}`) : [];
      return new SchedulingError(
        `No processors available, try widening scope: there is none of ${scopeText(boxes)}${reasons.join("")}`,
      );
    }
    if (!this.#members.some(({ worker }) => worker === pinned)) {
      return new BodkinError(
        "WORKER_LOST",
        `an argument was pinned to worker ${pinned}, which is gone; make it again on another worker`,
      );
    }
    return new SchedulingError(
      `Current scope and argument Chunk scope are not compatible: an argument is pinned to worker ${pinned}, which the scope excludes`,
    );
  }
}
