/**
 * Transfers of this process in turns of the event loop. MPI tells nobody when something arrives: while there is much to do
 * the engine looks in every turn, and after some turns without any a thousand times a second. Buffers are held until their
 * transfer is over.
 */

import type { Handles, MpiLibrary } from "./library.ts";

/** What this process has to do with whom. */
export interface EngineOptions {
  readonly library: MpiLibrary;
  readonly communicator: number;
  /** At most so many receive at a time. */
  readonly mostReceives: number;
  /** Waiting for messages keeps the process alive. */
  readonly keepsAlive: boolean;
  /** A message with tag `HEAD`. */
  readonly onHead: (from: number, bytes: Uint8Array) => void;
  /** The library failed: the job cannot go on. */
  readonly onBroken: (error: unknown) => void;
}

export const HEAD = 1;
export const BULK = 2;

const MOST_SENDS = 256;
const HEADS_A_TURN = 64;
const TURNS_UNTIL_IDLE = 200;
const IDLE_MILLISECONDS = 1;

interface Transfer {
  readonly kind: "Isend" | "Irecv";
  readonly peer: number;
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly done: () => void;
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #library: MpiLibrary;
  readonly #slots: number;
  readonly #requests: Handles;
  /** The transfer of each request. */
  readonly #transfers: (Transfer | undefined)[];
  readonly #free: number[];
  /**
   * Sends beyond the slots for them, in their order. What is received never waits for a slot: two ranks that both only sent
   * would wait for each other.
   */
  readonly #waiting: Transfer[] = [];
  readonly #count = new Int32Array(1);
  readonly #done: Int32Array;
  readonly #statuses: Int32Array;
  readonly #flag = new Int32Array(1);
  readonly #message: Handles;
  #idleTurns = 0;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: EngineOptions) {
    const { library } = options;
    this.#options = options;
    this.#library = library;
    this.#slots = MOST_SENDS + options.mostReceives;
    this.#requests = library.handles(this.#slots);
    this.#transfers = new Array<Transfer | undefined>(this.#slots).fill(undefined);
    this.#free = Array.from({ length: this.#slots }, (_, at) => at).reverse();
    this.#done = new Int32Array(this.#slots);
    this.#message = library.handles(1);
    this.#statuses = library.statuses(this.#slots);
    this.#wake();
  }

  send(peer: number, tag: number, bytes: Uint8Array, done: () => void): void {
    this.#begin({ kind: "Isend", peer, tag, bytes, done });
  }

  receive(peer: number, tag: number, bytes: Uint8Array, done: () => void): void {
    this.#begin({ kind: "Irecv", peer, tag, bytes, done });
  }

  /** Transfers that are not over. */
  get pending(): number {
    return this.#slots - this.#free.length + this.#waiting.length;
  }

  /** Whether sending is over for now: what was received meanwhile is not looked at. */
  finishSending(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    const isSending = (): boolean =>
      this.#transfers.some((each) => each?.kind === "Isend") || this.#waiting.length > 0;
    while (isSending() && performance.now() < end) this.#complete();
    return !isSending();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  #begin(transfer: Transfer): void {
    if (transfer.kind === "Irecv" || this.#hasRoomToSend()) this.#post(transfer);
    else this.#waiting.push(transfer);
    this.#wake();
  }

  #hasRoomToSend(): boolean {
    return this.#free.length > this.#options.mostReceives;
  }

  #post(transfer: Transfer): void {
    const slot = this.#free.pop() as number;
    const { kind, peer, tag, bytes } = transfer;
    this.#transfers[slot] = transfer;
    const request = this.#requests.subarray(slot, slot + 1);
    const { BYTE } = this.#library.values;
    const { communicator } = this.#options;
    this.#library.call(kind, bytes, bytes.length, BYTE, peer, tag, communicator, request);
  }

  /** Looks at once, and in each turn until there is nothing to do any more. */
  #wake(): void {
    this.#idleTurns = 0;
    if (this.#immediate || this.#isStopped) return;
    clearTimeout(this.#timer);
    // Turns until it is idle keep the process alive: those that do not would wait for other events.
    this.#immediate = setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#immediate = undefined;
    if (this.#isStopped) return;
    try {
      const hasMoved = this.#hear() || this.#complete();
      this.#idleTurns = hasMoved ? 0 : this.#idleTurns + 1;
    } catch (error) {
      this.stop();
      this.#options.onBroken(error);
      return;
    }
    if (this.#idleTurns < TURNS_UNTIL_IDLE) {
      this.#immediate ??= setImmediate(() => this.#turn());
      return;
    }
    this.#timer = setTimeout(() => this.#turn(), IDLE_MILLISECONDS);
    if (!this.#options.keepsAlive && this.pending === 0) this.#timer.unref();
  }

  /** Takes heads that have arrived, in the order of each sender. */
  #hear(): boolean {
    const { library, communicator, onHead } = this.#options;
    const [message, status, flag] = [this.#message, this.#statuses, this.#flag];
    let count = 0;
    for (; count < HEADS_A_TURN; count++) {
      library.call("Improbe", library.abi.anySource, HEAD, communicator, flag, message, status);
      if (flag[0] === 0) break;
      const from = library.sourceOf(status);
      library.call("Get_count", status, library.values.BYTE, this.#count);
      const bytes = new Uint8Array(this.#count[0] as number);
      // It has arrived, or is on its way: this waits for the rest of it.
      library.call("Mrecv", bytes, bytes.length, library.values.BYTE, message, status);
      onHead(from, bytes);
    }
    return count > 0;
  }

  /** Ends transfers that are over. */
  #complete(): boolean {
    if (this.#free.length === this.#slots) return false;
    this.#library.call(
      "Testsome",
      this.#slots,
      this.#requests,
      this.#count,
      this.#done,
      this.#statuses,
    );
    const count = this.#count[0] as number;
    if (count <= 0) return false;
    const over = Array.from(this.#done.subarray(0, count), (slot) => {
      const transfer = this.#transfers[slot] as Transfer;
      this.#transfers[slot] = undefined;
      this.#free.push(slot);
      return transfer;
    });
    while (this.#waiting.length > 0 && this.#hasRoomToSend()) {
      this.#post(this.#waiting.shift() as Transfer);
    }
    for (const { done } of over) done();
    return true;
  }
}
