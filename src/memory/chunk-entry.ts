/** The state word and the address of an entry of the chunk table, for WebAssembly. */

import { type Expr, i32, type Statement } from "../wasm/ops.ts";
import { CHUNK, CHUNK_STRIDE, CHUNKS } from "./layout.ts";

type I32 = Expr<"i32">;

/** Address of the entry of a chunk. */
export const entry = (index: I32): I32 => i32.add(i32.mul(index, CHUNK_STRIDE), CHUNKS);

/** Above the state, the word counts the lives of the entry. */
export const STATE_BITS = 8;
export const STATE_MASK = 0xff;

export const stateIs = (word: I32, state: number): I32 => i32.eq(i32.and(word, STATE_MASK), state);

/** For who alone may move the state. */
export const setState = (at: I32, state: number): Statement =>
  i32.atomic.store(at, i32.or(i32.and(i32.load(at, CHUNK.state), ~STATE_MASK), state), CHUNK.state);
