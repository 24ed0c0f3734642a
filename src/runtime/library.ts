/**
 * Things that one thread of the process makes for all of them, by name: compiled code. Whoever makes one posts it to
 * the other threads, who take it out of their channel when they need it, without their event loop and without the
 * control thread. A claim, one word of shared memory for the names of one hash, lets others wait for it meanwhile;
 * it only saves work: who waited in vain makes the thing itself.
 */

import { type Channel, openChannel } from "../platform/threads.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** What the libraries of the threads of one process have in common; structured-clonable. */
export interface LibraryShare {
  readonly name: string;
  readonly claims: SharedArrayBuffer;
}

const CLAIMS = 1024;
const KEPT = 2000;
/** Longer nobody waits for another thread, which may be gone. */
const PATIENCE_MS = 200;

export const createLibrary = (): LibraryShare => ({
  // Loading what makes better random numbers takes longer than starting a thread.
  name: `bodkin library ${Math.random()} ${performance.now()}`,
  claims: new SharedArrayBuffer(4 * CLAIMS),
});

interface Posted {
  readonly name: string;
  readonly thing: unknown;
}

export class ThreadLibrary {
  readonly #channel: Channel;
  readonly #claims: Int32Array;
  /** What this thread writes into the words it claims. */
  readonly #mark: number;
  readonly #known: BoundedMap<{ readonly thing: unknown }> = new BoundedMap(KEPT);

  constructor({ name, claims }: LibraryShare, slot: number) {
    this.#claims = new Int32Array(claims);
    this.#mark = slot + 1;
    this.#channel = openChannel(name, (message) => this.#learn(message as Posted));
  }

  /** What some thread made under this name; made here where none did. */
  get<T>(name: string, make: () => T): T {
    const known = this.#find(name);
    if (known) return known.thing as T;
    const at = hashOf(name) % CLAIMS;
    const holder = Atomics.compareExchange(this.#claims, at, 0, this.#mark);
    if (holder !== 0 && holder !== this.#mark) this.#await(at, holder);
    const made = this.#find(name);
    try {
      return made ? (made.thing as T) : this.#make(name, make);
    } finally {
      if (holder === 0) {
        Atomics.store(this.#claims, at, 0);
        Atomics.notify(this.#claims, at);
      }
    }
  }

  #make<T>(name: string, make: () => T): T {
    const thing = make();
    this.#learn({ name, thing });
    this.#channel.post({ name, thing } satisfies Posted);
    return thing;
  }

  /** The control thread waits for nobody. */
  #await(at: number, holder: number): void {
    if (this.#mark === 1) return;
    const how = Atomics.wait(this.#claims, at, holder, PATIENCE_MS);
    if (how === "timed-out") Atomics.compareExchange(this.#claims, at, holder, 0);
  }

  #find(name: string): { readonly thing: unknown } | undefined {
    const known = this.#known.get(name);
    if (known) return known;
    for (let message = this.#channel.receive(); message; message = this.#channel.receive()) {
      this.#learn(message as Posted);
    }
    return this.#known.get(name);
  }

  #learn({ name, thing }: Posted): void {
    this.#known.getOrMake(name, () => ({ thing }));
  }

  close(): void {
    this.#channel.close();
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
