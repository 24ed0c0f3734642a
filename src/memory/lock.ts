/**
 * Locks of the control memory, as WebAssembly. A lock word holds its owner (slot + 1). What happens under a
 * lock is straight-line code except for read-only searches, and engines interrupt a thread only at loop heads,
 * function entries and waits; so a thread that dies inside leaves consistent data, and whoever finds the owner
 * dead takes the lock over.
 */

import {
  type Body,
  block,
  br,
  brIf,
  drop,
  type Expr,
  i32,
  iff,
  type Local,
  loop,
  type Statement,
  set,
  wait32,
} from "../wasm/ops.ts";
import { ALIVE } from "./layout.ts";

const SPINS = 200;
const PAUSE_NANOSECONDS = 50_000n;

/** Takes the lock at `address` for `slot`; `seen` and `spins` are scratch. */
export function acquire(
  address: Expr<"i32"> | number,
  slot: Expr<"i32">,
  seen: Local<"i32">,
  spins: Local<"i32">,
): Body {
  return [
    set(spins, 0),
    block((taken) => [
      loop((again) => [
        set(seen, i32.atomic.compareExchange(address, 0, i32.add(slot, 1))),
        brIf(taken, i32.eqz(seen)),
        iff(i32.eqz(i32.atomic.load(i32.shl(i32.sub(seen, 1), 2), ALIVE)), [
          brIf(taken, i32.eq(i32.atomic.compareExchange(address, seen, i32.add(slot, 1)), seen)),
        ]),
        set(spins, i32.add(spins, 1)),
        iff(i32.gtU(spins, SPINS), [drop(wait32(address, seen, PAUSE_NANOSECONDS))]),
        br(again),
      ]),
    ]),
  ];
}

export const release = (address: Expr<"i32"> | number): Statement => i32.atomic.store(address, 0);
