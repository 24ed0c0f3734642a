/**
 * The NAS Parallel Benchmarks, verified against their published values: `node examples/npb/main.ts [classes] [names]`,
 * such as `S,W EP,CG`.
 */

import { start } from "bodkin";
import { type Benchmark, type Class, run } from "./benchmark.ts";
import { cg } from "./cg.ts";
import { ep } from "./ep.ts";
import { ft } from "./ft.ts";
import { mg } from "./mg.ts";

const BENCHMARKS: readonly Benchmark[] = [ep, cg, mg, ft];

const [classes = "S", names] = process.argv.slice(2);
const chosen = names?.split(",") ?? BENCHMARKS.map(({ name }) => name);

await start({ threads: 2 });
for (const size of classes.split(",") as Class[]) {
  for (const benchmark of BENCHMARKS.filter(({ name }) => chosen.includes(name))) {
    const { isRight, difference, seconds, rate } = await run(benchmark, size);
    const verdict = isRight ? "verified" : "WRONG";
    console.log(
      `${benchmark.name} class ${size}: ${verdict} (off by ${difference.toExponential(1)}), ${seconds.toFixed(2)} s, ${rate.toFixed(1)} Mop/s`,
    );
    if (!isRight) process.exitCode = 1;
  }
}
