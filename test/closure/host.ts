/** A host for one codec: sources by number, shared memory by position, and a few exports. */

import type { AnyFunction, CodecHost } from "../../src/closure/host.ts";

/** What goes from one thread to another: bytes, and what the host keeps beside them. */
export interface Parcel {
  readonly bytes: Uint8Array;
  readonly sources: ReadonlyMap<number, string>;
  readonly shared: readonly SharedArrayBuffer[];
}

/** Stands for an export of the library: each thread has its own, under one name. */
export const ownExport = (): string => "the one of this thread";

export class TestHost implements CodecHost {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #exports: ReadonlyMap<string, AnyFunction>;
  readonly #first: number;
  #sources = new Map<number, string>();
  #shared: SharedArrayBuffer[] = [];

  /** Numbers of sources begin at `first`, so that those of two threads never meet. */
  constructor(first: number, exports: Readonly<Record<string, AnyFunction>> = { ownExport }) {
    this.#first = first;
    this.#exports = new Map(Object.entries(exports));
  }

  pack(encode: () => Uint8Array): Parcel {
    this.#sources = new Map();
    this.#shared = [];
    return { bytes: encode(), sources: this.#sources, shared: this.#shared };
  }

  unpack<T>({ bytes, sources, shared }: Parcel, decode: (bytes: Uint8Array) => T): T {
    for (const [number, text] of sources) this.#texts.set(number, text);
    this.#shared = [...shared];
    return decode(bytes);
  }

  exportName(value: object): string | undefined {
    for (const [name, each] of this.#exports) if (each === value) return name;
    return undefined;
  }

  exported(name: string): unknown {
    return this.#exports.get(name);
  }

  isSynchronousExport(name: string): boolean {
    return name === "ownExport";
  }

  toToken(value: object): unknown {
    if (!(value instanceof SharedArrayBuffer)) return undefined;
    const known = this.#shared.indexOf(value);
    return { shared: known >= 0 ? known : this.#shared.push(value) - 1 };
  }

  fromToken(token: unknown): unknown {
    const found = this.#shared[(token as { shared: number } | null)?.shared ?? -1];
    if (!found) throw new RangeError("no shared memory of that number");
    return found;
  }

  internSource(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#first + this.#numbers.size;
      this.#numbers.set(text, number);
      this.#texts.set(number, text);
    }
    this.#sources.set(number, text);
    return number;
  }

  sourceOf(id: number): string {
    const text = this.#texts.get(id);
    if (text === undefined) throw new RangeError(`no source of number ${id}`);
    return text;
  }
}
