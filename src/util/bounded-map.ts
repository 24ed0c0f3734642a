/** A map of things that can be made again: when it is full, the oldest makes room. */

export class BoundedMap<T, K = string> {
  readonly #entries: Map<K, T> = new Map();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): T | undefined {
    return this.#entries.get(key);
  }

  getOrMake(key: K, make: () => T): T {
    let value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) {
      value = make();
      if (this.#entries.size >= this.#limit) {
        this.#entries.delete(this.#entries.keys().next().value as K);
      }
      this.#entries.set(key, value);
    }
    return value as T;
  }
}
