/**
 * The NAS Parallel Benchmarks EP, CG, MG and FT as in `examples/npb`, verified against their published values, on one
 * thread and on two; EP against C with OpenMP too.
 */

import { start } from "bodkin";
import { type Benchmark, type Class, run } from "../examples/npb/benchmark.ts";
import { cg } from "../examples/npb/cg.ts";
import { ep } from "../examples/npb/ep.ts";
import { ft } from "../examples/npb/ft.ts";
import { mg } from "../examples/npb/mg.ts";
import { lacksCompiler, runNative } from "./support/native.ts";
import { type Results, ratio, withSpread } from "./support/results.ts";
import type { Case, Metrics, Size, Topic } from "./support/topic.ts";

const BENCHMARKS: readonly Benchmark[] = [ep, cg, mg, ft];

/** Mop/s that NPB-CPP reached with OpenMP on two threads of another machine of two cores. */
const REFERENCE: Readonly<Record<string, Readonly<Record<Class, number>>>> = {
  EP: { S: 36, W: 59 },
  CG: { S: 3701, W: 3605 },
  MG: { S: 7679, W: 6893 },
  FT: { S: 4707, W: 4413 },
};

const EXPONENTS: Readonly<Record<Class, number>> = { S: 24, W: 25 };

export function topic(size: Size): Topic {
  const classes: readonly Class[] = size === "full" ? ["S", "W"] : ["S"];
  const problems = classes.flatMap((each) => BENCHMARKS.map((benchmark) => ({ benchmark, each })));
  return {
    title: "NAS Parallel Benchmarks",
    repetitions: size === "full" ? 5 : 1,
    cases: problems.flatMap(({ benchmark, each }) => [
      own(benchmark, each, 1),
      own(benchmark, each, 2),
      ...(benchmark === ep ? [native(each)] : []),
    ]),
    tables: (results) => [
      {
        caption: "**Mop/s, all verified**",
        head: [
          "benchmark",
          "1 thread",
          "2 threads",
          "C, 2 threads",
          "NPB-CPP elsewhere, 2 threads",
        ],
        rows: problems.map(({ benchmark: { name }, each }) => [
          `${name}, class ${each}`,
          withSpread(results.spread(caseName(name, each, 1), "rate")),
          withSpread(results.spread(caseName(name, each, 2), "rate")),
          peer(results, name, each),
          String(REFERENCE[name]?.[each]),
        ]),
      },
    ],
  };
}

const caseName = (name: string, size: Class, threads: number): string =>
  `${name}, class ${size}, ${threads} threads`;

const nativeName = (size: Class): string => `C, EP, class ${size}`;

function peer(results: Results, name: string, size: Class): string {
  const spread = results.spread(nativeName(size), "rate");
  if (name !== ep.name || !spread) return "–";
  const two = results.median(caseName(name, size, 2), "rate");
  return `${withSpread(spread)}, Bodkin ${ratio(two, spread.median)}`;
}

function own(benchmark: Benchmark, size: Class, threads: number): Case {
  return {
    name: caseName(benchmark.name, size, threads),
    async measure(): Promise<Metrics> {
      await using _cluster = await start({ threads });
      const { rate, isRight, difference } = await run(benchmark, size);
      if (!isRight) throw new Error(`${benchmark.name} class ${size} is off by ${difference}`);
      return { rate };
    },
  };
}

function native(size: Class): Case {
  return {
    name: nativeName(size),
    lacks: lacksCompiler,
    async measure(): Promise<Metrics> {
      const log = await runNative("npb/ep.c", [String(EXPONENTS[size]), "2"]);
      const [seconds = Number.NaN, x] = log.split(" ").map(Number);
      const expected = (await ep.prepare(size)).expected[0] as number;
      if (Math.abs(((x ?? Number.NaN) - expected) / expected) > ep.tolerance) {
        throw new Error(`EP in C gives ${x}, not ${expected}`);
      }
      return { rate: 2 ** (EXPONENTS[size] + 1) / seconds / 1e6 };
    },
  };
}
