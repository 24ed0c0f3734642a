/** Times of questions, a row each, of systems that agree about the answers. */

import { figure, type Results, ratio } from "../support/results.ts";
import type { Table } from "../support/table.ts";

export const NAMES = ["Bodkin", "DuckDB", "polars"] as const;

export function times(
  results: Results,
  caption: string,
  questions: readonly { readonly name: string; readonly text: string }[],
): Table {
  return {
    caption: `**${caption}, milliseconds (and of CPU), best of three**`,
    head: ["question", ...NAMES, "DuckDB / Bodkin", "polars / Bodkin"],
    rows: [
      ...questions.map(({ name, text }) => {
        checkRows(results, name);
        const [own, duck, polars] = NAMES.map((system) => results.median(system, name));
        const cells = NAMES.map(
          (system) =>
            `${figure(results.median(system, name))} (${figure(results.median(system, `${name} cpu`))})`,
        );
        return [
          `${name}: ${text}`,
          ...cells,
          ratio(duck as number, own as number),
          ratio(polars as number, own as number),
        ];
      }),
      ["peak memory, MiB", ...NAMES.map((name) => figure(results.median(name, "peak"))), "", ""],
    ],
  };
}

/** All systems found as many rows. */
function checkRows(results: Results, question: string): void {
  const counts = NAMES.map((name) => results.median(name, `${question} rows`));
  if (new Set(counts).size > 1) {
    throw new Error(
      `${question}: the systems disagree about the number of rows: ${counts.join(", ")}`,
    );
  }
}
