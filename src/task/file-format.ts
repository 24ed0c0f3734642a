/**
 * The library's own file of one value: a mark, the length of a description as JSON, and that; the elements of an array
 * follow as they lie in memory, other values in the format of the platform's structured clone.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { type ElementType, elementOf } from "../memory/dtype.ts";
import { pack, unpack } from "../platform/serialize.ts";
import { arrayParts, arrayWith, isArrayValue } from "../runtime/values.ts";
import { type BodkinError, invalidArgument } from "../wire/errors.ts";

const MARK: Uint8Array = new TextEncoder().encode("BODKIN1\n");
const HEADER_BYTES: number = MARK.length + 4;
/** Elements begin at a multiple. */
const ALIGNMENT = 64;

type Description =
  | { readonly kind: "array" | "typed"; readonly element: ElementType; readonly shape: number[] }
  | { readonly kind: "value" };

/** What a file of a value consists of. @throws BodkinError where the format would not keep what it is */
export function encoded(value: unknown): Uint8Array[] {
  const parts = isArrayValue(value) ? arrayParts(value) : undefined;
  if (!parts) {
    checkPlain(value, "the value", new Set());
    return [header({ kind: "value" }), pack(value)];
  }
  const { data, shape, element } = parts;
  const kind = ArrayBuffer.isView(value) ? "typed" : "array";
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [header({ kind, element, shape: [...shape] }), bytes];
}

function header(description: Description): Uint8Array {
  const text = JSON.stringify(description);
  const size = Math.ceil((HEADER_BYTES + text.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(size);
  bytes.set(MARK);
  new DataView(bytes.buffer).setUint32(MARK.length, size - HEADER_BYTES, true);
  bytes.set(new TextEncoder().encode(text.padEnd(size - HEADER_BYTES)), HEADER_BYTES);
  return bytes;
}

const PLAIN: readonly string[] = [
  "Date",
  "RegExp",
  "ArrayBuffer",
  "Error",
  "Boolean",
  "Number",
  "String",
  "BigInt",
];

/** The format keeps plain data; of what has a class of its own it would forget that. */
function checkPlain(value: unknown, name: string, seen: Set<object>): void {
  if (typeof value === "function" || typeof value === "symbol") throw notPlain(name, typeof value);
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value) || PLAIN.includes(tag)) return;
  if (value instanceof Map || value instanceof Set) {
    for (const each of value instanceof Map ? [...value].flat() : value) {
      checkPlain(each, `what is in ${name}`, seen);
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain =
    Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) throw notPlain(name, `a ${(value.constructor as AnyFunction | undefined)?.name}`);
  for (const [key, each] of Object.entries(value)) checkPlain(each, `'${key}' of ${name}`, seen);
}

const notPlain = (name: string, what: string): BodkinError =>
  invalidArgument(
    `tofile: ${name} is ${what}, which would not come back as it is; give serialize and deserialize`,
  );

/** Whether bytes begin as files of this format do. */
export const isEncoded = (bytes: Uint8Array): boolean =>
  bytes.length >= HEADER_BYTES && MARK.every((byte, i) => bytes[i] === byte);

/** The value in the bytes of a whole file. @throws Error where they are not complete */
export function decoded(bytes: Uint8Array): unknown {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MARK.length, true);
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + size));
  const description = JSON.parse(text) as Description;
  const body = bytes.slice(HEADER_BYTES + size);
  if (description.kind === "value") return unpack(body);
  const { kind, element, shape } = description;
  const { array: Elements, size: elementSize } = elementOf(element);
  const bytesNeeded = shape.reduce((all, length) => all * length, elementSize);
  if (bytesNeeded !== body.length) {
    throw new Error(`it has ${body.length} bytes of elements where there should be ${bytesNeeded}`);
  }
  const data = new Elements(body.buffer, 0, body.length / Elements.BYTES_PER_ELEMENT);
  return kind === "typed" ? data : arrayWith(data, shape, element);
}
