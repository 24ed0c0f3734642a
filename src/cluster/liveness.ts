/**
 * Who of those that should be heard from regularly is alive. Whoever has been silent for half the limit is suspected,
 * and given up after all of it. Time in which this process did not listen itself counts for nobody's silence. Pure: no
 * clock, no timer, no links.
 */

/** So many looks make up the limit. */
const LOOKS = 8;
/** A look that comes later than this many periods after the one before says that nobody listened in between. */
const LATE = 2;

interface Peer {
  /** How much had come from it when it was last heard. */
  received: number;
  heard: number;
  isSuspected: boolean;
}

export interface Judgement {
  readonly suspected: readonly number[];
  /** Suspected before, and heard again. */
  readonly cleared: readonly number[];
  /** Given up: they are known no longer. */
  readonly silent: readonly number[];
}

export class Liveness {
  /** Milliseconds between two looks, and between what a peer says of itself. */
  readonly period: number;
  readonly #limit: number;
  readonly #peers = new Map<number, Peer>();
  #looked: number;

  /** `limit` in milliseconds, of the clock that gives every `now`. */
  constructor(limit: number, now: number) {
    this.#limit = limit;
    this.period = limit / LOOKS;
    this.#looked = now;
  }

  add(peer: number, now: number): void {
    this.#peers.set(peer, { received: 0, heard: now, isSuspected: false });
  }

  remove(peer: number): void {
    this.#peers.delete(peer);
  }

  /** Once a period. `receivedFrom` gives how much has come from a peer until now; it only grows. */
  look(now: number, receivedFrom: (peer: number) => number): Judgement {
    const elapsed = now - this.#looked;
    this.#looked = now;
    const missed = elapsed > LATE * this.period ? elapsed - this.period : 0;
    const judgement = {
      suspected: [] as number[],
      cleared: [] as number[],
      silent: [] as number[],
    };
    for (const [number, peer] of this.#peers) {
      peer.heard = Math.min(now, peer.heard + missed);
      const received = receivedFrom(number);
      if (received !== peer.received) {
        peer.received = received;
        peer.heard = now;
        if (peer.isSuspected) judgement.cleared.push(number);
        peer.isSuspected = false;
      } else if (now - peer.heard >= this.#limit) {
        this.#peers.delete(number);
        judgement.silent.push(number);
      } else if (!peer.isSuspected && now - peer.heard >= this.#limit / 2) {
        peer.isSuspected = true;
        judgement.suspected.push(number);
      }
    }
    return judgement;
  }
}
