/** What it costs to record what runs: tasks of ten microseconds and tasks of nothing, with and without somebody who watches. */

import { spawn, start, waitAll } from "bodkin";
import { trace } from "bodkin/trace";
import { figure, type Results, ratio, withSpread } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Metrics, Size, Topic } from "./support/topic.ts";

const THREADS = 2;
const MODES = ["off", "on"] as const;
type Mode = (typeof MODES)[number];

interface Line {
  readonly what: string;
  readonly count: number;
  /** Microseconds that a task keeps its thread busy. */
  readonly length: number;
}

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const lines: readonly Line[] = [
    { what: "tasks of 10 µs", count: isFull ? 200_000 : 100, length: 10 },
    { what: "empty tasks", count: isFull ? 1_000_000 : 100, length: 0 },
  ];
  return {
    title: "Recording what runs",
    repetitions: isFull ? 5 : 1,
    cases: lines.flatMap((line) => MODES.map((mode) => caseOf(line, mode))),
    tables: (results) => [tableOf(results, lines)],
  };
}

const caseName = ({ what }: Line, mode: Mode): string => `${what}, ${mode}`;

const caseOf = (line: Line, mode: Mode): Case => ({
  name: caseName(line, mode),
  measure: () => measure(line, mode),
});

/** Submitted at once, as many as the page of a watcher can hold. */
const BATCH = 20_000;

async function measure({ count, length }: Line, mode: Mode): Promise<Metrics> {
  await using _cluster = await start({ threads: THREADS });
  const busy = (microseconds: number): number => {
    const until = performance.now() + microseconds / 1000;
    while (performance.now() < until);
    return 0;
  };
  const run = async (tasks: number): Promise<void> => {
    for (let left = tasks; left > 0; left -= BATCH) {
      await waitAll(Array.from({ length: Math.min(left, BATCH) }, () => spawn(busy, length)));
    }
  };
  await run(Math.min(count, BATCH));
  if (mode === "on") trace.start();
  const before = process.cpuUsage();
  const started = performance.now();
  await run(count);
  const wall = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(before);
  if (mode === "on") {
    const { tasks } = await trace.summary();
    const counted = tasks.find(({ name }) => name === "busy")?.count;
    if (counted !== count) throw new Error(`${count} tasks ran, and ${counted} were counted`);
  }
  return {
    wall: wall / count,
    cpu: (user + system) / count,
    memory: process.memoryUsage().rss / 2 ** 20,
  };
}

function tableOf(results: Results, lines: readonly Line[]): Table {
  const median = (line: Line, mode: Mode, metric: string): number =>
    results.median(caseName(line, mode), metric);
  return {
    caption: `**Without and with a recording, ${THREADS} threads, µs a task; counts by name are checked**`,
    head: [
      "tasks",
      "wall, off",
      "wall, on",
      "CPU, off",
      "CPU, on",
      "on / off, CPU",
      "MiB, off",
      "MiB, on",
    ],
    rows: lines.map((line) => [
      `${line.count.toLocaleString("en")} ${line.what}`,
      ...["wall", "cpu"].flatMap((metric) =>
        MODES.map((mode) => withSpread(results.spread(caseName(line, mode), metric))),
      ),
      ratio(median(line, "on", "cpu"), median(line, "off", "cpu")),
      ...MODES.map((mode) => figure(median(line, mode, "memory"))),
    ]),
  };
}
