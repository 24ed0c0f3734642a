/**
 * The distinct strings of a column. Two columns whose dictionaries have the same identity have comparable codes; a
 * dictionary never changes, so that each thread decodes it once.
 */

import { BoundedMap } from "../../util/bounded-map.ts";

export interface Dictionary {
  /** Equal for equal dictionaries only. */
  readonly id: number;
  readonly size: number;
  /** Where each string begins, and where the last one ends. */
  readonly offsets: Int32Array;
  /** The bytes of all strings, one after another. */
  readonly bytes: Uint8Array;
}

/** An identity that no other dictionary has. */
export function newIdentity(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high & 0x1fffff) * 0x1_0000_0000 + low;
}

const decoder = new TextDecoder();

/** The string of bytes from `from` to before `to`, of memory that may be shared. */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > ASCII_LIMIT) return decoder.decode(bytes.slice(from, to));
  let text = "";
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x80) return decoder.decode(bytes.slice(from, to));
    text += String.fromCharCode(byte);
  }
  return text;
}

const ASCII_LIMIT = 24;

const decoded = new BoundedMap<readonly string[]>(64);

/** The strings by code; decoded once a thread. */
export function stringsOf({ id, size, offsets, bytes }: Dictionary): readonly string[] {
  return decoded.getOrMake(String(id), () =>
    Array.from({ length: size }, (_, code) =>
      decodeText(bytes, offsets[code] as number, offsets[code + 1] as number),
    ),
  );
}

/** Gives strings codes in the order in which they come. Halves of characters, which UTF-8 has not, become U+FFFD. */
export class DictionaryBuilder {
  readonly #codes = new Map<string, number>();
  readonly #strings: string[] = [];

  get size(): number {
    return this.#strings.length;
  }

  /** The code of a string. */
  add(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = text.isWellFormed() ? this.#strings.push(text) - 1 : this.add(text.toWellFormed());
    this.#codes.set(text, code);
    return code;
  }

  /** The dictionary of what was added until now. */
  build(): Dictionary {
    return dictionaryOf(this.#strings.slice());
  }
}

/** A dictionary of distinct strings; codes are their places. */
export function dictionaryOf(strings: readonly string[]): Dictionary {
  const { offsets, bytes } = encodeTexts(strings);
  const id = newIdentity();
  decoded.getOrMake(String(id), () => strings);
  return { id, size: strings.length, offsets, bytes };
}

/** Strings as the bytes of a `utf8` column. */
export function encodeTexts(strings: readonly string[]): {
  offsets: Int32Array;
  bytes: Uint8Array;
} {
  const offsets = new Int32Array(strings.length + 1);
  const encoder = new TextEncoder();
  let bytes = new Uint8Array(Math.max(64, strings.length * 16));
  let end = 0;
  strings.forEach((text, at) => {
    if (bytes.length - end < text.length * 3) {
      const grown = new Uint8Array(bytes.length * 2 + text.length * 3);
      grown.set(bytes.subarray(0, end));
      bytes = grown;
    }
    end += encoder.encodeInto(text, bytes.subarray(end)).written;
    offsets[at + 1] = end;
  });
  return { offsets, bytes: bytes.subarray(0, end) };
}
