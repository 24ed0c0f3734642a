/** What a benchmark is made of: cases, each measured in processes of its own, and tables of what came out. */

import type { Results } from "./results.ts";
import type { Table } from "./table.ts";

/** `tiny` only shows that everything runs. */
export type Size = "full" | "tiny";

export type Metrics = Readonly<Record<string, number>>;

export interface Case {
  /** Unique in its topic. */
  readonly name: string;
  /** Runs in a process that has done nothing else. */
  measure(): Promise<Metrics>;
  /** What this machine lacks for it, and how to get it. */
  lacks?(): string | undefined;
}

export interface Topic {
  readonly title: string;
  readonly repetitions: number;
  readonly cases: readonly Case[];
  tables(results: Results): readonly Table[];
}

/** What a topic's module exports. */
export interface TopicModule {
  topic(size: Size): Topic;
}
