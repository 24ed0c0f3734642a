/** What a recording comes to: a line for each name of tasks, exact whatever was left out of the events. */

import { quantileOf } from "../events/durations.ts";
import { BUCKETS } from "../events/layout.ts";
import { cellText, countText, type ShownColumn, tableText } from "../show/table-text.ts";
import { bytesText, durationText } from "../show/units.ts";
import type { NameSums } from "../wire/events.ts";
import type { TraceStore } from "./store.ts";

/** Tasks of one name. Times are milliseconds, from the call of the function until its result was there. */
export interface NameSummary {
  readonly name: string;
  /** Tasks that were spawned, runs that ended, and those of them that failed. */
  readonly spawned: number;
  readonly count: number;
  readonly failed: number;
  readonly total: number;
  readonly mean: number;
  /** To within a sixteenth of itself. */
  readonly median: number;
  readonly p95: number;
  /** Of all results. */
  readonly bytes: number;
}

export interface TraceSummary {
  /** The names, those that took longest first. */
  readonly tasks: readonly NameSummary[];
  readonly spawned: number;
  readonly count: number;
  readonly failed: number;
  /** Milliseconds of the recording. */
  readonly elapsed: number;
  /** Compute threads that did anything, and the share of the time in which none of them was in the call of a task. */
  readonly threads: number;
  readonly idle: number;
  /** Bytes in the heaps of all processes, sampled. */
  readonly peakMemory: number;
  /** Events there were, those that were kept, and those for which there was no room when they came. */
  readonly events: { readonly seen: number; readonly kept: number; readonly dropped: number };
  /** As a table. */
  toString(): string;
}

/** `now` is on the clock of events. */
export function summaryOf(store: TraceStore, now: number): TraceSummary {
  const elapsed = (store.ended ?? now) - store.began;
  const tasks = [...merged(store)]
    .map(([name, sums]) => nameSummary(name, sums))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const compute = store.threads.filter(({ sums }) => sums.slot > 0);
  const busy = compute.reduce((sum, { sums }) => sum + sums.busy, 0);
  const sum = (of: (task: NameSummary) => number): number =>
    tasks.reduce((all, task) => all + of(task), 0);
  const summary: TraceSummary = {
    tasks,
    spawned: sum(({ spawned }) => spawned),
    count: sum(({ count }) => count),
    failed: sum(({ failed }) => failed),
    elapsed,
    threads: compute.length,
    idle: compute.length === 0 ? 0 : Math.max(0, 1 - busy / (elapsed * compute.length)),
    peakMemory: store.peakMemory,
    events: { seen: store.seen, kept: store.kept, dropped: store.dropped },
    toString: () => summaryText(summary),
  };
  return summary;
}

type Totals = Omit<NameSums, "name" | "durations"> & { readonly durations: Float64Array };

function merged(store: TraceStore): Map<string, Totals> {
  const names = new Map<string, Totals>();
  for (const { sums } of store.threads) {
    for (const own of sums.names) {
      const sofar = names.get(own.name);
      const durations = sofar?.durations ?? new Float64Array(BUCKETS);
      own.durations.forEach((count, bucket) => {
        durations[bucket] = (durations[bucket] as number) + count;
      });
      names.set(own.name, {
        spawned: (sofar?.spawned ?? 0) + own.spawned,
        done: (sofar?.done ?? 0) + own.done,
        failed: (sofar?.failed ?? 0) + own.failed,
        milliseconds: (sofar?.milliseconds ?? 0) + own.milliseconds,
        bytes: (sofar?.bytes ?? 0) + own.bytes,
        durations,
      });
    }
  }
  return names;
}

function nameSummary(name: string, sums: Totals): NameSummary {
  const { spawned, done: count, failed, milliseconds: total, bytes, durations } = sums;
  return {
    name,
    spawned,
    count,
    failed,
    total,
    mean: count === 0 ? 0 : total / count,
    median: quantileOf(durations, 0.5),
    p95: quantileOf(durations, 0.95),
    bytes,
  };
}

const WIDTH = 110;

export function summaryText(summary: TraceSummary): string {
  const { tasks, events } = summary;
  const time = (milliseconds: number): string => durationText(milliseconds / 1000);
  const column = (name: string, of: (task: NameSummary) => string): ShownColumn => ({
    name,
    type: "",
    isNumber: name !== "task",
    cells: tasks.map(of),
  });
  const left = events.seen - events.kept + events.dropped;
  return [
    tableText({
      width: WIDTH,
      columns: [
        column("task", ({ name }) => cellText(name)),
        column("count", ({ count }) => countText(count)),
        column("failed", ({ failed }) => countText(failed)),
        column("mean", ({ mean }) => time(mean)),
        column("p95", ({ p95 }) => time(p95)),
        column("total", ({ total }) => time(total)),
        column("bytes", ({ bytes }) => bytesText(bytes)),
      ],
    }),
    `${countText(summary.count)} runs in ${time(summary.elapsed)} on ${summary.threads} threads, ` +
      `idle ${Math.round(summary.idle * 100)} %, peak memory ${bytesText(summary.peakMemory)}`,
    ...(left > 0
      ? [
          `events: showing ${countText(events.kept)} of ${countText(events.seen + events.dropped)}; counts are exact`,
        ]
      : []),
  ].join("\n");
}
