/**
 * The carrier for processes of one host: Unix-domain sockets in a private directory. Messages of one turn of
 * the event loop travel in one frame.
 */

import { chmodSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { pack, unpack } from "../../platform/serialize.ts";
import { BodkinError, internalError } from "../../wire/errors.ts";
import { FrameReader, frameHeader } from "../../wire/frame.ts";
import type { Message } from "../../wire/messages.ts";
import type { DownReason, Link, LinkEvents, Transport } from "../transport.ts";
import { introduce, MAX_HANDSHAKE_BYTES, newNonce, verify } from "./handshake.ts";

const HANDSHAKE_MILLISECONDS = 5000;
const MAX_HEAD_BYTES: number = 2 ** 30;

export interface SocketTransportOptions {
  readonly worker: number;
  readonly secret: Uint8Array;
  /** Path of the socket to listen on. */
  readonly address: string;
  /** An authenticated caller. */
  readonly onLink: (link: Link) => void;
  /** Open connections keep the process alive. */
  readonly keepsAlive: boolean;
}

/** Listens; resolves when others may connect. */
export async function listenOnSocket(options: SocketTransportOptions): Promise<Transport> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (!options.keepsAlive) socket.unref();
  };
  const server: Server = createServer((socket) => {
    track(socket);
    const link = new SocketLink(socket, options, "listener");
    link.ready.then(
      () => options.onLink(link),
      () => socket.destroy(), // a stranger: nothing to say to it
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.address, resolve);
  });
  chmodSync(options.address, 0o600);
  if (!options.keepsAlive) server.unref();
  return {
    address: options.address,
    connect: async (address) => {
      const socket = dial(address);
      track(socket);
      const link = new SocketLink(socket, options, "caller");
      await link.ready;
      return link;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

class SocketLink implements Link {
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

  constructor(socket: Socket, options: SocketTransportOptions, role: "caller" | "listener") {
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    const own = newNonce();
    let theirs: Uint8Array | undefined;
    let done = false;

    const shake = (head: Uint8Array): void => {
      if (role === "caller" && theirs === undefined) {
        theirs = head;
        this.#write(introduce(options.secret, "caller", options.worker, own, theirs));
        return;
      }
      const other = role === "caller" ? "listener" : "caller";
      const who = verify(options.secret, other, head, own);
      if (!who) throw new BodkinError("CLOSED", "the other process does not know the secret");
      if (role === "listener") {
        this.#write(introduce(options.secret, "listener", options.worker, own, who.nonce));
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
          return this.#hear(unpack(head) as Message[], bulk);
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
    if (role === "listener") this.#write(own);
  }

  get peer(): number {
    if (this.#peer === 0) throw internalError("a link before its handshake");
    return this.#peer;
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
    if (bulk > 0) this.#last = messages.pop();
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
