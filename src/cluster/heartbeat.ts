/**
 * Finds members that are frozen or cut off, whose connections stay open without a word. Every process but the first
 * says regularly that it is alive, to all others, and listens to them in turn. The first one only listens: the user's
 * program runs in its control thread and may keep it busy for as long as it likes.
 */

import { performance } from "node:perf_hooks";
import { Liveness } from "./liveness.ts";
import type { Link } from "./transport.ts";

export interface HeartbeatParts {
  readonly worker: number;
  /** Milliseconds of silence after which a member is given up; false: none is. */
  readonly lostAfter: number | false;
  link(worker: number): Link | undefined;
  links(): Iterable<Link>;
  /** A member has not been heard for half of that, or again after it. */
  onSuspected(worker: number, isSuspected: boolean): void;
}

const HEAD = 1;

export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #liveness: Liveness | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    if (parts.lostAfter !== false) {
      this.#liveness = new Liveness(parts.lostAfter, performance.now());
    }
  }

  onLink({ peer }: Link): void {
    const liveness = this.#liveness;
    if (!liveness) return;
    if (!this.#timer) {
      this.#look(); // what passed before anybody was there is no silence
      this.#timer = setInterval(() => this.#look(), liveness.period);
      this.#timer.unref();
    }
    if (peer !== HEAD) liveness.add(peer, performance.now());
  }

  onDown(worker: number): void {
    this.#liveness?.remove(worker);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { worker, link, links, onSuspected } = this.#parts;
    if (worker !== HEAD) for (const each of links()) each.send({ type: "beat" });
    const judgement = this.#liveness?.look(performance.now(), (peer) => link(peer)?.received ?? 0);
    for (const peer of judgement?.suspected ?? []) onSuspected(peer, true);
    for (const peer of judgement?.cleared ?? []) onSuspected(peer, false);
    for (const peer of judgement?.silent ?? []) link(peer)?.drop();
  }
}
