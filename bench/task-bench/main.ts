/**
 * A driver for Task Bench on Bodkin's tasks. Options and report are those of the reference, so that its
 * analysis scripts read our logs:
 *
 *     node bench/task-bench/main.ts -steps 1000 -width 4 -type stencil_1d -kernel compute_bound -iter 256 -worker 2
 *
 * Further: `-worker N` threads, `-passes N` runs of the graph in one process, of which the last is reported.
 */

import { fetchAll, spawn, start, type Task } from "bodkin";
import { countDependencies, dependencies, type Graph, type Pattern } from "./graph.ts";
import { FLOPS_BESIDES, FLOPS_PER_ITERATION, point } from "./kernel.ts";

interface Options extends Graph {
  readonly kernel: "empty" | "compute_bound";
  readonly iterations: number;
  readonly threads: number;
  readonly passes: number;
}

function parse(args: readonly string[]): Options {
  const given = new Map<string, string>();
  for (let k = 0; k < args.length; k += 2) given.set(args[k] as string, args[k + 1] ?? "");
  const number = (name: string, otherwise: number) => Number(given.get(name) ?? otherwise);
  return {
    steps: number("-steps", 4),
    width: number("-width", 4),
    pattern: (given.get("-type") ?? "trivial") as Pattern,
    radix: number("-radix", 3),
    period: number("-period", 3),
    kernel: (given.get("-kernel") ?? "empty") as Options["kernel"],
    iterations: number("-iter", 0),
    threads: number("-worker", 2),
    passes: number("-passes", 1),
  };
}

/** Submits the graph while it runs, and waits for its end. Gives the seconds both took. */
async function run(options: Options): Promise<number> {
  const { steps, width } = options;
  const iterations = options.kernel === "empty" ? 0 : options.iterations;
  const needed = Array.from({ length: steps }, (_, t) =>
    Array.from({ length: width }, (_, i) => dependencies(options, t, i)),
  );
  const started = performance.now();
  let row: Task<Int32Array>[] = [];
  for (let t = 0; t < steps; t++) {
    const next: Task<Int32Array>[] = [];
    for (let i = 0; i < width; i++) {
      const columns = needed[t]?.[i] as number[];
      const inputs = columns.map((c) => row[c] as Task<Int32Array>);
      next.push(spawn(point, t, i, iterations, columns[0] ?? 0, ...inputs));
    }
    row = next;
  }
  await fetchAll(row);
  return (performance.now() - started) / 1000;
}

function report(options: Options, seconds: number): void {
  const { steps, width, iterations, kernel } = options;
  const tasks = steps * width;
  const flops =
    kernel === "compute_bound" ? tasks * (iterations * FLOPS_PER_ITERATION + FLOPS_BESIDES) : 0;
  const bytes = 0;
  const dependencyCount = countDependencies(options);
  console.log(
    [
      "Running Task Benchmark",
      "  Configuration:",
      "    Task Graph 1:",
      `      Time Steps: ${steps}`,
      `      Max Width: ${width}`,
      `      Dependence Type: ${options.pattern}`,
      `      Radix: ${options.radix}`,
      `      Period: ${options.period}`,
      "      Fraction Connected: 0.250000",
      "      Kernel:",
      `        Type: ${kernel}`,
      `        Iterations: ${iterations}`,
      "        Samples: 16",
      "        Imbalance: 0.000000",
      "      Output Bytes: 16",
      "      Scratch Bytes: 0",
      `Total Tasks ${tasks}`,
      `Total Dependencies ${dependencyCount}`,
      `Total FLOPs ${flops}`,
      `Total Bytes ${bytes}`,
      `Elapsed Time ${seconds.toExponential(6)} seconds`,
      `FLOP/s ${(flops / seconds).toExponential(6)}`,
      `B/s ${(bytes / seconds).toExponential(6)}`,
      "Transfer (estimated):",
      `  Local Bytes ${dependencyCount * 16}`,
      "  Nonlocal Bytes 0",
    ].join("\n"),
  );
}

const options = parse(process.argv.slice(2));
await using _cluster = await start({ threads: options.threads });
let seconds = 0;
for (let pass = 0; pass < options.passes; pass++) seconds = await run(options);
report(options, seconds);
