/**
 * What the JavaScript of a thread holds of the heap: the references of its handles, which would be lost with
 * it, and what it put there for good, which its successor goes on with. The list is in memory that the control
 * thread keeps, so that it can be read when the thread is dead. Nothing but memory waits for the collector.
 */

import type { Heap } from "../memory/heap.ts";

/** `reference`: one that is owned here. `text` and `function`: chunks that stay for good. */
const KIND = { reference: 0, text: 1, function: 2 } as const;
type Kind = keyof typeof KIND;

const KIND_SHIFT = 24;
const CHUNK_MASK: number = 2 ** KIND_SHIFT - 1;
const FIRST_BYTES = 4096;
/** Address space; committed as it is used. */
const MOST_BYTES: number = 2 ** 28;

/** More than there can be places. */
const PLACES: number = 2 ** 27;
/** So many that place and round are an exact number. */
const ROUNDS: number = 2 ** 26;

/** The memory of the list of one slot. */
export function createHoldings(): SharedArrayBuffer {
  return new SharedArrayBuffer(FIRST_BYTES, { maxByteLength: MOST_BYTES });
}

/**
 * Gives back the references of a thread that is dead, and strikes out what it had not sealed: that is for
 * `Heap.repair` to free.
 */
export function giveBack(list: SharedArrayBuffer, heap: Heap): void {
  const words = new Int32Array(list);
  words.forEach((word, place) => {
    if (word === 0) return;
    const isReference = word >>> KIND_SHIFT === KIND.reference;
    const isOpen = heap.stateOf(word & CHUNK_MASK) === "open";
    if (isReference || isOpen) words[place] = 0;
    if (isReference && !isOpen) heap.release(word);
  });
}

/** Whether handles of a thread hold anything. */
export const holdsReferences = (list: SharedArrayBuffer): boolean =>
  new Int32Array(list).some((word) => word !== 0 && word >>> KIND_SHIFT === KIND.reference);

export class Holdings {
  readonly #list: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #free: number[] = [];
  /** How often each place was given back by hand: what is told of its owner after that is of no matter. */
  #rounds: Uint32Array = new Uint32Array(FIRST_BYTES / 4);
  readonly #collected: FinalizationRegistry<number>;
  /** Pins that come with references, by their places. A dead thread's are in a list of the heap, too. */
  readonly #pins = new Map<number, number>();

  /** `release` gives a reference back, and a pin unless that is 0. */
  constructor(list: SharedArrayBuffer, release: (chunk: number, pin: number) => void) {
    this.#list = list;
    this.#words = new Int32Array(list);
    this.#offer(0);
    this.#collected = new FinalizationRegistry((noted) => {
      const place = noted % PLACES;
      if (this.#rounds[place] !== Math.floor(noted / PLACES)) return;
      const pin = this.#pins.get(place) ?? 0;
      this.#pins.delete(place);
      release(this.end(place), pin);
    });
  }

  /** Notes a chunk; gives its place in the list. */
  note(kind: Kind, chunk: number): number {
    const place = this.#free.pop() ?? this.#grow();
    this.#words[place] = chunk | (KIND[kind] << KIND_SHIFT);
    return place;
  }

  /** Strikes a chunk out and gives it. */
  end(place: number): number {
    const chunk = (this.#words[place] as number) & CHUNK_MASK;
    this.#words[place] = 0;
    this.#free.push(place);
    return chunk;
  }

  /** A reference that `owner` gives back by hand (`letGo`), or else when it is collected; with a pin, if not 0. */
  hold(owner: object, chunk: number, pin = 0): number {
    const place = this.note("reference", chunk);
    if (pin !== 0) this.#pins.set(place, pin);
    // Without a token: taking back a registration costs more than letting it come to nothing.
    this.#collected.register(owner, (this.#rounds[place] as number) * PLACES + place);
    return place;
  }

  /** The reference is its owner's to give back now. */
  letGo(place: number): number {
    this.#rounds[place] = ((this.#rounds[place] as number) + 1) % ROUNDS;
    this.#pins.delete(place);
    return this.end(place);
  }

  /** What stays for good, of this thread and of those that had the slot before. */
  stays(kind: Exclude<Kind, "reference">): number[] {
    return Array.from(this.#words)
      .filter((word) => word !== 0 && word >>> KIND_SHIFT === KIND[kind])
      .map((word) => word & CHUNK_MASK);
  }

  #grow(): number {
    const { length } = this.#words;
    this.#list.grow(2 * this.#list.byteLength);
    const rounds = new Uint32Array(2 * length);
    rounds.set(this.#rounds);
    this.#rounds = rounds;
    this.#offer(length);
    return this.#free.pop() as number;
  }

  /** Offers the empty places from `first` on. */
  #offer(first: number): void {
    for (let place = this.#words.length - 1; place >= first; place--) {
      if (this.#words[place] === 0) this.#free.push(place);
    }
  }
}
