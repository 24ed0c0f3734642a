/** Sorting, distinct rows, first rows and windows of tables, against DuckDB and polars on the same two threads. */

import type { Case, Size, Topic } from "./support/topic.ts";
import { byBodkin, byDuckDB, byPolars, ORDERS } from "./tables/orders.ts";
import { NAMES, times } from "./tables/report.ts";

const MEASURE = { Bodkin: byBodkin, DuckDB: byDuckDB, polars: byPolars };

export function topic(size: Size): Topic {
  const rows = size === "full" ? 10_000_000 : 10_000;
  return {
    title: "Orders",
    repetitions: size === "full" ? 3 : 1,
    cases: NAMES.map((name): Case => ({ name, measure: () => MEASURE[name](rows) })),
    tables: (results) => [
      times(results, `Orders of ${rows.toLocaleString("en")} rows of nine columns`, ORDERS),
    ],
  };
}
