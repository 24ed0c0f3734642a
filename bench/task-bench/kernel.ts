/**
 * What a task of Task Bench does: checks its inputs, runs the compute-bound kernel, gives 16 bytes that say
 * which task it was. One function without captures, so that it is shipped once.
 */

/** Floating-point operations of one iteration, and of the kernel besides. */
export const FLOPS_PER_ITERATION = 128;
export const FLOPS_BESIDES = 64;

/**
 * Task (t, i). Inputs are the outputs of `first`, `first` + 1, … of row t − 1; outputs are two 64-bit numbers,
 * step and column, of which the upper halves are zero.
 */
export function point(
  t: number,
  i: number,
  iterations: number,
  first: number,
  ...inputs: Int32Array[]
): Int32Array {
  for (let k = 0; k < inputs.length; k++) {
    const input = inputs[k] as Int32Array;
    if (input[0] !== t - 1 || input[2] !== first + k || input[1] !== 0 || input[3] !== 0) {
      throw new Error(`task (${t}, ${i}) got ${input} as input ${k}`);
    }
  }
  if (iterations > 0) {
    const x = new Float64Array(64);
    for (let k = 0; k < 64; k++) x[k] = 1.2345;
    for (let n = 0; n < iterations; n++) {
      for (let k = 0; k < 64; k++) {
        const v = x[k] as number;
        x[k] = v * v + v;
      }
    }
    let sum = 0;
    for (let k = 0; k < 64; k++) sum += x[k] as number;
    if (sum === 0) throw new Error("the kernel was not run");
  }
  const output = new Int32Array(4);
  output[0] = t;
  output[2] = i;
  return output;
}
