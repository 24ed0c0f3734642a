/** Samples of all cases of a topic, and how they are put into words. */

import type { Metrics } from "./topic.ts";

/** Median, least and greatest of what was measured. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

export class Results {
  readonly #samples: Map<string, Metrics[]> = new Map();

  add(name: string, metrics: Metrics): void {
    const samples = this.#samples.get(name) ?? [];
    samples.push(metrics);
    this.#samples.set(name, samples);
  }

  /** Undefined where the case was not run. */
  spread(name: string, metric: string): Spread | undefined {
    const values = (this.#samples.get(name) ?? [])
      .map((metrics) => metrics[metric])
      .filter((value) => value !== undefined);
    return values.length === 0 ? undefined : spreadOf(values);
  }

  /** NaN where the case was not run. */
  median(name: string, metric: string): number {
    return this.spread(name, metric)?.median ?? Number.NaN;
  }
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (k: number): number => sorted[k] as number;
  const half = sorted.length >> 1;
  return {
    median: sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2,
    least: at(0),
    greatest: at(sorted.length - 1),
  };
}

/** Three significant digits; nothing but a dash for what was not measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** `1.23 (1.20–1.31)`. */
export function withSpread(spread: Spread | undefined): string {
  if (!spread) return "–";
  return `${figure(spread.median)} (${figure(spread.least)}–${figure(spread.greatest)})`;
}

export const ratio = (value: number, to: number): string =>
  Number.isFinite(value / to) ? `${figure(value / to)}×` : "–";
