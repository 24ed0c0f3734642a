/**
 * Bytes of the WebAssembly binary format: LEB128 numbers, names, sections, and the label stack that turns
 * structured branches into relative depths. Knows no instruction; those are in `ops.ts`.
 */

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

const VALUE_TYPE_CODES: Record<ValueType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** A branch target; its depth is known only where a branch to it is written. */
export interface Label {
  readonly name: string;
}

export class Encoder {
  readonly bytes: number[] = [];
  readonly #labels: (Label | null)[] = [];

  /** Index of the imported function called at every place where a thread may be interrupted, for tests. */
  readonly probe: number | null;

  constructor(probe: number | null = null) {
    this.probe = probe;
  }

  byte(...values: number[]): void {
    for (const value of values) this.bytes.push(value & 0xff);
  }

  /** A number of 32 bits: counts, indices, offsets. */
  unsigned(value: number): void {
    if (value !== value >>> 0)
      throw new Error(`internal: ${value} is not an unsigned 32-bit number`);
    let rest = value;
    do {
      const low = rest & 0x7f;
      rest >>>= 7;
      this.bytes.push(rest === 0 ? low : low | 0x80);
    } while (rest !== 0);
  }

  signed(value: number | bigint): void {
    let rest = BigInt(value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.bytes.push(low);
        return;
      }
      this.bytes.push(low | 0x80);
    }
  }

  f32(value: number): void {
    this.byte(...new Uint8Array(new Float32Array([value]).buffer));
  }

  f64(value: number): void {
    this.byte(...new Uint8Array(new Float64Array([value]).buffer));
  }

  name(text: string): void {
    const utf8 = new TextEncoder().encode(text);
    this.unsigned(utf8.length);
    this.byte(...utf8);
  }

  type(type: ValueType): void {
    this.byte(VALUE_TYPE_CODES[type]);
  }

  /** Writes what `fill` writes, preceded by its length in bytes. */
  sized(fill: (inner: Encoder) => void): void {
    const inner = new Encoder(this.probe);
    fill(inner);
    this.unsigned(inner.bytes.length);
    for (const value of inner.bytes) this.bytes.push(value);
  }

  section(id: number, count: number, fill: (inner: Encoder) => void): void {
    if (count === 0) return;
    this.byte(id);
    this.sized((inner) => {
      inner.unsigned(count);
      fill(inner);
    });
  }

  enter(label: Label | null): void {
    this.#labels.push(label);
  }

  leave(): void {
    this.#labels.pop();
  }

  depth(label: Label): number {
    const at = this.#labels.lastIndexOf(label);
    if (at < 0) throw new Error(`internal: branch to '${label.name}' from outside of it`);
    return this.#labels.length - 1 - at;
  }
}
