/** What the NAS Parallel Benchmarks have in common: classes of sizes, published values, and a count of operations. */

export type Class = "S" | "W";

export interface Problem {
  /** Published values of the class. */
  readonly expected: readonly number[];
  /** How many operations the benchmark counts. */
  readonly operations: number;
  /** The timed part. Gives the values to be verified. */
  run(): Promise<readonly number[]>;
}

export interface Benchmark<C extends string = Class> {
  readonly name: string;
  /** Largest relative difference from the published values. */
  readonly tolerance: number;
  /** The untimed part. */
  prepare(name: C): Problem | Promise<Problem>;
}

export interface Outcome {
  readonly benchmark: string;
  readonly class: Class;
  /** Largest relative difference from the published values. */
  readonly difference: number;
  readonly isRight: boolean;
  readonly seconds: number;
  /** Million operations a second. */
  readonly rate: number;
}

export async function run({ name, tolerance, prepare }: Benchmark, size: Class): Promise<Outcome> {
  const { expected, operations, run: timed } = await prepare(size);
  // Once untimed, as the specification has it: threads have started and the code is compiled.
  await timed();
  const start = performance.now();
  const values = await timed();
  const seconds = (performance.now() - start) / 1000;
  const difference = Math.max(
    ...expected.map((value, i) => Math.abs((values[i] ?? Number.NaN) - value) / Math.abs(value)),
  );
  return {
    benchmark: name,
    class: size,
    difference,
    isRight: difference <= tolerance,
    seconds,
    rate: operations / seconds / 1e6,
  };
}
