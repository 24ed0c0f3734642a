/**
 * How processes reach each other. A transport makes links; a link carries messages in order, some with bulk.
 * Nothing above knows what is behind: sockets here, other carriers beside them.
 */

import type { Message } from "../wire/messages.ts";

/** Why a link ended. */
export type DownReason = "closed" | "left" | "broken" | "silent";

export interface LinkEvents {
  onMessage(message: Message): void;
  /** Where the bulk of a message goes; null: it is not wanted any more. */
  bulkTarget(message: Message, bytes: number): Uint8Array | null;
  /** The bulk of a message is complete. */
  onBulk(message: Message): void;
  /** Once. No event comes after it. */
  onDown(reason: DownReason): void;
}

export interface Link {
  /** The worker at the other end, as it proved in the handshake. */
  readonly peer: number;
  /** The host of this end, where the link has one. */
  readonly localHost?: string | undefined;
  /** Grows with whatever comes from there. */
  readonly received: number;
  /** Sets who hears; messages before that are kept. */
  open(events: LinkEvents): void;
  send(message: Message): void;
  /** Sends bulk after all messages sent before; `done` when its memory is not needed any more. */
  sendBulk(message: Message, bulk: Uint8Array, done: () => void): void;
  /** Ends the link after what was sent. */
  close(): void;
  /** Gives up an end that says nothing any more: the link is down, for its silence, at once. */
  drop(): void;
}

export interface Transport {
  /** Where others reach this process, what is best first. */
  readonly addresses: readonly string[];
  /** @throws BodkinError where nobody answers at any of the addresses, or the secret differs */
  connect(addresses: readonly string[]): Promise<Link>;
  close(): Promise<void>;
}
