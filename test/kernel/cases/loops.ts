// biome-ignore-all lint/suspicious/noConfusingLabels: what labels mean is tested
// biome-ignore-all lint/suspicious/useDefaultSwitchClauseLast: so is the place of a default
// biome-ignore-all lint/suspicious/noFallthroughSwitchClause: and falling through

/** Loops, jumps and switches. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import { floats, type KernelCase, kernelCase, smallInts } from "../support/cases.ts";

const n = 60;
const OA = (): Float32Array[] => [new Float32Array(n), floats(n)];
const O1 = (): Int32Array[] => [new Int32Array(n)];
const OI = (): Int32Array[] => [new Int32Array(n), smallInts(n)];

export const loops: readonly KernelCase[] = [
  kernelCase("for", OI, (O, A) => {
    const i = globalIndex();
    let s = 0;
    for (let k = 0; k < 5; k++) s += A[k] * i;
    O[i] = s;
  }),
  kernelCase("for downwards, by two", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    for (let k = i; k > 0; k -= 2) s += k;
    O[i] = s;
  }),
  kernelCase("for with two counters", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    for (let j = 0, k = 10; j < k; j++, k--) s += j * k;
    O[i] = s + i;
  }),
  kernelCase("for without parts", O1, (O) => {
    const i = globalIndex();
    let k = 0;
    for (;;) {
      if (k * k > i) break;
      k++;
    }
    O[i] = k;
  }),
  kernelCase("for over an outer variable", O1, (O) => {
    const i = globalIndex();
    let k: number;
    for (k = 0; k < i % 7; k++);
    O[i] = k;
  }),
  kernelCase("while", O1, (O) => {
    const i = globalIndex();
    let x = i;
    let s = 0;
    while (x > 0) {
      s += x % 10;
      x = (x / 10) | 0;
    }
    O[i] = s;
  }),
  kernelCase("while with a side effect in the test", O1, (O) => {
    const i = globalIndex();
    let k = i;
    let s = 0;
    while (k-- > 0) s += k;
    O[i] = s * 10 + k;
  }),
  kernelCase("do while", O1, (O) => {
    const i = globalIndex();
    let k = 0;
    do {
      k += 3;
    } while (k < i);
    O[i] = k;
  }),
  kernelCase("do while with continue and a side effect", O1, (O) => {
    const i = globalIndex();
    let k = 0;
    let s = 0;
    do {
      if (k % 3 === 1) continue;
      s += k;
    } while (++k < i % 9);
    O[i] = s * 10 + k;
  }),
  kernelCase("continue", OI, (O, A) => {
    const i = globalIndex();
    let s = 0;
    for (let k = 0; k < 10; k++) {
      if ((A[k] + i) % 3 === 0) continue;
      s += k;
    }
    O[i] = s;
  }),
  kernelCase("break", OI, (O, A) => {
    const i = globalIndex();
    let k = 0;
    for (; k < 60; k++) if (A[k] > A[i] - 3) break;
    O[i] = k;
  }),
  kernelCase("nested loops", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    for (let j = 0; j < 4; j++) for (let k = j; k < 4; k++) s += (j + 1) * (k + i);
    O[i] = s;
  }),
  kernelCase("break of an outer loop", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    outer: for (let j = 0; j < 9; j++) {
      for (let k = 0; k < 9; k++) {
        if (j * k > i) break outer;
        s += k;
      }
      s += 100;
    }
    O[i] = s;
  }),
  kernelCase("continue of an outer loop", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    outer: for (let j = 0; j < 9; j++) {
      for (let k = 0; k < 9; k++) {
        if ((j * k) % 7 === i % 7) continue outer;
        s += k;
      }
      s += 100;
    }
    O[i] = s;
  }),
  kernelCase("jumps over three loops", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    a: for (let j = 0; j < 4; j++) {
      b: for (let k = 0; k < 4; k++) {
        for (let m = 0; m < 4; m++) {
          s++;
          if (m > k + (i % 2)) continue b;
          if (j + k + m > 6 - (i % 3)) break a;
          if (m === 3) continue a;
        }
        s += 10;
      }
      s += 100;
    }
    O[i] = s;
  }),
  kernelCase("break of a labelled block", OI, (O, A) => {
    const i = globalIndex();
    O[i] = 1;
    found: {
      if (A[i] > 10) break found;
      for (let k = 0; k < 3; k++) if (A[i] === k) break found;
      O[i] = 2;
    }
    O[i] += 10;
  }),
  kernelCase("return within loops", OI, (O, A) => {
    const i = globalIndex();
    for (let j = 0; j < 5; j++) {
      for (let k = 0; k < 5; k++) {
        if (A[i] === j * k) {
          O[i] = j * 10 + k;
          return;
        }
      }
    }
    O[i] = -1;
  }),
  kernelCase("switch", OI, (O, A) => {
    const i = globalIndex();
    switch (A[i] % 4) {
      case 0:
        O[i] = 10;
        break;
      case 1:
        O[i] = 11;
        break;
      case -1:
        O[i] = 9;
        break;
      default:
        O[i] = A[i];
    }
  }),
  kernelCase("switch that falls through", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    switch (i % 5) {
      // @ts-expect-error it falls through
      case 0:
        s += 1;
      case 1:
        s += 10;
        break;
      case 2:
      case 3:
        s += 100;
    }
    O[i] = s;
  }),
  kernelCase("switch with default in the middle", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    switch (i % 6) {
      case 1:
        s = 1;
        break;
      // @ts-expect-error it falls through
      default:
        s = 50;
      case 2:
        s += 2;
        break;
      case 3:
        s = 3;
    }
    O[i] = s;
  }),
  kernelCase("switch with breaks in branches, in a loop", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    for (let k = 0; k < 8; k++) {
      switch ((k + i) % 3) {
        case 0:
          if (k > 4) break;
          s += 1;
          continue;
        case 1:
          s += 10;
          if (s > 40) break;
          s += 5;
          break;
        default: {
          const t = k * 2;
          s += t;
        }
      }
      s += 100;
    }
    O[i] = s;
  }),
  kernelCase("switch on floats", OA, (O, A) => {
    const i = globalIndex();
    switch (A[i]) {
      case 0.5:
        O[i] = 1;
        break;
      case -0.5:
        O[i] = 2;
        break;
      default:
        O[i] = 3;
    }
  }),
];
