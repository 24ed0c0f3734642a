/** One page that looks: what is new for it goes out as server-sent events, as fast as it takes them. */

import type { Writable } from "node:stream";
import { eventClock } from "../../events/event-writer.ts";
import { recordedFailures } from "../recording.ts";
import type { TraceStore } from "../store.ts";
import { Cursor, collectionsOf, stateOf } from "./feed.ts";

/** Looks from one state to the next. */
const STATE_TICKS = 5;
/** Events a look. */
const MOST_EVENTS = 8192;
/** Bytes that a reader may be behind; it gets nothing more until it has them. */
const MOST_BEHIND: number = 4 * 2 ** 20;

export class Reader {
  readonly #response: Writable;
  readonly #cursor = new Cursor();
  #ticks = 0;
  #failures = -1;
  #printed = -1;

  constructor(response: Writable) {
    this.#response = response;
  }

  send(name: string, message: unknown): void {
    this.#response.write(`event: ${name}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** What is new, unless the reader is slow. */
  tell(store: TraceStore): void {
    if (this.#response.writableLength > MOST_BEHIND) return;
    this.#tellEvents(store, MOST_EVENTS);
    if (this.#ticks++ % STATE_TICKS === 0) this.#tellState(store);
  }

  #tellEvents(store: TraceStore, most: number): void {
    const events = this.#cursor.next(store, most);
    if (events) this.send("events", events);
  }

  #tellState(store: TraceStore): void {
    this.send("state", stateOf(store, eventClock()));
    this.send("collections", collectionsOf());
    const failures = recordedFailures();
    if (failures && this.#failures !== failures.count) {
      this.#failures = failures.count;
      this.send("failures", failures.groups());
    }
    if (this.#printed !== store.printed) {
      this.#printed = store.printed;
      this.send("log", store.log);
    }
  }

  /** Tells all that is left; resolves when the reader has it, or is gone. */
  end(store: TraceStore): Promise<void> {
    this.#tellEvents(store, Number.MAX_SAFE_INTEGER);
    this.#tellState(store);
    this.send("over", {});
    return new Promise((resolve) => {
      this.#response.on("close", resolve);
      this.#response.end();
    });
  }
}
