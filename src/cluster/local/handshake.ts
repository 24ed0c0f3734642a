/**
 * Proof, on a new connection, that both ends know the session's secret; then they know each other's number.
 *
 *     listener → nonce L                       caller → worker, nonce C, HMAC(secret, "caller" L C worker)
 *     listener → worker, HMAC(secret, "listener" C L worker)
 *
 * Each proof covers the other's nonce, so that no recorded one is worth anything.
 */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const NONCE_BYTES = 32;
const PROOF_BYTES = 32;

/** Longest head of a frame before the handshake is over. */
export const MAX_HANDSHAKE_BYTES = 256;

export const newNonce = (): Uint8Array => new Uint8Array(randomBytes(NONCE_BYTES));

export type Role = "caller" | "listener";

function proof(
  secret: Uint8Array,
  role: Role,
  theirs: Uint8Array,
  own: Uint8Array,
  worker: number,
): Uint8Array {
  return createHmac("sha256", secret)
    .update(`bodkin ${role} ${worker} `)
    .update(theirs)
    .update(own)
    .digest();
}

/** What an end says of itself, in answer to the other's nonce. */
export function introduce(
  secret: Uint8Array,
  role: Role,
  worker: number,
  own: Uint8Array,
  theirs: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(4 + NONCE_BYTES + PROOF_BYTES);
  new DataView(bytes.buffer).setUint32(0, worker, true);
  bytes.set(own, 4);
  bytes.set(proof(secret, role, theirs, own, worker), 4 + NONCE_BYTES);
  return bytes;
}

/** The worker and nonce of an introduction, or undefined where it proves nothing. */
export function verify(
  secret: Uint8Array,
  role: Role,
  introduction: Uint8Array,
  own: Uint8Array,
): { readonly worker: number; readonly nonce: Uint8Array } | undefined {
  if (introduction.length !== 4 + NONCE_BYTES + PROOF_BYTES) return undefined;
  const worker = new DataView(introduction.buffer, introduction.byteOffset).getUint32(0, true);
  const nonce = introduction.slice(4, 4 + NONCE_BYTES);
  const given = introduction.subarray(4 + NONCE_BYTES);
  const expected = proof(secret, role, own, nonce, worker);
  return timingSafeEqual(given, expected) ? { worker, nonce } : undefined;
}
