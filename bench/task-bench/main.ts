/**
 * A driver for Task Bench. Options and report are those of the reference, so that its analysis scripts read our logs:
 *
 *     node bench/task-bench/main.ts -steps 1000 -width 4 -type stencil_1d -kernel compute_bound -iter 256 -worker 2
 *
 * Further: `-worker N` threads; `-passes N` runs of the graph in one process, each with a report of its own, after
 * `-warm N` runs without; `-runtime bodkin | piscina`.
 */

import { needsOf } from "./graph.ts";
import { parseOptions } from "./options.ts";
import { report } from "./report.ts";
import { RUNTIMES } from "./runtimes.ts";

const options = parseOptions(process.argv.slice(2));
const { warm, passes, iterations } = options;
const needs = needsOf(options.graph);
const runtime = await RUNTIMES[options.runtime](options.threads);
for (let pass = 1; pass <= warm + passes; pass++) {
  const started = performance.now();
  await runtime.run(needs, iterations);
  const seconds = (performance.now() - started) / 1000;
  if (pass > warm) console.log(report(options, needs, seconds));
}
await runtime.close();
