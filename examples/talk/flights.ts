/**
 * The same operations on real data: three million flights in the USA in 2001, with their delay in minutes and their
 * distance in miles. Row groups of the file are read by tasks, columns become distributed arrays, and what
 * comes out is checked against a plain loop.
 */

import { fileURLToPath } from "node:url";
import { Blocks, type DArray, distribute, fetchAll, spawn } from "bodkin";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { title } from "./cells.ts";

/** The package of the data exports its code only; its files lie beside it. */
const FILE = fileURLToPath(
  new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")),
);
const BLOCK = 250_000;

interface Statistics {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Flights in bins of equal width from `min` to `max`. */
  readonly histogram: readonly number[];
}

const BINS = 10;

export async function flights(): Promise<void> {
  title("Three million flights");
  const started = performance.now();
  const columns = await readColumns(["distance", "delay"]);
  console.log(`read in ${seconds(performance.now() - started)}, row group by row group, as tasks`);

  for (const [name, values] of columns) {
    const array = distribute(values, Blocks(BLOCK));
    await array.wait();
    console.log(`\n${name}: ${array}`);

    const before = performance.now();
    const distributed = await statisticsOf(array);
    const between = performance.now();
    const plain = plainStatistics(values);
    const after = performance.now();

    console.table({
      "on the workers": { ...round(distributed), time: seconds(between - before) },
      "plain loop": { ...round(plain), time: seconds(after - between) },
    });
    console.log(`histogram: ${distributed.histogram.join(" ")}`);
    check(name, distributed, plain);
  }
}

/** Mean, standard deviation and extremes of all blocks, then a histogram of each, added up. */
async function statisticsOf(array: DArray<"f64">): Promise<Statistics> {
  const [mean, std, min, max] = await Promise.all([
    array.mean(),
    array.std(),
    array.min(),
    array.max(),
  ]);
  const parts = array.chunks.map((block) => spawn(({ data }) => countBins(data, min, max), block));
  const histogram = new Array<number>(BINS).fill(0);
  for (const part of await fetchAll(parts)) {
    for (let bin = 0; bin < BINS; bin++) histogram[bin]! += part[bin] as number;
  }
  return { mean, std, min, max, histogram };
}

function countBins(values: Float64Array, min: number, max: number): Uint32Array {
  const counts = new Uint32Array(BINS);
  const scale = BINS / (max - min);
  for (const value of values) counts[Math.min(BINS - 1, Math.floor((value - min) * scale))]! += 1;
  return counts;
}

function plainStatistics(values: Float64Array): Statistics {
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const std = Math.sqrt(squares / values.length);
  return { mean, std, min, max, histogram: [...countBins(values, min, max)] };
}

/** Both ways must come to the same numbers, but for the order in which they add. */
function check(name: string, a: Statistics, b: Statistics): void {
  const close = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-9 * Math.abs(y);
  const isSame =
    close(a.mean, b.mean) &&
    close(a.std, b.std) &&
    a.min === b.min &&
    a.max === b.max &&
    a.histogram.every((count, bin) => count === b.histogram[bin]);
  if (!isSame) throw new Error(`${name}: the workers and the plain loop disagree`);
  console.log(`checked: both agree on ${a.histogram.reduce((x, y) => x + y)} flights`);
}

// --- Reading --------------------------------------------------------------------------------------

/** Whole columns; each task reads one row group, on whichever worker is free. */
async function readColumns(names: readonly string[]): Promise<Map<string, Float64Array>> {
  const { row_groups: groups } = await parquetMetadataAsync(await asyncBufferFromFile(FILE));
  const tasks = groups.map((_, index) => spawn(readRowGroup, FILE, index, names));
  const parts = await fetchAll(tasks);
  return new Map(names.map((name, at) => [name, concatenated(parts.map((part) => part[at]!))]));
}

async function readRowGroup(
  path: string,
  index: number,
  columns: readonly string[],
): Promise<Float64Array[]> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = metadata.row_groups.map((group) => Number(group.num_rows));
  const rowStart = rows.slice(0, index).reduce((sum, count) => sum + count, 0);
  const rowEnd = rowStart + (rows[index] as number);
  const values = columns.map(() => new Float64Array(rows[index] as number));
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: [...columns],
    rowStart,
    rowEnd,
    onChunk: ({ columnName, columnData, rowStart: from }) => {
      const column = values[columns.indexOf(columnName)] as Float64Array;
      for (let i = 0; i < columnData.length; i++)
        column[from - rowStart + i] = Number(columnData[i]);
    },
  });
  return values;
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(3)} s`;

const round = ({ mean, std, min, max }: Statistics) => ({
  mean: mean.toFixed(3),
  std: std.toFixed(3),
  min,
  max,
});
