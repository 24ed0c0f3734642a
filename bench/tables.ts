/** Group-by of tables: questions of the db-benchmark, against DuckDB and polars on the same two threads. */

import { figure, type Results, ratio } from "./support/results.ts";
import type { Table } from "./support/table.ts";
import type { Case, Size, Topic } from "./support/topic.ts";
import { byBodkin, byDuckDB, byPolars, QUESTIONS } from "./tables/questions.ts";

const SYSTEMS = [
  { name: "Bodkin", measure: byBodkin },
  { name: "DuckDB", measure: byDuckDB },
  { name: "polars", measure: byPolars },
] as const;

export function topic(size: Size): Topic {
  const rows = size === "full" ? 10_000_000 : 10_000;
  return {
    title: "Tables",
    repetitions: size === "full" ? 3 : 1,
    cases: SYSTEMS.map(({ name, measure }): Case => ({ name, measure: () => measure(rows) })),
    tables: (results) => [times(results, rows)],
  };
}

function times(results: Results, rows: number): Table {
  return {
    caption: `**Group-by of ${rows.toLocaleString("en")} rows with plain strings, milliseconds (and of CPU), best of three**`,
    head: ["question", ...SYSTEMS.map(({ name }) => name), "DuckDB / Bodkin", "polars / Bodkin"],
    rows: [
      ...QUESTIONS.map(({ name, text }) => {
        checkGroups(results, name);
        const [own, duck, polars] = SYSTEMS.map((system) => results.median(system.name, name));
        const cells = SYSTEMS.map(
          (system) =>
            `${figure(results.median(system.name, name))} (${figure(results.median(system.name, `${name} cpu`))})`,
        );
        return [
          `${name}: ${text}`,
          ...cells,
          ratio(duck as number, own as number),
          ratio(polars as number, own as number),
        ];
      }),
      [
        "peak memory, MiB",
        ...SYSTEMS.map(({ name }) => figure(results.median(name, "peak"))),
        "",
        "",
      ],
    ],
  };
}

/** All systems found as many groups. */
function checkGroups(results: Results, question: string): void {
  const counts = SYSTEMS.map(({ name }) => results.median(name, `${question} groups`));
  if (new Set(counts).size > 1) {
    throw new Error(
      `${question}: the systems disagree about the number of groups: ${counts.join(", ")}`,
    );
  }
}
