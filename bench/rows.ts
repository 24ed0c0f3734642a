/** Functions of rows beside loops over typed arrays, and reading of CSV beside polars and DuckDB. */

import { figure, type Results, ratio } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Metrics, Size, Topic } from "./support/topic.ts";
import { byBodkin, byDuckDB, byLoop, byPolars, filterRows, mapRows } from "./tables/rows.ts";

const ROW_CASES = ["map", "filter"] as const;
const READERS: Readonly<Record<string, (rows: number) => Promise<Metrics>>> = {
  Bodkin: byBodkin,
  polars: byPolars,
  DuckDB: byDuckDB,
};

export function topic(size: Size): Topic {
  const rows = size === "full" ? 10_000_000 : 10_000;
  return {
    title: "Rows and CSV",
    repetitions: size === "full" ? 3 : 1,
    cases: [
      { name: "map: Bodkin", measure: () => mapRows(rows) },
      { name: "map: loop", measure: () => byLoop("map", rows) },
      { name: "filter: Bodkin", measure: () => filterRows(rows) },
      { name: "filter: loop", measure: () => byLoop("filter", rows) },
      ...Object.entries(READERS).map(
        ([name, measure]): Case => ({ name: `CSV: ${name}`, measure: () => measure(rows) }),
      ),
    ],
    tables: (results) => [rowTable(results, rows), readTable(results, rows)],
  };
}

function rowTable(results: Results, rows: number): Table {
  return {
    caption: `**Functions of ${rows.toLocaleString("en")} rows, one thread, CPU milliseconds**`,
    head: ["verb", "Bodkin", "loop over typed arrays", "loop / Bodkin"],
    rows: ROW_CASES.map((name) => {
      const [own, loop] = ["Bodkin", "loop"].map((who) =>
        results.median(`${name}: ${who}`, "cpu"),
      ) as [number, number];
      return [name, figure(own), figure(loop), ratio(loop, own)];
    }),
  };
}

function readTable(results: Results, rows: number): Table {
  const own = results.median("CSV: Bodkin", "wall");
  return {
    caption: `**Reading a CSV of ${rows.toLocaleString("en")} rows and nine columns, two threads**`,
    head: ["reader", "seconds", "CPU seconds", "MB/s", "time / Bodkin's"],
    rows: Object.keys(READERS).map((name) => {
      const get = (metric: string): number => results.median(`CSV: ${name}`, metric);
      return [
        name,
        figure(get("wall")),
        figure(get("cpu")),
        figure(get("bytes") / 1e6 / get("wall")),
        ratio(get("wall"), own),
      ];
    }),
  };
}
