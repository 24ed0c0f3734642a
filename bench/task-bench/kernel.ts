/**
 * What a task of Task Bench does: checks its inputs, runs the compute-bound kernel, gives 16 bytes that say
 * which task it was. One function without captures, so that it is shipped once.
 */

/** Floating-point operations of one iteration, and of the kernel besides. */
export const FLOPS_PER_ITERATION = 128;
export const FLOPS_BESIDES = 64;

/**
 * Task (t, i). Inputs are the outputs of row t − 1 at the columns whose bits are set in `columns`, in ascending order; outputs are
 * two 64-bit numbers, step and column, of which the upper halves are zero.
 */
export function point(
  t: number,
  i: number,
  iterations: number,
  columns: number,
  ...inputs: Int32Array[]
): Int32Array {
  let before = -1;
  for (const input of inputs) {
    const step = input[0] as number;
    const column = input[2] as number;
    const isExpected = step === t - 1 && column > before && ((columns >>> column) & 1) === 1;
    if (!isExpected || input[1] !== 0 || input[3] !== 0) {
      throw new Error(`task (${t}, ${i}) got an input of step ${step}, column ${column}`);
    }
    before = column;
  }
  if (iterations > 0) {
    // Not a Float64Array: that one gets a buffer of its own, which costs more than small tasks do.
    const x = new Array<number>(64);
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

/** For pools that give a function one value. */
export const pointOf = (args: Parameters<typeof point>): Int32Array => point(...args);
