/** Arrays, numbers and barriers that cannot be. */

import {
  atomicAdd,
  barrier,
  globalIndex,
  local,
  localIndex,
} from "../../../src/kernel/intrinsics.ts";
import { f32, i32, type Refusal, refusal, u32 } from "../support/refusals.ts";

const withBarrier = (x: number): void => {
  if (x > 0) barrier();
};
const size = () => 8;

export const refusedNumbers: readonly Refusal[] = [
  refusal("a length that is not known", [f32], /the length of an array must be known/, (O) => {
    const t = new Float32Array(O[0]);
    O[0] = t[0];
  }),
  refusal("a length from a call", [f32], /the length of an array must be known/, (O) => {
    const t = local("f32", size());
    t[0] = 1;
    O[0] = t[0];
  }),
  refusal("a length out of bounds", [f32], /100000 is no length.*from 1 to 65536/, (O) => {
    const t = local("f32", 100_000);
    t[0] = 1;
    O[0] = t[0];
  }),
  refusal("local without a name", [f32], /local.* has no properties or elements/, (O) => {
    O[0] = local("f32", 4)[0];
  }),
  refusal("local of an unknown dtype", [f32], /local\(\) takes the dtype as a literal/, (O) => {
    const t = local("f16" as "f32", 4);
    O[0] = t[0];
  }),
  refusal("atomics of floats", [f32], /no atomic updates of f32 elements.*i32 or u32/, (O) => {
    atomicAdd(O, 0, 1);
  }),
  refusal("atomics without a value", [i32], /takes an array, an index and a value/, (O) => {
    (atomicAdd as unknown as (a: Int32Array, i: number) => void)(O, 0);
  }),
  refusal("atomics of a private array", [i32], /private to each item/, (O) => {
    const t = new Int32Array(2);
    atomicAdd(t, 0, 1);
    O[0] = t[0];
  }),
  refusal("an axis that is not known", [f32], /an axis must be known.*0, 1 or 2/, (O) => {
    O[0] = globalIndex(O[1] as 0);
  }),
  refusal(
    "a variable of i32 and u32",
    [i32, i32, u32],
    /'x' gets both i32 and u32.*`>>> 0`/,
    (O, A, B) => {
      let x = A[0];
      x = B[0];
      O[0] = x;
    },
  ),
  refusal(
    "remainder of i32 by u32",
    [i32, i32, u32],
    /the remainder of an i32 and a u32/,
    (O, A, B) => {
      O[0] = A[0] % B[0];
    },
  ),
  refusal("max of i32 and u32", [i32, i32, u32], /both i32 and u32/, (O, A, B) => {
    O[0] = Math.max(A[0], B[0]);
  }),
  refusal(
    "=== of a boolean and a number",
    [f32, f32],
    /a boolean never equals a number/,
    (O, A) => {
      O[0] = A[0] > 1 === A[1];
    },
  ),
  refusal(
    "a barrier under a condition on items",
    [f32],
    /a barrier depends on a condition.*Let all items reach/,
    (O) => {
      if (localIndex() < 3) barrier();
      O[0] = 1;
    },
  ),
  refusal(
    "a barrier in a helper under a condition on items",
    [f32],
    /a barrier depends on a condition/,
    (O) => {
      withBarrier(O[globalIndex()]);
    },
  ),
  refusal(
    "a barrier in a loop whose length differs",
    [f32],
    /a barrier depends on a condition/,
    (O) => {
      for (let k = 0; k < localIndex(); k++) barrier();
      O[0] = 1;
    },
  ),
  refusal(
    "a return before a barrier",
    [f32],
    /a barrier depends on a condition.*rather than returning/,
    (O) => {
      const i = globalIndex();
      if (i > 5) return;
      barrier();
      O[i] = 1;
    },
  ),
  refusal(
    "a break of some items around a barrier",
    [f32],
    /a barrier depends on a condition/,
    (O) => {
      for (let k = 0; k < 9; k++) {
        if (O[globalIndex()] > 3) break;
        barrier();
      }
    },
  ),
];
