/**
 * Locks of the control memory, as WebAssembly. A lock word holds its owner (slot + 1), 0 while it is free.
 *
 * Engines stop a thread only at loop heads, calls, returns and waits. Between `acquire` and `release` there are
 * none of these, so no thread dies with a lock in its hand: nobody ever waits for a dead one, and what a lock
 * guards is never seen half done.
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

const SPINS = 200;
const PAUSE_NANOSECONDS = 50_000n;

type Address = Expr<"i32"> | number;

/** Takes the lock at `address` for `slot`; `seen` and `spins` are scratch. */
export function acquire(
  address: Address,
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
        set(spins, i32.add(spins, 1)),
        iff(i32.gtU(spins, SPINS), [drop(wait32(address, seen, PAUSE_NANOSECONDS))]),
        br(again),
      ]),
    ]),
  ];
}

/** Takes the lock at `address` unless somebody has it: whether it did. For a second lock while one is held. */
export const tryAcquire = (address: Address, slot: Expr<"i32">): Expr<"i32"> =>
  i32.eqz(i32.atomic.compareExchange(address, 0, i32.add(slot, 1)));

export const release = (address: Address): Statement => i32.atomic.store(address, 0);
