/**
 * One process as a member of the cluster, on its control thread: the compute threads, the links to the other
 * members, and the placer for tasks that several members may run. The head and the others differ only in who
 * starts whom (`head.ts`, `follower.ts`).
 */

import type { Context } from "../runtime/context.ts";
import { HIDDEN, type TaskExtras } from "../runtime/extras.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { LocalProcess } from "../runtime/local-process.ts";
import { REFERENCE, readReferences } from "../runtime/payload.ts";
import { idOf } from "../runtime/task-id.ts";
import { CANCELLED_TOPIC, type CancelledRun, listen, send } from "../runtime/topics.ts";
import { CostModel } from "../sched/cost-model.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";
import { type Input, type PlaceableTask, Placer } from "../sched/placement.ts";
import {
  DEFAULT_BOXES,
  processorsIn,
  type ScopeBoxes,
  scopeKey,
  scopeText,
} from "../sched/scope.ts";
import { BodkinError, SchedulingError } from "../wire/errors.ts";
import type { Member, Message } from "../wire/messages.ts";
import { Exchange } from "./exchange.ts";
import { MEMBERS_TOPIC, setMembers } from "./members.ts";
import { Queries } from "./queries.ts";
import { RemoteTasks } from "./remote-tasks.ts";
import type { DownReason, Link } from "./transport.ts";

/** Tells the control thread that the result of a task that runs is decided: the run need not go on. */
export const CANCEL_TOPIC = "cancel";

export interface RecordName {
  readonly record: number;
  readonly serial: number;
  /** Where it runs. Slot 0 runs nothing: what it "runs" was placed, here or elsewhere. */
  readonly slot: number;
  /** Ends the thread if the function does not return. */
  readonly force: boolean;
}

export interface NodeOptions {
  readonly worker: number;
  readonly threads: number;
  readonly memory: number;
  readonly threadEntry: URL;
}

export interface NodeHooks {
  /** Messages that are about the cluster itself. */
  onMessage(message: Message, from: Link): void;
  onDown(worker: number, reason: DownReason): void;
}

interface Placeable extends PlaceableTask {
  readonly record: number;
  readonly threads: ReadonlyMap<number, readonly number[] | undefined>;
}

export class ClusterNode {
  readonly process: LocalProcess;
  readonly context: Context;
  readonly exchange: Exchange;
  readonly tasks: RemoteTasks;
  readonly queries: Queries;
  readonly costs: CostModel = new CostModel();
  readonly #options: NodeOptions;
  readonly #hooks: NodeHooks;
  readonly #placer = new Placer<Placeable>(this.costs);
  readonly #links = new Map<number, Link>();
  #members: readonly Member[] = [];
  /** Records that wait for members that are on their way. */
  #held: number[] | undefined;

  constructor(options: NodeOptions, hooks: NodeHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.process = new LocalProcess(options, {
      place: (records) => this.#place(records),
      bring: (chunk) => this.exchange.bring(chunk),
      forgetRemote: (chunk) => this.exchange.forget(chunk),
    });
    this.context = this.process.context;
    this.exchange = new Exchange(this.context, {
      link: (worker) => this.#links.get(worker),
      transferred: (from, bytes, seconds) =>
        this.costs.transferTook(from, options.worker, bytes, seconds),
    });
    this.tasks = new RemoteTasks(this.context, this.exchange, {
      submit: (record, settler) => this.submit(record, settler),
      pump: () => this.process.pump(),
      stopRun: (record, serial, force) => {
        const slot = this.context.table.byte(record, RECORD.runner);
        this.#stopRun({ record, serial, slot, force });
      },
    });
    this.queries = new Queries({
      context: this.context,
      link: (worker) => this.#links.get(worker),
      describe: (tag, number, word, to) => this.tasks.describe(tag, number, word, to),
      accept: (slot, from) => this.tasks.accept(slot, from),
    });
    listen(CANCEL_TOPIC, (body) => {
      const name = body as RecordName;
      if (name.slot === 0) this.tasks.cancel(name.record, name.serial, name.force);
      else this.#stopRun(name);
    });
  }

  /** Submits a filled record of the control thread. */
  submit(record: number, settler: Settler): Ticket {
    this.process.start();
    const ticket = this.context.home.submit(record, settler);
    this.process.updateKeepAlive();
    return ticket;
  }

  // --- Members -------------------------------------------------------------------------------------

  get members(): readonly Member[] {
    return this.#members;
  }

  setMembers(members: readonly Member[]): void {
    for (const { worker } of this.#members) {
      if (!members.some((m) => m.worker === worker)) this.#placer.removeWorker(worker);
    }
    for (const { worker, threads } of members) {
      if (!this.#members.some((m) => m.worker === worker)) this.#placer.addWorker(worker, threads);
    }
    this.#members = members;
    setMembers(members);
    this.process.broadcast(MEMBERS_TOPIC, members);
    this.#handOut();
  }

  link(worker: number): Link | undefined {
    return this.#links.get(worker);
  }

  /** Takes a link to another member into use. */
  addLink(link: Link): void {
    const { peer } = link;
    this.#links.set(peer, link);
    link.open({
      onMessage: (message) => {
        if (this.exchange.onMessage(message, link)) this.process.pump();
        else if (this.tasks.onMessage(message, link)) this.process.pump();
        else if (this.queries.onMessage(message, link)) this.process.pump();
        else this.#hooks.onMessage(message, link);
      },
      bulkTarget: (message, bytes) => this.exchange.target(message, bytes),
      onBulk: () => {},
      onDown: (reason) => this.#hooks.onDown(peer, reason),
    });
  }

  /** A member is gone: what it ran for us fails with `reason`. */
  lose(worker: number, reason: BodkinError): void {
    const link = this.#links.get(worker);
    this.#links.delete(worker);
    this.setMembers(this.#members.filter((member) => member.worker !== worker));
    if (link) this.tasks.onDown(link, reason);
    this.exchange.onDown(worker);
    for (const task of this.#placer.remove((each) => each.workers.includes(worker))) {
      this.#queue(task.record);
    }
    this.#handOut();
    this.process.pump();
  }

  // --- Placing -------------------------------------------------------------------------------------

  /** Places nothing until the members are there that this promise stands for. */
  holdUntil(arrival: Promise<unknown>): void {
    this.#held = [];
    const go = (): void => {
      const held = this.#held ?? [];
      this.#held = undefined;
      this.#place(held);
    };
    arrival.then(go, (error) => {
      console.error(error);
      go();
    });
  }

  /** Tasks of the default scope go to the placer: there are other members, or there will be. */
  get isShared(): boolean {
    return this.#members.length > 1 || this.#held !== undefined;
  }

  #place(records: readonly number[]): void {
    const { table } = this.context;
    if (this.#held) {
      this.#held.push(...records);
      return;
    }
    for (const record of records) {
      // Begun here: from now on a cancellation finds it running, and its run is told.
      if (table.core.begin(0, record) === 1) this.#queue(record);
    }
    this.#handOut();
  }

  #queue(record: number): void {
    try {
      this.#placer.add(this.#placeable(record));
    } catch (error) {
      this.#fail(record, error);
    }
  }

  #placeable(record: number): Placeable {
    const { table, values } = this.context;
    const hidden = table.byte(record, RECORD.hidden);
    const own = hidden & HIDDEN.function;
    const extras =
      hidden & HIDDEN.extras
        ? (values.read(table.slotWord(record, own ? 1 : 0), true) as TaskExtras)
        : undefined;
    const boxes = (extras?.scope as ScopeBoxes | undefined) ?? DEFAULT_BOXES;
    const inputs = this.#inputs(record, hidden);
    const { threads, pinned } = this.#candidates(boxes, inputs);
    if (threads.size === 0) throw noProcessor(boxes, pinned);
    return {
      record,
      fn: this.#functionKey(record, own !== 0),
      kind: "thread",
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
    const { table } = this.context;
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
    const source = readReferences(this.context.heap.bytes(chunk)).find(
      ({ type }) => type === REFERENCE.source,
    );
    return `source ${source?.local ?? 0}`;
  }

  #inputs(record: number, hidden: number): (Input & { readonly pinned: boolean })[] {
    const { table, heap, worker } = this.context;
    const inputs: (Input & { readonly pinned: boolean })[] = [];
    let skip = (hidden & HIDDEN.function ? 1 : 0) + (hidden & HIDDEN.extras ? 1 : 0);
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
          pinned: heap.get(chunk, "pinned") === 1 || heap.kindOf(chunk) === "object",
        });
      }
    }
    return inputs;
  }

  /** The members that may run a task, with their threads (undefined: all of them). */
  #candidates(
    boxes: ScopeBoxes,
    inputs: readonly (Input & { readonly pinned: boolean })[],
  ): { threads: Map<number, number[] | undefined>; pinned: number | undefined } {
    const pinned = inputs.find((input) => input.pinned)?.holders[0];
    const threads = new Map<number, number[] | undefined>();
    for (const { kind, worker, unit } of processorsIn(boxes, this.#members)) {
      if (kind !== "thread" || (pinned !== undefined && worker !== pinned)) continue;
      const units = threads.get(worker) ?? [];
      units.push(unit);
      threads.set(worker, units);
    }
    for (const { worker, threads: all } of this.#members) {
      if (threads.get(worker)?.length === all) threads.set(worker, undefined);
    }
    return { threads, pinned };
  }

  #handOut(): void {
    const { table } = this.context;
    for (const { task, worker } of this.#placer.take()) {
      const { record } = task;
      if (table.word(record, RECORD.status) !== STATUS.running) {
        this.#placer.done(task);
        table.core.finish(0, record, TAG.undefined, 0); // cancelled while it waited here
        continue;
      }
      const threads = task.threads.get(worker);
      const bytes = task.inputs.reduce((sum, input) => sum + input.bytes, 0);
      const onEnd = (seconds: number | undefined): void => {
        this.#placer.done(task);
        if (seconds !== undefined) this.costs.taskTook(task.fn, task.kind, bytes, seconds);
        queueMicrotask(() => this.#handOut());
      };
      const link = this.#links.get(worker);
      if (worker === this.#options.worker) this.tasks.runHere(record, threads, onEnd);
      else if (link) this.tasks.send(record, link, threads, onEnd);
      else {
        this.#placer.done(task);
        this.#queue(record); // its worker was lost a moment ago
      }
    }
  }

  #fail(record: number, thrown: unknown): void {
    const { table, payloads } = this.context;
    const path = [{ id: idOf(this.context, record), name: "task" }];
    table.leaveWord(payloads.writeFailure({ thrown, path }, 0));
    table.core.finish(0, record, TAG.error, 0);
  }

  #stopRun({ record, serial, slot, force }: RecordName): void {
    if (slot > this.process.threads) return; // nobody runs it
    send(CANCELLED_TOPIC, { record, serial } satisfies CancelledRun, slot);
    if (!force) return;
    const reason = new BodkinError(
      "CANCELLED",
      "the thread of this task was ended to cancel another task on it",
    );
    void this.process.stopRun(slot, record, serial, reason);
  }
}

function noProcessor(boxes: ScopeBoxes, pinned: number | undefined): SchedulingError {
  if (pinned !== undefined) {
    return new SchedulingError(
      `Current scope and argument Chunk scope are not compatible: an argument is pinned to worker ${pinned}, which the scope excludes`,
    );
  }
  return new SchedulingError(
    `No processors available, try widening scope: there is none of ${scopeText(boxes)}`,
  );
}
