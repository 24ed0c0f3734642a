/**
 * The carrier over MPI: the ranks of a job are there from its start and end together. Worker numbers are ranks from 1
 * on. A frame is a head (how many bytes of bulk follow, then its messages) and perhaps bulk, as two messages of MPI.
 */

import { pack, unpack } from "../../platform/serialize.ts";
import { checkedMessages } from "../../wire/check.ts";
import { BodkinError } from "../../wire/errors.ts";
import type { Message } from "../../wire/messages.ts";
import type { DownReason, Link, LinkEvents, Transport } from "../transport.ts";
import { BULK, Engine, HEAD } from "./engine.ts";
import type { Job } from "./job.ts";

const PREFIX_BYTES = 4;
const FLUSH_MILLISECONDS = 2000;

export interface MpiTransportOptions {
  /** Another rank has called. */
  readonly onLink: (link: Link) => void;
  /** Waiting for messages keeps the process alive. */
  readonly keepsAlive: boolean;
}

export const addressOf = (rank: number): string => `mpi:${rank}`;

/** Links to the other ranks of a job; they are there from its start to its end. */
export function openMpiTransport(job: Job, { keepsAlive, onLink }: MpiTransportOptions): Transport {
  const { library, communicator, rank, size } = job;
  const links = Array.from({ length: size }, (_, other) => new MpiLink(other, onLink));
  const engine = new Engine({
    library,
    communicator,
    mostReceives: size, // bulk of each link comes one at a time
    keepsAlive,
    onHead: (from, bytes) => links[from]?.hear(bytes),
    onBroken: (error) => job.fail(error),
  });
  for (const link of links) link.begin(engine);
  const closeLinks = (): void => {
    for (const link of links) if (link.peer !== rank + 1) link.close();
  };
  job.beforeEnd(() => {
    // The others end because of it; who ends after that has nobody to tell.
    if (rank === 0) closeLinks();
    engine.finishSending(FLUSH_MILLISECONDS);
    engine.stop();
  });
  return {
    addresses: [addressOf(rank)],
    connect: async (addresses) => {
      const found = links.find((_, other) => addresses.includes(addressOf(other)));
      if (!found) throw new BodkinError("CLOSED", `no rank of this job is ${addresses.join(", ")}`);
      found.call();
      return found;
    },
    close: async () => closeLinks(),
  };
}

interface Frame {
  readonly messages: Message[];
  readonly bulk: number;
}

class MpiLink implements Link {
  readonly peer: number;
  readonly #rank: number;
  readonly #onLink: (link: Link) => void;
  /** One of the two ends has called. */
  #isUsed = false;
  #engine: Engine | undefined;
  #events: LinkEvents | undefined;
  #outgoing: Message[] = [];
  /** Frames that wait for somebody to hear them, or for the bulk of the one before. */
  readonly #incoming: Frame[] = [];
  #isReceiving = false;
  #down: DownReason | undefined;
  /** Heads and bulk that have come. */
  #received = 0;

  constructor(rank: number, onLink: (link: Link) => void) {
    this.#rank = rank;
    this.#onLink = onLink;
    this.peer = rank + 1;
  }

  get received(): number {
    return this.#received;
  }

  /** Begins to use the link, which the other end hears of by a frame without messages. */
  call(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    this.#sendHead([], 0);
  }

  begin(engine: Engine): void {
    this.#engine = engine;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    this.#deliver();
    if (this.#down) events.onDown(this.#down);
  }

  send(message: Message): void {
    if (this.#outgoing.push(message) === 1) queueMicrotask(() => this.#flush());
  }

  sendBulk(message: Message, bulk: Uint8Array, done: () => void): void {
    this.#outgoing.push(message);
    this.#flush(bulk, done);
  }

  /** Says goodbye, by a head that has nothing in it. */
  close(): void {
    this.#flush();
    if (this.#down) return;
    this.#engine?.send(this.#rank, HEAD, new Uint8Array(0), () => {});
    this.#end("left");
  }

  drop(): void {
    this.#end("silent");
  }

  #flush(bulk?: Uint8Array, done: () => void = () => {}): void {
    const messages = this.#outgoing;
    if (messages.length === 0) return;
    this.#outgoing = [];
    if (this.#down || !this.#engine) {
      done();
      return;
    }
    this.#sendHead(messages, bulk?.length ?? 0);
    if (bulk && bulk.length > 0) this.#engine.send(this.#rank, BULK, bulk, done);
    else done();
  }

  #sendHead(messages: readonly Message[], bulk: number): void {
    const packed = pack(messages);
    const head = new Uint8Array(PREFIX_BYTES + packed.length);
    new DataView(head.buffer).setUint32(0, bulk, true);
    head.set(packed, PREFIX_BYTES);
    this.#engine?.send(this.#rank, HEAD, head, () => {});
  }

  /** A head has arrived. */
  hear(head: Uint8Array): void {
    this.#received++;
    if (head.length === 0) {
      this.#end("closed");
      return;
    }
    const bulk = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    const messages = checkedMessages(unpack(head.subarray(PREFIX_BYTES)));
    this.#incoming.push({ messages, bulk });
    if (!this.#isUsed) {
      this.#isUsed = true;
      this.#onLink(this);
    }
    this.#deliver();
  }

  #deliver(): void {
    const events = this.#events;
    while (events && !this.#isReceiving) {
      const frame = this.#incoming.shift();
      if (!frame) return;
      const { messages, bulk } = frame;
      const last = bulk > 0 ? messages.pop() : undefined;
      for (const message of messages) events.onMessage(message);
      if (last) this.#receive(events, last, bulk);
    }
  }

  #receive(events: LinkEvents, message: Message, bytes: number): void {
    const target = events.bulkTarget(message, bytes);
    this.#isReceiving = true;
    this.#engine?.receive(this.#rank, BULK, target ?? new Uint8Array(bytes), () => {
      this.#received++;
      this.#isReceiving = false;
      if (target) events.onBulk(message);
      this.#deliver();
    });
  }

  #end(reason: DownReason): void {
    if (this.#down) return;
    this.#down = reason;
    this.#events?.onDown(reason);
  }
}
