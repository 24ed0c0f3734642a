/**
 * The task graphs of Task Bench (Slaughter et al., "Task Bench: a parameterized benchmark for evaluating
 * parallel runtime performance", SC 2020): `steps` rows of `width` tasks, each of which needs some of the row
 * before. Only the patterns whose rows are all full, as the METG procedure asks for.
 */

export const PATTERNS = [
  "trivial",
  "no_comm",
  "stencil_1d",
  "stencil_1d_periodic",
  "fft",
  "all_to_all",
  "nearest",
  "spread",
] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface Graph {
  readonly steps: number;
  readonly width: number;
  readonly pattern: Pattern;
  readonly radix: number;
  readonly period: number;
}

/** Columns of the row before that column `i` of row `t` needs, in ascending order. */
export function dependencies(graph: Graph, t: number, i: number): number[] {
  const { width, pattern, radix, period } = graph;
  if (t === 0) return [];
  const inside = (columns: number[]): number[] =>
    [...new Set(columns)].filter((c) => c >= 0 && c < width).sort((a, b) => a - b);
  const wrapped = (columns: number[]): number[] =>
    inside(columns.map((c) => ((c % width) + width) % width));
  switch (pattern) {
    case "trivial":
      return [];
    case "no_comm":
      return [i];
    case "stencil_1d":
      return inside([i - 1, i, i + 1]);
    case "stencil_1d_periodic":
      return wrapped([i - 1, i, i + 1]);
    case "fft": {
      const depth = Math.ceil(Math.log2(width));
      const distance = depth === 0 ? 0 : 2 ** ((t + depth - 1) % depth);
      return inside([i - distance, i, i + distance]);
    }
    case "all_to_all":
      return Array.from({ length: width }, (_, c) => c);
    case "nearest":
      return inside(Array.from({ length: radix }, (_, k) => i - Math.floor(radix / 2) + k));
    case "spread":
      return wrapped(
        Array.from(
          { length: radix },
          (_, j) => i + Math.floor((j * width) / radix) + (j > 0 ? t % period : 0),
        ),
      );
  }
}

/** What a task needs of the row before: columns in ascending order, and the same as bits of a word. */
export interface Inputs {
  readonly columns: readonly number[];
  readonly bits: number;
}

/** Of each task of each row. */
export type Needs = readonly (readonly Inputs[])[];

/** More columns have no bit. */
export const MOST_COLUMNS = 32;

export const needsOf = (graph: Graph): Needs =>
  Array.from({ length: graph.steps }, (_, t) =>
    Array.from({ length: graph.width }, (_, i) => {
      const columns = dependencies(graph, t, i);
      return { columns, bits: columns.reduce((bits, c) => bits + 2 ** c, 0) };
    }),
  );
