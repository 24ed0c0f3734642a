/** The compiled reader as a thread has it, and the memory of the heap in which it works while a task runs. */

import { type Context, context } from "../../runtime/context.ts";
import { upperPowers } from "./decimals.ts";
import { CONSTANTS, CONSTANTS_BYTES, SLACK } from "./layout.ts";
import { recordsModule } from "./records.ts";

/** What the reader asks of JavaScript. Places are addresses; a dictionary and a column of texts are their own. */
export interface Calls {
  field(row: number, column: number, at: number): number;
  short(row: number, column: number, at: number): number;
  long(row: number, at: number): void;
}

/** More room for texts of `length`; of a dictionary for another one, where it is 0. */
export type Grow = (address: number, length: number) => void;

interface Exports {
  /** Reads the records from `at` to before `limit`; gives the number of rows with those before. */
  records(
    columns: number,
    count: number,
    at: number,
    limit: number,
    end: number,
    row: number,
    separator: number,
    constants: number,
  ): number;
  intern(dictionary: number, from: number, length: number): number;
  internAll(
    dictionary: number,
    bytes: number,
    offsets: number,
    count: number,
    codes: number,
    bits: number,
    bit: number,
  ): void;
  rehash(from: number, slots: number, to: number, mask: number): void;
  copyText(column: number, row: number, from: number, length: number): void;
  copy(to: number, from: number, bytes: number): void;
}

export class CompiledReader {
  readonly exports: Exports;
  readonly heap: Context["heap"];
  /** The heap as words, and as bytes. */
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** Address of numbers that are looked up. */
  readonly constants: number;
  calls: Calls | undefined;
  grow: Grow | undefined;

  constructor({ heap }: Context) {
    this.heap = heap;
    const memory = heap.share.data;
    this.words = new Int32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    // Kept for as long as the thread lives.
    const chunk = heap.beyondBound(() => heap.allocate({ kind: "typed", bytes: CONSTANTS_BYTES }));
    this.constants = heap.bytes(chunk).byteOffset;
    const place = <A extends object>(
      Class: new (buffer: SharedArrayBuffer, at: number, length: number) => A,
      at: number,
      length: number,
    ): A => new Class(memory.buffer, this.constants + at, length);
    const powers = upperPowers();
    place(BigUint64Array, CONSTANTS.powers, powers.length).set(powers);
    place(BigUint64Array, CONSTANTS.integers, 20).set(
      BigUint64Array.from({ length: 20 }, (_, power) => 10n ** BigInt(power)),
    );
    place(Float64Array, CONSTANTS.floats, 23).set(
      Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`)),
    );
    const env = {
      memory,
      field: (row: number, column: number, at: number) =>
        (this.calls as Calls).field(row, column, at >>> 0),
      short: (row: number, column: number, at: number) =>
        (this.calls as Calls).short(row, column, at >>> 0),
      long: (row: number, at: number) => (this.calls as Calls).long(row, at >>> 0) as undefined,
      grow: (address: number, length: number) =>
        (this.grow as Grow)(address >>> 0, length) as undefined,
    };
    module ??= new WebAssembly.Module(recordsModule());
    this.exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  }

  /** Where the last call of `records` ended. */
  get at(): number {
    return (this.words[(this.constants + CONSTANTS.at) >>> 2] as number) >>> 0;
  }
}

let module: WebAssembly.Module | undefined;
const readers = new WeakMap<Context, CompiledReader>();

/** That of this thread. */
export function compiledReader(): CompiledReader {
  const own = context();
  let reader = readers.get(own);
  if (!reader) readers.set(own, (reader = new CompiledReader(own)));
  return reader;
}

/** Memory of the heap until it is disposed of. */
export class Scratch implements Disposable {
  readonly reader: CompiledReader = compiledReader();
  readonly #chunks = new Map<number, number>();

  /** The address of so many bytes with anything in them; a few more may be read and written. */
  take(bytes: number): number {
    const { heap } = this.reader;
    const chunk = heap.beyondBound(() =>
      heap.allocate({ kind: "typed", bytes: Math.ceil((bytes + SLACK) / 8) * 8 }),
    );
    const address = heap.bytes(chunk).byteOffset;
    this.#chunks.set(address, chunk);
    return address;
  }

  /** So many words. */
  words(count: number): Int32Array {
    return new Int32Array(this.reader.words.buffer, this.take(4 * count), count);
  }

  /** More memory in place of what is at `address`, of which some bytes count. */
  enlarge(address: number, used: number, bytes: number): number {
    const larger = this.take(bytes);
    this.reader.exports.copy(larger, address, used);
    this.give(address);
    return larger;
  }

  give(address: number): void {
    this.reader.heap.release(this.#chunks.get(address) as number);
    this.#chunks.delete(address);
  }

  [Symbol.dispose](): void {
    for (const chunk of this.#chunks.values()) this.reader.heap.release(chunk);
    this.#chunks.clear();
  }
}
