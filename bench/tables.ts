/** Group-by of tables: questions of the db-benchmark, against DuckDB and polars on the same two threads. */

import type { Case, Size, Topic } from "./support/topic.ts";
import { byBodkin, byDuckDB, byPolars, QUESTIONS } from "./tables/questions.ts";
import { NAMES, times } from "./tables/report.ts";

const MEASURE = { Bodkin: byBodkin, DuckDB: byDuckDB, polars: byPolars };

export function topic(size: Size): Topic {
  const rows = size === "full" ? 10_000_000 : 10_000;
  return {
    title: "Tables",
    repetitions: size === "full" ? 3 : 1,
    cases: NAMES.map((name): Case => ({ name, measure: () => MEASURE[name](rows) })),
    tables: (results) => [
      times(results, `Group-by of ${rows.toLocaleString("en")} rows with plain strings`, QUESTIONS),
    ],
  };
}
