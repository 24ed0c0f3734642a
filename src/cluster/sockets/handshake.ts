/**
 * Proof, on a new connection, that both ends know the session's secret; then they know each other's number.
 *
 *     listener → nonce L                  caller → worker, nonce C, HMAC(secret, "caller" worker L C channel)
 *     listener → worker, nonce L, HMAC(secret, "listener" worker C L channel)
 *
 * Each proof covers the other's nonce, so that no recorded one is worth anything, and what both ends of an encrypted
 * channel know of it, so that nobody between two such channels can pass proofs on.
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const NONCE_BYTES = 32;
const PROOF_BYTES = 32;

/** Longest head of a frame before the handshake is over. */
export const MAX_HANDSHAKE_BYTES = 256;

export const newNonce = (): Uint8Array => new Uint8Array(randomBytes(NONCE_BYTES));

export type Role = "caller" | "listener";

/** Who this end is, and what it knows. */
export interface Own {
  readonly secret: Uint8Array;
  readonly worker: number;
  /** What only the two ends of the channel below know; empty where it is not encrypted. */
  readonly channel: Uint8Array;
}

function proof(
  { secret, worker, channel }: Own,
  role: Role,
  theirs: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return createHmac("sha256", secret)
    .update(`bodkin ${role} ${worker} `)
    .update(theirs)
    .update(nonce)
    .update(channel)
    .digest();
}

/** What an end says of itself, in answer to the other's nonce. */
export function introduce(own: Own, role: Role, nonce: Uint8Array, theirs: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + NONCE_BYTES + PROOF_BYTES);
  new DataView(bytes.buffer).setUint32(0, own.worker, true);
  bytes.set(nonce, 4);
  bytes.set(proof(own, role, theirs, nonce), 4 + NONCE_BYTES);
  return bytes;
}

/** The worker and nonce of an introduction to our `nonce`, or undefined where it proves nothing. */
export function verify(
  own: Own,
  role: Role,
  introduction: Uint8Array,
  nonce: Uint8Array,
): { readonly worker: number; readonly nonce: Uint8Array } | undefined {
  if (introduction.length !== 4 + NONCE_BYTES + PROOF_BYTES) return undefined;
  const worker = new DataView(introduction.buffer, introduction.byteOffset).getUint32(0, true);
  const theirs = introduction.slice(4, 4 + NONCE_BYTES);
  const given = introduction.subarray(4 + NONCE_BYTES);
  const expected = proof({ ...own, worker }, role, nonce, theirs);
  return timingSafeEqual(given, expected) ? { worker, nonce: theirs } : undefined;
}
