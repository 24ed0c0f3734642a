/** Joins of tables: questions of the db-benchmark, against DuckDB and polars on the same two threads. */

import type { Case, Size, Topic } from "./support/topic.ts";
import { byBodkin, byDuckDB, byPolars, JOINS } from "./tables/joins.ts";
import { NAMES, times } from "./tables/report.ts";

const MEASURE = { Bodkin: byBodkin, DuckDB: byDuckDB, polars: byPolars };

export function topic(size: Size): Topic {
  const rows = size === "full" ? 10_000_000 : 10_000;
  return {
    title: "Joins",
    repetitions: size === "full" ? 3 : 1,
    cases: NAMES.map((name): Case => ({ name, measure: () => MEASURE[name](rows) })),
    tables: (results) => [
      times(results, `Joins of ${rows.toLocaleString("en")} rows with others`, JOINS),
    ],
  };
}
