/** Plain data as bytes and back; the format of this platform's structured clone. */

import { deserialize, serialize } from "node:v8";

export function pack(value: unknown): Uint8Array {
  return serialize(value);
}

export function unpack(bytes: Uint8Array): unknown {
  return deserialize(bytes);
}
