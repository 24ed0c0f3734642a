/**
 * The talk's cells of tables, and what its audience asked for: three million flights read from Parquet when they are
 * needed, grouped, joined with their airports, sorted and written again, checked against a plain loop.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { myid, threadid } from "bodkin";
import { dtable, readCSV, readParquet } from "bodkin/table";
import { show, tally, title } from "./cells.ts";

/** The package of the data exports its code only; its files lie beside it. */
const DATA = new URL("../data/", import.meta.resolve("vega-datasets"));
const dataFile = (name: string): string => fileURLToPath(new URL(name, DATA));

export async function tables(): Promise<void> {
  title("Tables");
  const ints = Int32Array.from({ length: 100 }, (_, i) => i);
  const strings = Array.from(ints, (i) => `s${i % 7}`);

  const dt = dtable({ a: ints, b: strings }, 20);
  show("dt = dtable({ a: ints, b: strings }, 20)", dt);
  show("(await dt.chunks[1].fetch()).numRows", (await dt.chunks[1]!.fetch()).numRows);

  const placed = dt.map((row) => ({ ...row, wid: myid(), tid: threadid() }));
  const rows = await placed.toRows();
  show(
    "await dt.map(row => ({ ...row, wid: myid(), tid: threadid() })).toRows()",
    rows.slice(0, 3),
  );
  console.log(`rows by worker: ${tally(rows.map(({ wid }) => wid))}`);

  const kept = dt.filter((row) => row.a > 49).trim();
  await kept.wait();
  show("dt.filter(row => row.a > 49).trim()", kept);

  const grouped = await dt
    .groupBy("b")
    .agg({ a: "sum", mean: ["a", "mean"] })
    .sort("b")
    .toRows();
  console.log('> await dt.groupBy("b").agg({ a: "sum", mean: ["a", "mean"] }).sort("b").toRows()');
  console.table(grouped);

  const names = dtable({ b: ["s0", "s1"], name: ["zero", "one"] });
  const joined = await dt.join(names, { on: "b" }).head(3).toRows();
  console.log('> await dt.join(names, { on: "b" }).head(3).toRows()');
  console.table(joined);

  const total = grouped.reduce((sum, { a }) => sum + (a ?? 0), 0);
  report(total === 4950 && rows.length === 100, "the groups have all rows");
  await delaysByAirport();
}

type Flight = {
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
};

type Airport = {
  readonly iata: string;
  readonly name: string;
  readonly state: string;
};

async function delaysByAirport(): Promise<void> {
  title("Three million flights, end to end");
  const started = performance.now();
  const flights = readParquet<Flight>(dataFile("flights-3m.parquet"));
  const airports = readCSV<Airport>(dataFile("airports.csv"));

  const delays = flights
    .filter((flight) => flight.distance > 500)
    .groupBy("origin")
    .agg({ delay: "mean", flights: ["delay", "count"] })
    .join(airports.select("iata", "name", "state"), { on: [["origin", "iata"]], how: "left" })
    .sort("delay", { descending: true });
  console.log(delays.explain());

  const folder = await mkdtemp(join(tmpdir(), "bodkin-talk-"));
  try {
    const file = join(folder, "delays.parquet");
    await delays.writeParquet(file);
    const written = await readParquet<DelayRow>(file).toRows();
    console.table(written.slice(0, 5));
    console.log(
      `${written.length} airports, in ${((performance.now() - started) / 1000).toFixed(3)} s from files to file`,
    );
    report(await agrees(written), "a plain loop over all flights gives the same");
  } finally {
    await rm(folder, { recursive: true });
  }
}

type DelayRow = {
  readonly origin: string;
  readonly delay: number;
  readonly flights: number;
};

/** The same by a loop on this thread. */
async function agrees(rows: readonly DelayRow[]): Promise<boolean> {
  const file = dataFile("flights-3m.parquet");
  const table = await readParquet<Flight>(file, {
    columns: ["delay", "distance", "origin"],
  }).collect();
  const sums = new Map<string, { sum: number; count: number }>();
  for (const batch of table.batches) {
    const [delay, distance, origin] = ["delay", "distance", "origin"].map((name) =>
      batch.getChild(name),
    );
    for (let row = 0; row < batch.numRows; row++) {
      if (Number(distance!.get(row)) <= 500) continue;
      const key = String(origin!.get(row));
      const own = sums.get(key) ?? { sum: 0, count: 0 };
      own.sum += Number(delay!.get(row));
      own.count++;
      sums.set(key, own);
    }
  }
  const isSorted = rows.every(({ delay }, at) => at === 0 || (rows[at - 1]?.delay ?? 0) >= delay);
  const isSame = rows.every(({ origin, delay, flights }) => {
    const own = sums.get(origin);
    return own?.count === flights && Math.abs(own.sum / own.count - delay) < 1e-9;
  });
  return isSorted && isSame && rows.length === sums.size;
}

function report(isRight: boolean, what: string): void {
  console.log(isRight ? `checked: ${what}` : `WRONG: not so: ${what}`);
  if (!isRight) process.exitCode = 1;
}
