/** The report of a run, word for word as the reference prints it, so that its scripts read our logs. */

import type { Needs } from "./graph.ts";
import { FLOPS_BESIDES, FLOPS_PER_ITERATION } from "./kernel.ts";
import type { Options } from "./options.ts";

export function report(options: Options, needs: Needs, seconds: number): string {
  const { graph, kernel, iterations } = options;
  const tasks = graph.steps * graph.width;
  const flops =
    kernel === "compute_bound" ? tasks * (iterations * FLOPS_PER_ITERATION + FLOPS_BESIDES) : 0;
  const dependencies = needs.flat().reduce((sum, { columns }) => sum + columns.length, 0);
  return [
    "Running Task Benchmark",
    "  Configuration:",
    "    Task Graph 1:",
    `      Time Steps: ${graph.steps}`,
    `      Max Width: ${graph.width}`,
    `      Dependence Type: ${graph.pattern}`,
    `      Radix: ${graph.radix}`,
    `      Period: ${graph.pattern === "spread" ? graph.period : 0}`,
    "      Fraction Connected: 0.250000",
    "      Kernel:",
    `        Type: ${kernel}`,
    `        Iterations: ${iterations}`,
    "        Samples: 16",
    "        Imbalance: 0.000000",
    "      Output Bytes: 16",
    "      Scratch Bytes: 0",
    `Total Tasks ${tasks}`,
    `Total Dependencies ${dependencies}`,
    "  Unable to estimate local/nonlocal dependencies",
    `Total FLOPs ${flops}`,
    "Total Bytes 0",
    `Elapsed Time ${scientific(seconds)} seconds`,
    `FLOP/s ${scientific(flops / seconds)}`,
    "B/s 0.000000e+00",
    "Transfer (estimated):",
    "  Unable to estimate local/nonlocal transfer",
  ].join("\n");
}

/** As C's `%e`: at least two digits of exponent. */
const scientific = (value: number): string =>
  value.toExponential(6).replace(/e([+-])(\d)$/, "e$10$2");
