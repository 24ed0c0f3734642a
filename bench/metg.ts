/**
 * Task Bench: the smallest task that is worth its overhead, for graphs of several patterns, against OpenMP tasks in
 * C and a pool of Node whose user waits for the inputs of each task.
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lacksCompiler, runNative } from "./support/native.ts";
import { figure, type Results, ratio, spreadOf } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Size, Topic } from "./support/topic.ts";
import type { Graph } from "./task-bench/graph.ts";
import { type Granularity, granularityOf, pointsOf } from "./task-bench/metg.ts";

const THREADS = 2;
const DRIVER = fileURLToPath(new URL("task-bench/main.ts", import.meta.url));

const SYSTEMS = ["Bodkin", "OpenMP", "Piscina"] as const;
type System = (typeof SYSTEMS)[number];

type TaskGraph = Pick<Graph, "pattern" | "width">;

interface Curve extends TaskGraph {
  readonly system: System;
}

/** Steps, and iterations from 2^from down to 2^to: around where the system reaches half of its rate. */
const RANGES = {
  Bodkin: { steps: 1000, from: 11, to: 5 },
  OpenMP: { steps: 1000, from: 15, to: 7 },
  Piscina: { steps: 20, from: 17, to: 11 },
} as const;

/** The one that the pool runs too: it takes long. */
const POOL_GRAPH: TaskGraph = { pattern: "stencil_1d", width: 4 };

const GRAPHS: readonly TaskGraph[] = [
  { pattern: "stencil_1d", width: 2 },
  POOL_GRAPH,
  { pattern: "no_comm", width: 4 },
  { pattern: "trivial", width: 4 },
];

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const graphs = isFull ? GRAPHS : [POOL_GRAPH];
  const effort = isFull ? { warm: 8, passes: 9 } : { warm: 0, passes: 1 };
  const curves = graphs.flatMap((graph) =>
    SYSTEMS.filter((system) => system !== "Piscina" || graph === POOL_GRAPH).map((system) => ({
      system,
      ...graph,
    })),
  );
  const iterationsOf = ({ system }: Curve): number[] => {
    const { from, to } = RANGES[system];
    const exponents = isFull ? Array.from({ length: from - to + 1 }, (_, k) => from - k) : [8, 1];
    return exponents.map((exponent) => 2 ** exponent);
  };
  return {
    title: "How small tasks may be",
    repetitions: isFull ? 3 : 1,
    cases: curves.flatMap((curve) =>
      iterationsOf(curve).map((iterations) =>
        caseOf(curve, iterations, isFull ? RANGES[curve.system].steps : 10, effort),
      ),
    ),
    tables: (results) => [
      tableOf(graphs, (system, graph) => {
        const curve = { ...graph, system };
        return curveOf(results, curve, iterationsOf(curve));
      }),
    ],
  };
}

type Measured = (system: System, graph: TaskGraph) => Granularity | undefined;

function tableOf(graphs: readonly TaskGraph[], measured: Measured): Table {
  const metg = (system: System, graph: TaskGraph): number =>
    microseconds(measured(system, graph)?.metg);
  return {
    caption: `**METG(50%), ${THREADS} threads: µs of one thread a task (the finest that was seen), and as multiples of Bodkin's**`,
    head: ["graph", ...SYSTEMS],
    rows: [
      ...graphs.map((graph) => [
        `${graph.pattern}, width ${graph.width}`,
        ...SYSTEMS.map((system) => {
          const floor = microseconds(measured(system, graph)?.floor);
          if (Number.isNaN(floor)) return "–";
          const own = `${figure(metg(system, graph))} (${figure(floor)})`;
          if (system === "Bodkin") return own;
          return `${own}, ${ratio(metg(system, graph), metg("Bodkin", graph))}`;
        }),
      ]),
      [
        "GFLOP/s with the largest tasks",
        ...SYSTEMS.map((system) =>
          figure((measured(system, POOL_GRAPH)?.peak ?? Number.NaN) / 1e9),
        ),
      ],
    ],
  };
}

const microseconds = (seconds: number | undefined): number => (seconds ?? Number.NaN) * 1e6;

const caseName = ({ system, pattern, width }: Curve, iterations: number): string =>
  `${system}, ${pattern}, width ${width}, ${iterations} iterations`;

function caseOf(
  curve: Curve,
  iterations: number,
  steps: number,
  { warm, passes }: { readonly warm: number; readonly passes: number },
): Case {
  const { system, pattern, width } = curve;
  const args = Object.entries({
    "-steps": steps,
    "-width": width,
    "-type": pattern,
    "-kernel": "compute_bound",
    "-iter": iterations,
    "-worker": THREADS,
    "-warm": warm,
    "-passes": passes,
  }).flatMap(([name, value]) => [name, String(value)]);
  return {
    name: caseName(curve, iterations),
    ...(system === "OpenMP" && { lacks: lacksCompiler }),
    async measure() {
      const log =
        system === "OpenMP"
          ? await runNative("task-bench/openmp.c", args)
          : await runDriver([...args, "-runtime", system.toLowerCase()]);
      const points = pointsOf(log);
      const { tasks, flops } = points[0] as { tasks: number; flops: number };
      return { tasks, flops, seconds: spreadOf(points.map((point) => point.seconds)).median };
    },
  };
}

async function runDriver(args: readonly string[]): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [...process.execArgv, DRIVER, ...args]);
  return stdout;
}

function curveOf(
  results: Results,
  curve: Curve,
  iterations: readonly number[],
): Granularity | undefined {
  const names = iterations.map((count) => caseName(curve, count));
  const points = names.map((name) => ({
    tasks: results.median(name, "tasks"),
    flops: results.median(name, "flops"),
    seconds: results.median(name, "seconds"),
  }));
  return points.every(({ seconds }) => seconds > 0) ? granularityOf(points, THREADS) : undefined;
}
