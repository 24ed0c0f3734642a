/** A GPU: what a launch costs, its memory and its arithmetic, beside what the device does without this library. */

import * as device from "./gpu/device.ts";
import * as ours from "./gpu/systems.ts";
import { type Results, ratio, type Spread, withSpread } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Metrics, Size, Topic } from "./support/topic.ts";

const MIB = 2 ** 20;

/** Something measured, as so much work in the seconds it takes. */
interface Line {
  readonly name: string;
  /** In units of `unit` for a second. */
  readonly work: number;
  measure(): Promise<Metrics>;
}

interface Comparison {
  readonly caption: string;
  readonly ours: Line;
  readonly device: Line;
  /** Figures are seconds for a piece of work, not work for a second. */
  readonly isCost?: boolean;
}

export function topic(size: Size): Topic {
  const isFull = size === "full";
  const passes = isFull ? 5 : 1;
  // A software driver would take hours for what a card does in a second, and says nothing of one.
  const comparisons = comparisonsOf(isFull && !device.adapter().isSoftware, passes);
  const lines = comparisons.flatMap((each) => [each.device, each.ours]);
  return {
    title: `A GPU: ${device.adapter().name || "none here"}`,
    repetitions: isFull ? 3 : 1,
    cases: lines.map(
      (line): Case => ({ name: line.name, lacks: device.lacksGpu, measure: () => line.measure() }),
    ),
    tables: (results) => [table(results, comparisons)],
  };
}

function comparisonsOf(isLarge: boolean, passes: number): Comparison[] {
  const times = isLarge ? 1000 : 10;
  const mib = isLarge ? 256 : 1;
  const repeats = isLarge ? 10 : 1;
  const n = isLarge ? 4096 : 64;
  const turns = isLarge ? 4096 : 4;
  const bytes = mib * MIB;
  return [
    {
      caption: "a launch, µs",
      isCost: true,
      ours: {
        name: "launch: Bodkin",
        work: times / 1e6,
        measure: () => ours.launches(times, passes),
      },
      device: {
        name: "launch: WebGPU, a submission each",
        work: times / 1e6,
        measure: () => device.launches(times, passes),
      },
    },
    {
      caption: `memory, ${mib} MB, GB/s`,
      ours: {
        name: "triad: Bodkin",
        work: (3 * bytes * repeats) / 1e9,
        measure: () => ours.triads(bytes / 4, repeats, passes),
      },
      device: {
        name: "copy: the device's own",
        work: (2 * bytes * repeats) / 1e9,
        measure: () => device.copies(bytes, repeats, passes),
      },
    },
    {
      caption: `f32 arithmetic, matrices of ${n}, GFLOP/s`,
      ours: {
        name: "matmul: Bodkin",
        work: (2 * n ** 3 * repeats) / 1e9,
        measure: () => ours.products(n, repeats, passes),
      },
      device: {
        name: "multiply-add in registers",
        work: (device.RATE.items * device.RATE.flopsOfTurn * turns) / 1e9,
        measure: () => device.rate(turns, passes),
      },
    },
  ];
}

function table(results: Results, comparisons: readonly Comparison[]): Table {
  return {
    caption: `**${device.adapter().name || "No adapter"}**`,
    head: ["what", "Bodkin", "the device itself", "ratio"],
    rows: comparisons.map(({ caption, ours: own, device: peer, isCost = false }) => {
      const [a, b] = [own, peer].map((line) => figureOf(results, line, isCost));
      return [
        caption,
        withSpread(a),
        withSpread(b),
        ratio(a?.median ?? Number.NaN, b?.median ?? Number.NaN),
      ];
    }),
  };
}

function figureOf(results: Results, { name, work }: Line, isCost: boolean): Spread | undefined {
  const seconds = results.spread(name, "seconds");
  if (!seconds) return undefined;
  const figure = (own: number): number => (isCost ? own / work : work / own);
  return {
    median: figure(seconds.median),
    least: figure(isCost ? seconds.least : seconds.greatest),
    greatest: figure(isCost ? seconds.greatest : seconds.least),
  };
}
