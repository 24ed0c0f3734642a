/**
 * The compact protocol of Apache Thrift, in which the footers of Parquet files are written. Structures are kept as the
 * fields that came, known or not, so that what is read and written again loses nothing.
 */

import { internalError } from "../../../wire/errors.ts";

/** A field with its type in the protocol. Integers are numbers. */
export interface ThriftField {
  readonly type: number;
  value: ThriftValue;
}

export type ThriftValue = number | boolean | Uint8Array | ThriftList | ThriftStruct;

export interface ThriftList {
  readonly type: number;
  items: ThriftValue[];
}

/** Fields by their number. */
export type ThriftStruct = Map<number, ThriftField>;

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
export const I32 = 5;
export const I64 = 6;
const DOUBLE = 7;
export const BINARY = 8;
export const LIST = 9;
const SET = 10;
export const STRUCT = 12;

/** @throws Error where the bytes are no structure */
export function readThrift(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct();
}

export function writeThrift(struct: ThriftStruct): Uint8Array {
  const out: number[] = [];
  writeStruct(out, struct);
  return Uint8Array.from(out);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === 0) return fields;
      id = head >> 4 ? id + (head >> 4) : this.#integer();
      fields.set(id, { type, value: this.#value(type) });
    }
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case TRUE:
        return true;
      case FALSE:
        return false;
      case BYTE:
        return this.#byte();
      case I16:
      case I32:
      case I64:
        return this.#integer();
      case DOUBLE:
        return this.#slice(8);
      case BINARY:
        return this.#slice(this.#varint());
      case LIST:
      case SET:
        return this.#list();
      case STRUCT:
        return this.struct();
      default:
        throw internalError(`a footer has a field of type ${type}`);
    }
  }

  #list(): ThriftList {
    const head = this.#byte();
    const type = head & 15;
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (size > this.#bytes.length) throw internalError("a footer has a list beyond its end");
    const isFlag = type === TRUE || type === FALSE;
    const items = Array.from({ length: size }, () =>
      isFlag ? this.#byte() === TRUE : this.#value(type),
    );
    return { type, items };
  }

  #byte(): number {
    if (this.#at >= this.#bytes.length) throw internalError("a footer ends too early");
    return this.#bytes[this.#at++] as number;
  }

  #slice(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw internalError("a footer ends too early");
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  #integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function writeStruct(out: number[], struct: ThriftStruct): void {
  let before = 0;
  for (const [id, { type, value }] of [...struct].sort(([a], [b]) => a - b)) {
    const own = type === TRUE || type === FALSE ? (value ? TRUE : FALSE) : type;
    const step = id - before;
    if (step > 0 && step < 16) out.push((step << 4) | own);
    else {
      out.push(own);
      writeInteger(out, id);
    }
    if (type !== TRUE && type !== FALSE) writeValue(out, type, value);
    before = id;
  }
  out.push(0);
}

function writeValue(out: number[], type: number, value: ThriftValue): void {
  switch (type) {
    case BYTE:
      out.push(value as number);
      return;
    case I16:
    case I32:
    case I64:
      writeInteger(out, value as number);
      return;
    case STRUCT:
      writeStruct(out, value as ThriftStruct);
      return;
    case LIST:
    case SET:
      writeList(out, value as ThriftList);
      return;
    default: {
      const bytes = value as Uint8Array;
      if (type === BINARY) writeVarint(out, bytes.length);
      for (const byte of bytes) out.push(byte);
    }
  }
}

function writeList(out: number[], { type, items }: ThriftList): void {
  if (items.length < 15) out.push((items.length << 4) | type);
  else {
    out.push(0xf0 | type);
    writeVarint(out, items.length);
  }
  for (const item of items) {
    if (type === TRUE || type === FALSE) out.push(item ? TRUE : FALSE);
    else writeValue(out, type, item);
  }
}

const writeInteger = (out: number[], value: number): void =>
  writeVarint(out, value < 0 ? -2 * value - 1 : 2 * value);

function writeVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
