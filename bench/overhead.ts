/**
 * What a task costs beside its function: a thousand to a million tasks that add one to a number, all at once or
 * each on the result of the one before, through the public `spawn` and `fetch`, against the pools of Node and bare
 * `postMessage`.
 */

import { costOf, type Effort, type Graph } from "./overhead/cost.ts";
import { SYSTEMS } from "./overhead/systems.ts";
import { figure, type Results, ratio, withSpread } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Size, Topic } from "./support/topic.ts";

const THREADS = 2;
const GRAPHS: readonly Graph[] = ["independent", "chained"];
/** The most tasks that take a pool seconds, not minutes. */
const MOST: Readonly<Record<string, Readonly<Record<Graph, number>>>> = {
  Piscina: { independent: 1e5, chained: 1e4 },
  Tinypool: { independent: 1e5, chained: 1e4 },
  postMessage: { independent: 1e6, chained: 1e5 },
};

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const counts = isFull ? [1e3, 1e4, 1e5, 1e6] : [10];
  const effort = isFull ? { warm: 2e4, measured: 1e5 } : { warm: 10, measured: 10 };
  return {
    title: "What a task costs",
    repetitions: isFull ? 3 : 1,
    cases: GRAPHS.flatMap((graph) => counts.flatMap((count) => casesOf(graph, count, effort))),
    tables: (results) => GRAPHS.flatMap((graph) => tablesOf(results, graph, counts)),
  };
}

const caseName = (system: string, graph: Graph, count: number): string =>
  `${system}, ${count} ${graph} tasks`;

function casesOf(graph: Graph, count: number, effort: Effort): Case[] {
  return Object.entries(SYSTEMS)
    .filter(([name]) => count <= (MOST[name]?.[graph] ?? Number.POSITIVE_INFINITY))
    .map(([name, open]) => ({
      name: caseName(name, graph, count),
      async measure() {
        const system = await open(THREADS);
        try {
          return await costOf(system, graph, count, effort);
        } finally {
          await system.close();
        }
      },
    }));
}

function tablesOf(results: Results, graph: Graph, counts: readonly number[]): Table[] {
  const median = (system: string, count: number, metric: string): number =>
    results.median(caseName(system, graph, count), metric);
  const parts = ["submission", "collection", "threads"];
  return [
    {
      caption: `**${graph} tasks, Bodkin, ${THREADS} threads: µs a task**`,
      head: ["tasks", "wall", "CPU: submission", "CPU: waiting", "CPU: threads", "all CPU"],
      rows: counts.map((count) => [
        count.toLocaleString("en"),
        withSpread(results.spread(caseName("Bodkin", graph, count), "wall")),
        ...parts.map((part) => withSpread(results.spread(caseName("Bodkin", graph, count), part))),
        figure(median("Bodkin", count, "cpu")),
      ]),
    },
    {
      caption: `**${graph} tasks, all systems, ${THREADS} threads: µs a task, wall / all CPU, and as multiples of Bodkin's**`,
      head: ["tasks", ...Object.keys(SYSTEMS)],
      rows: counts.map((count) => [
        count.toLocaleString("en"),
        ...Object.keys(SYSTEMS).map((system) => {
          const [wall, cpu] = ["wall", "cpu"].map((metric) => median(system, count, metric)) as [
            number,
            number,
          ];
          if (Number.isNaN(wall)) return "–";
          const own = `${figure(wall)} / ${figure(cpu)}`;
          if (system === "Bodkin") return own;
          return `${own} (${ratio(wall, median("Bodkin", count, "wall"))} / ${ratio(cpu, median("Bodkin", count, "cpu"))})`;
        }),
      ]),
    },
  ];
}
