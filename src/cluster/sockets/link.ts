/**
 * A link over one socket, whatever is below it. Messages of one turn of the event loop travel in one frame. Until the
 * other end has proved itself, nothing it sends is more than a handshake.
 */

import type { Socket } from "node:net";
import { pack, unpack } from "../../platform/serialize.ts";
import { checkedMessages } from "../../wire/check.ts";
import { BodkinError, internalError } from "../../wire/errors.ts";
import { FrameReader, frameHeader } from "../../wire/frame.ts";
import type { Message } from "../../wire/messages.ts";
import type { DownReason, Link, LinkEvents } from "../transport.ts";
import {
  introduce,
  MAX_HANDSHAKE_BYTES,
  newNonce,
  type Own,
  type Role,
  verify,
} from "./handshake.ts";

const HANDSHAKE_MILLISECONDS = 5000;
const MAX_HEAD_BYTES: number = 2 ** 30;

export class SocketLink implements Link {
  /** Resolves when the other end has proved itself. */
  readonly ready: Promise<void>;
  readonly #socket: Socket;
  readonly #early: Message[] = [];
  #peer = 0;
  #events: LinkEvents | undefined;
  #outgoing: Message[] = [];
  #last: Message | undefined;
  #down: DownReason | undefined;
  #closing = false;

  /** `socket` is connected, and `own` is of this connection. */
  constructor(socket: Socket, own: Own, role: Role) {
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    const nonce = newNonce();
    let theirs: Uint8Array | undefined;
    let done = false;

    const shake = (head: Uint8Array): void => {
      if (role === "caller" && theirs === undefined) {
        theirs = head;
        this.#write(introduce(own, "caller", nonce, theirs));
        return;
      }
      const other = role === "caller" ? "listener" : "caller";
      const who = verify(own, other, head, nonce);
      if (!who) throw new BodkinError("CLOSED", "the other process does not know the secret");
      if (role === "listener") {
        this.#write(introduce(own, "listener", nonce, who.nonce));
      }
      this.#peer = who.worker;
      done = true;
      resolve();
    };

    const reader = new FrameReader(
      {
        onHead: (head, bulk) => {
          if (!done) {
            shake(head);
            return null;
          }
          return this.#hear(checkedMessages(unpack(head)), bulk);
        },
        onBulk: () => {
          if (this.#last) this.#events?.onBulk(this.#last);
        },
      },
      () => (done ? MAX_HEAD_BYTES : MAX_HANDSHAKE_BYTES),
    );
    socket.on("data", (bytes) => {
      try {
        reader.push(bytes);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    const timer = setTimeout(
      () => socket.destroy(new BodkinError("CLOSED", "no handshake within 5 seconds")),
      HANDSHAKE_MILLISECONDS,
    );
    promise.catch(() => {}).finally(() => clearTimeout(timer));
    let cause: unknown;
    socket.on("error", (error) => {
      cause = error;
    });
    socket.on("close", () => {
      reject(cause ?? new BodkinError("CLOSED", "the other process closed the connection"));
      this.#end(this.#closing ? "left" : cause === undefined ? "closed" : "broken");
    });
    if (role === "listener") this.#write(nonce);
  }

  get peer(): number {
    if (this.#peer === 0) throw internalError("a link before its handshake");
    return this.#peer;
  }

  get localHost(): string | undefined {
    return this.#socket.localAddress;
  }

  get received(): number {
    return this.#socket.bytesRead;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    for (const message of this.#early.splice(0)) events.onMessage(message);
    if (this.#down) events.onDown(this.#down);
  }

  send(message: Message): void {
    if (this.#outgoing.push(message) === 1) queueMicrotask(() => this.#flush());
  }

  sendBulk(message: Message, bulk: Uint8Array, done: () => void): void {
    this.#outgoing.push(message);
    this.#flush(bulk, done);
  }

  close(): void {
    this.#flush();
    this.#closing = true;
    this.#socket.end();
  }

  drop(): void {
    this.#end("silent");
    this.#socket.destroy();
  }

  #flush(bulk?: Uint8Array, done?: () => void): void {
    const messages = this.#outgoing;
    if (messages.length === 0) return;
    this.#outgoing = [];
    if (this.#down || this.#closing) {
      done?.();
      return;
    }
    const head = pack(messages);
    this.#socket.cork();
    this.#write(head, bulk, done);
    this.#socket.uncork();
  }

  #write(head: Uint8Array, bulk?: Uint8Array, done?: () => void): void {
    this.#socket.write(frameHeader(head.length, bulk?.length ?? 0));
    this.#socket.write(head);
    if (bulk) this.#socket.write(bulk, () => done?.());
  }

  /** Messages of a frame; the last one has the bulk. */
  #hear(messages: Message[], bulk: number): Uint8Array | null {
    const events = this.#events;
    if (!events) {
      if (bulk > 0) throw internalError("bulk before anybody listens");
      this.#early.push(...messages);
      return null;
    }
    if (bulk > 0) {
      this.#last = messages.pop();
      if (!this.#last) throw internalError("bulk without a message");
    }
    for (const message of messages) events.onMessage(message);
    return bulk > 0 && this.#last ? events.bulkTarget(this.#last, bulk) : null;
  }

  #end(reason: DownReason): void {
    if (this.#down) return;
    this.#down = reason;
    this.#flush();
    this.#events?.onDown(reason);
  }
}
