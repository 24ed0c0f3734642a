/** Gives pairs of 32-bit integers small numbers in the order in which they come. */

export class PairInterner {
  size: number = 0;
  #slots = new Int32Array(1024).fill(-1);
  #first = new Int32Array(512);
  #second = new Int32Array(512);

  /** The number of a pair. */
  add(first: number, second: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = mixed(first, second) & mask;
    for (;;) {
      const number = slots[slot] as number;
      if (number < 0) return this.#insert(slot, first, second);
      if (this.#first[number] === first && this.#second[number] === second) return number;
      slot = (slot + 1) & mask;
    }
  }

  #insert(slot: number, first: number, second: number): number {
    const number = this.size++;
    this.#slots[slot] = number;
    this.#first[number] = first;
    this.#second[number] = second;
    if (this.size === this.#first.length) this.#grow();
    return number;
  }

  #grow(): void {
    const longer = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(2 * old.length);
      made.set(old);
      return made;
    };
    this.#first = longer(this.#first);
    this.#second = longer(this.#second);
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = mixed(this.#first[number] as number, this.#second[number] as number) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** Bits of both in all places. */
export function mixed(first: number, second: number): number {
  let hash = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ second ^ (hash >>> 13), 0x297a2d39);
  return (hash ^ (hash >>> 16)) >>> 0;
}
