/**
 * METG, the minimum effective task granularity: how much time a task must take on the average for the whole to
 * reach a share of the rate that it reaches with large tasks. Computed as the reference's `chart_metg.py` does.
 */

/** A run of one graph; all runs of a curve differ in the iterations of the kernel alone. */
export interface Point {
  readonly tasks: number;
  readonly flops: number;
  readonly seconds: number;
}

export interface Granularity {
  /** Seconds of one thread a task. Undefined where the runs lie all above or all below the threshold. */
  readonly metg: number | undefined;
  /** The least that any run had. */
  readonly floor: number;
  /** FLOP/s with the largest tasks. */
  readonly peak: number;
}

export function granularityOf(
  points: readonly Point[],
  threads: number,
  threshold = 0.5,
): Granularity {
  const coarseFirst = points.toSorted((a, b) => b.flops - a.flops);
  const rate = ({ flops, seconds }: Point): number => flops / seconds;
  const peak = rate(coarseFirst[0] as Point);
  const curve = coarseFirst.map((point) => ({
    granularity: (point.seconds * threads) / point.tasks,
    efficiency: rate(point) / peak,
  }));
  const floor = Math.min(...curve.map(({ granularity }) => granularity));

  const effective = curve.filter(({ efficiency }) => efficiency >= threshold);
  const least = effective.reduce((a, b) => (b.granularity < a.granularity ? b : a));
  const next = curve[curve.indexOf(least) + 1];
  if (effective.length === curve.length || !next) return { metg: undefined, floor, peak };
  if (next.granularity >= least.granularity) return { metg: least.granularity, floor, peak };
  const share = (threshold - next.efficiency) / (least.efficiency - next.efficiency);
  const metg = next.granularity + Math.min(1, share) * (least.granularity - next.granularity);
  return { metg, floor, peak };
}

/** Of the reports in a log: its runs. */
export function pointsOf(log: string): Point[] {
  const all = (line: RegExp): number[] => [...log.matchAll(line)].map(([, value]) => Number(value));
  const tasks = all(/^\s*Total Tasks (\d+)$/gm);
  const flops = all(/^\s*Total FLOPs (\d+)$/gm);
  return all(/^\s*Elapsed Time ([\d.e+-]+) seconds$/gm).map((seconds, k) => ({
    tasks: tasks[k] as number,
    flops: flops[k] as number,
    seconds,
  }));
}
