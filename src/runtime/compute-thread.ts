/**
 * A compute thread: takes tasks from the table and runs them, and sleeps when there are none. It sleeps in the
 * core, where waking is cheapest, only when nothing of its event loop can be waiting; else in the event loop.
 */

import { collectGarbage } from "../platform/garbage.ts";
import { redirectConsole } from "../platform/output.ts";
import type { OwnThread } from "../platform/threads.ts";
import { PARK, SLOT, slotAddress } from "../sched/layout.ts";
import { Context, setContext } from "./context.ts";
import type { DeviceHost, DeviceSetup } from "./devices.ts";
import { Dispatcher } from "./dispatch.ts";
import { fromPost } from "./failure.ts";
import { currentFrame, withFrame } from "./frame.ts";
import type { ThreadSetup, ToControl, ToThread } from "./messages.ts";
import { CANCELLED_TOPIC, type CancelledRun, listen, onTopic, setPost } from "./topics.ts";

/** Longest stretch of tasks without a turn of the event loop, in milliseconds. */
const STRETCH = 5;
const MOST_SPINS = 4000;
const FEWEST_SPINS = 100;
/** Most tasks between looks at the clock. */
const MOST_UNCHECKED = 256;

/** Makes this thread a compute thread of the process that started it; with a device, if `open` gives one. */
export function runComputeThread(
  own: OwnThread,
  open: (setup: DeviceSetup, context: Context) => DeviceHost,
): void {
  const { seat, shared, topics, device } = own.data as ThreadSetup;
  const post = (message: ToControl): undefined => void own.post(message);
  const bringing = new Map<number, PromiseWithResolvers<void>>();

  const context = new Context(seat, {
    wakeControl: () => post("wake"),
    announce: (chunk, generation, value) => post({ type: "share", chunk, generation, value }),
    bring: (chunk) => {
      const known = bringing.get(chunk);
      if (known) return known.promise;
      const arrival = Promise.withResolvers<void>();
      bringing.set(chunk, arrival);
      post({ type: "bring", chunk });
      return arrival.promise;
    },
  });
  for (const [chunk, generation, value] of shared) context.objects.learn(chunk, generation, value);
  for (const [topic, body] of topics) onTopic(topic, body, 0);
  setContext(context);
  setPost((topic, body) => post({ type: "topic", topic, body }));

  const loop = new TaskLoop(context, device && open(device, context));
  own.onMessage((message) => {
    const say = message as ToThread;
    switch (say.type) {
      case "share":
        context.objects.learn(say.chunk, say.generation, say.value);
        break;
      case "forget":
        context.objects.forget(say.chunk);
        break;
      case "brought": {
        const arrival = bringing.get(say.chunk);
        bringing.delete(say.chunk);
        if (say.error === undefined) arrival?.resolve();
        else arrival?.reject(fromPost(say.error));
        break;
      }
      case "ping":
        post({ type: "pong" });
        break;
      case "collect":
        collectGarbage();
        loop.settle();
        break;
      case "topic":
        onTopic(say.topic, say.body, 0);
        break;
    }
    loop.wake();
  });

  redirectConsole(
    () => {
      const task = currentFrame()?.task;
      return task ? `[${task.name || "task"} ${seat.worker}.${seat.slot}] ` : "";
    },
    (text) => {
      if (context.events.isOn) context.events.logged(text);
    },
  );
  post({ type: "ready" });
  loop.wake();
}

class TaskLoop {
  readonly #context: Context;
  readonly #dispatcher: Dispatcher;
  readonly #mailWord: number;
  #scheduled = false;
  #listening = false;
  /** Turns of the event loop are to come: what was collected is given back in them. */
  #isSettling = false;
  /** It takes what any thread may run. */
  readonly #isWide: boolean;
  #spins = MOST_SPINS;
  #unchecked = 1;
  /** Since when it sleeps, while somebody watches; else 0. */
  #asleepSince = 0;

  constructor(context: Context, host: DeviceHost | undefined) {
    this.#context = context;
    this.#dispatcher = new Dispatcher(context, () => this.wake(), host);
    this.#isWide = host === undefined;
    this.#mailWord = (slotAddress(context.seat.slot) + SLOT.mail) >>> 2;
    listen(CANCELLED_TOPIC, (body) => {
      const { record, serial } = body as CancelledRun;
      this.#dispatcher.onCancelled(record, serial);
    });
  }

  /** Looks for tasks in the next turn of the event loop. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      withFrame(undefined, () => this.#turn());
    });
  }

  /** Sleeps in the event loop for two turns of it. */
  settle(): void {
    this.#isSettling = true;
    setImmediate(() =>
      setImmediate(() => {
        this.#isSettling = false;
        this.wake();
      }),
    );
  }

  #turn(): void {
    const { table, home } = this.#context;
    const { core, slot, words } = table;
    core.declareAwake(slot);
    this.#noteSleep();
    Atomics.store(words, this.#mailWord, 0);
    let until = performance.now() + STRETCH;
    let ran = 0;
    for (;;) {
      // Whoever waits for these goes on before more is begun here.
      if (home.drain() > 0 && this.#hasWaiting) break;
      if (this.#dispatcher.preparing > 0) return;
      let record = core.next(slot, 0);
      if (record === 0) record = this.#spin();
      if (record === 0) {
        if (this.#isSettling || this.#dispatcher.isLoose || this.#hasWaiting) {
          record = this.#lieDown();
          if (record === 0) return;
        } else {
          this.#fallAsleep();
          record = core.sleep(slot, -1n);
          this.#noteSleep();
          until = performance.now() + STRETCH;
        }
      }
      if (record !== 0) this.#dispatcher.run(record, this.#isWide);
      else if (Atomics.load(words, this.#mailWord) !== 0) break;
      if (++ran < this.#unchecked) continue;
      ran = 0;
      const now = performance.now();
      if (now >= until || Atomics.load(words, this.#mailWord) !== 0) {
        this.#unchecked = Math.max(1, this.#unchecked >> 1);
        break;
      }
      if (until - now > STRETCH / 2)
        this.#unchecked = Math.min(MOST_UNCHECKED, this.#unchecked * 2);
    }
    // What the event loop runs before the next turn may take long, or wait for that very task.
    core.openHand(slot);
    this.wake();
  }

  /** Something of this thread waits for a promise. */
  get #hasWaiting(): boolean {
    return this.#dispatcher.suspended !== 0 || this.#context.home.watched !== 0;
  }

  /** Spins longer where that found something last time, and less where it did not. */
  #spin(): number {
    const { core, slot } = this.#context.table;
    const record = core.next(slot, this.#spins);
    this.#spins =
      record === 0
        ? Math.max(FEWEST_SPINS, this.#spins - (this.#spins >> 3))
        : Math.min(MOST_SPINS, this.#spins << 1);
    return record;
  }

  /** Sleeps in the event loop; gives a begun task where there was one after all. */
  #lieDown(): number {
    const { table, home } = this.#context;
    const { core, slot, words } = table;
    const record = core.lieDown(slot, PARK.loop);
    if (record !== 0) return record;
    this.#fallAsleep();
    if (home.hasNotices || Atomics.load(words, this.#mailWord) !== 0) this.wake();
    else this.#listen();
    return 0;
  }

  #fallAsleep(): void {
    const { events } = this.#context;
    this.#asleepSince = events.isOn ? events.now() : 0;
  }

  #noteSleep(): void {
    if (this.#asleepSince === 0) return;
    this.#context.events.slept(this.#asleepSince);
    this.#asleepSince = 0;
  }

  /** Wakes with the park word. One wait is enough: it stays until the word is notified. */
  #listen(): void {
    if (this.#listening) return;
    const { words } = this.#context.table;
    const wait = Atomics.waitAsync(words, this.#context.table.parkWord(), PARK.loop);
    if (!wait.async) {
      this.wake();
      return;
    }
    this.#listening = true;
    void wait.value.then(() => {
      this.#listening = false;
      this.wake();
    });
  }
}
