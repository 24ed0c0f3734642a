/** Handshakes between tests and tasks through shared memory: no test waits by the clock. */

/** A word that tasks can wait for; capture or pass `word`. */
export function gate(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

export function open(word: Int32Array): void {
  Atomics.store(word, 0, 1);
  Atomics.notify(word, 0);
}

/** Waits on this thread until a word has a value, letting the event loop run. */
export async function reached(word: Int32Array, value: number): Promise<void> {
  for (;;) {
    const seen = Atomics.load(word, 0);
    if (seen >= value) return;
    const wait = Atomics.waitAsync(word, 0, seen);
    if (wait.async) await wait.value;
  }
}
