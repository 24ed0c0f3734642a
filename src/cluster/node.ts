/**
 * One process as a member of the cluster, on its control thread: the compute threads, the links to the other
 * members, and what goes over them. The head and the others differ only in who starts whom (`head.ts`,
 * `follower.ts`).
 */

import type { Context } from "../runtime/context.ts";
import type { DeviceSettings } from "../runtime/devices.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { LocalProcess, type Room } from "../runtime/local-process.ts";
import { CANCELLED_TOPIC, type CancelledRun, listen, send } from "../runtime/topics.ts";
import { CostModel } from "../sched/cost-model.ts";
import { RECORD } from "../sched/layout.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Member, Message } from "../wire/messages.ts";
import { DeviceCounts } from "./device-counts.ts";
import { Exchange } from "./exchange.ts";
import { Guests } from "./guests.ts";
import { Heartbeat } from "./heartbeat.ts";
import { LocalRuns } from "./local-runs.ts";
import { MEMBERS_TOPIC, setMembers } from "./members.ts";
import { PlacedTasks } from "./placed-tasks.ts";
import { Placing } from "./placing.ts";
import { Queries } from "./queries.ts";
import { acceptSlot, describeSlot } from "./slots.ts";
import type { DownReason, Link } from "./transport.ts";
import { Watching } from "./watching.ts";

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
  readonly room: Room;
  readonly devices: DeviceSettings;
  /** Milliseconds of silence after which a member is lost. */
  readonly lostAfter: number | false;
  readonly threadEntry: URL;
}

export interface NodeHooks {
  /** Messages that are about the cluster itself. */
  onMessage(message: Message, from: Link): void;
  onDown(worker: number, reason: DownReason): void;
  /** No compute thread can be started. */
  onBroken(reason: BodkinError): void;
}

export class ClusterNode {
  readonly process: LocalProcess;
  readonly context: Context;
  readonly exchange: Exchange;
  readonly tasks: PlacedTasks;
  readonly queries: Queries;
  readonly watching: Watching;
  readonly costs: CostModel = new CostModel();
  readonly #hooks: NodeHooks;
  readonly #guests: Guests;
  readonly #placing: Placing;
  readonly #devices: DeviceCounts;
  readonly #heartbeat: Heartbeat;
  readonly #links = new Map<number, Link>();

  constructor(options: NodeOptions, hooks: NodeHooks) {
    const { worker, lostAfter } = options;
    const link = (to: number): Link | undefined => this.#links.get(to);
    this.#hooks = hooks;
    this.process = new LocalProcess(options, {
      place: (records) => this.#placing.place(records),
      bringRemote: (chunk) => this.exchange.pulls.bring(chunk),
      forgetRemote: (chunk) => this.exchange.forget(chunk),
      collectElsewhere: () => this.exchange.askToCollect(this.#links.values()),
      onThreadEnd: (slot, reason) => {
        this.queries.onGone((asked) => asked.worker === worker && asked.slot === slot, reason);
      },
      onQuiet: () => {
        this.#guests.onQuiet();
        this.#placing.onIdle(worker);
      },
      onBroken: hooks.onBroken,
      takeEvents: () => this.watching.take(),
    });
    const { context } = this.process;
    this.context = context;
    this.exchange = new Exchange(context, {
      link,
      transferred: (from, bytes, seconds) => {
        this.costs.transferTook(from, worker, bytes, seconds);
        if (context.events.isOn) context.events.moved(from, bytes, seconds * 1000);
      },
    });
    const runs = new LocalRuns(context, {
      submit: (record, settler) => this.submit(record, settler),
      pump: () => this.process.pump(),
      stopRun: (record, serial, force) => {
        const slot = context.table.byte(record, RECORD.runner);
        this.#stopRun({ record, serial, slot, force });
      },
    });
    this.tasks = new PlacedTasks(context, this.exchange, runs);
    this.#guests = new Guests(context, this.exchange, runs);
    this.#devices = new DeviceCounts({
      worker,
      link,
      findHere: async () => {
        const { devices } = this.process;
        return { count: await this.process.hold(devices.find()), reason: devices.reason };
      },
      onChanged: () => this.setMembers(this.members),
    });
    this.#placing = new Placing({
      context,
      costs: this.costs,
      tasks: this.tasks,
      devices: this.#devices,
      link,
    });
    this.queries = new Queries({
      context,
      link,
      describe: (slot, to) => describeSlot(this.exchange, slot, to),
      accept: (slot, from) => acceptSlot(this.exchange, slot, from),
      hold: (promise) => this.process.hold(promise),
    });
    this.#heartbeat = new Heartbeat({
      worker,
      lostAfter,
      link,
      links: () => this.#links.values(),
      onSuspected: (peer, isSuspected) => this.#placing.suspend(peer, isSuspected),
    });
    this.watching = new Watching({
      process: this.process,
      traffic: () => this.exchange.pulls.traffic,
      predictions: () => this.#placing.predictions,
      links: () => this.#links.values(),
      link,
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

  // --- Members -------------------------------------------------------------------------------------

  get members(): readonly Member[] {
    return this.#placing.members;
  }

  /** Sets who there is; all but this process are linked. */
  setMembers(told: readonly Member[]): void {
    const members = this.#devices.applyTo(told);
    setMembers(members);
    this.process.broadcast(MEMBERS_TOPIC, members);
    this.#placing.setMembers(members);
  }

  /** Places nothing until a promise is settled that members stand behind. */
  holdUntil(arrival: Promise<unknown>): void {
    void this.#placing.holdUntil(arrival);
  }

  /** Tasks of the default scope go to the placer. */
  get isShared(): boolean {
    return this.#placing.isShared;
  }

  link(worker: number): Link | undefined {
    return this.#links.get(worker);
  }

  /** The members that are linked to this process. */
  get linked(): number[] {
    return [...this.#links.keys()];
  }

  /** Takes a link to another member into use. */
  addLink(link: Link): void {
    const { peer } = link;
    this.#links.set(peer, link);
    link.open({
      onMessage: (message) => this.#hear(message, link),
      bulkTarget: (message, bytes) => this.exchange.pulls.target(message, bytes, peer),
      onBulk: () => {},
      onDown: (reason) => this.#hooks.onDown(peer, reason),
    });
    this.watching.onLink(link);
    this.#heartbeat.onLink(link);
  }

  #hear(message: Message, from: Link): void {
    if (message.type === "idle") this.#placing.onIdle(from.peer);
    else if (message.type === "collect") this.process.collect();
    else if (message.type === "beat")
      return; // that it came is all it says
    else if (this.watching.onMessage(message, from)) return;
    else if (
      this.exchange.onMessage(message, from) ||
      this.tasks.onMessage(message, from) ||
      this.#guests.onMessage(message, from) ||
      this.queries.onMessage(message, from) ||
      this.#devices.onMessage(message, from)
    ) {
      this.process.pump();
    } else this.#hooks.onMessage(message, from);
  }

  /** A member is gone: what it ran for us fails with `reason`. */
  lose(worker: number, reason: BodkinError): void {
    const link = this.#links.get(worker);
    this.#links.delete(worker);
    if (link) {
      this.tasks.onDown(link, reason);
      this.#guests.onDown(link);
    }
    this.exchange.onDown(worker);
    this.queries.onDown(worker);
    this.#devices.onDown(worker);
    this.watching.onDown(worker);
    this.#heartbeat.onDown(worker);
    this.setMembers(this.members.filter((member) => member.worker !== worker));
    this.process.pump();
  }

  /** Ends the threads, and all that waits for others. */
  async close(): Promise<void> {
    this.watching.close();
    this.#heartbeat.close();
    const closed = this.process.close();
    for (const worker of this.linked) {
      this.#links.delete(worker);
      this.exchange.onDown(worker);
      this.queries.onDown(worker);
    }
    await closed;
  }
}
