/** Rows of stored tables by their places: the first and last ones, a sample, and other partitions of all. */

import { Operation } from "../../task/operation.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { PackedSource, Stored } from "../stored.ts";
import { chosenRows, joinSpans } from "./tasks.ts";

/** Places of rows in the whole table. */
export type Range = readonly [from: number, to: number];

/** The rows of a range; the partitions stay as they are but for those at its ends. */
export function rowsBetween(
  stored: Stored,
  facts: readonly PartFacts[],
  [from, to]: Range,
): Stored {
  const { parts, dictionaries } = stored;
  using operation = new Operation("slice");
  const made: PackedSource[] = [];
  let start = 0;
  for (const [at, part] of parts.entries()) {
    const rows = facts[at]?.rows ?? 0;
    const own = [Math.max(0, from - start), Math.min(rows, to - start)] as const;
    start += rows;
    if (own[0] === 0 && own[1] === rows) made.push(part);
    else if (own[0] < own[1]) made.push(submitSpans(operation, [own], [part], dictionaries));
  }
  if (made.length === 0 && parts[0]) {
    made.push(submitSpans(operation, [[0, 0]], [parts[0]], dictionaries));
  }
  return { parts: made, dictionaries };
}

/** Partitions of so many rows; the last one may have fewer. */
export function repartition(stored: Stored, facts: readonly PartFacts[], rows: number): Stored {
  const { parts, dictionaries } = stored;
  const total = facts.reduce((sum, each) => sum + each.rows, 0);
  using operation = new Operation("repartition");
  const count = Math.max(1, Math.ceil(total / rows));
  const made = Array.from({ length: count }, (_, at) => {
    const spans: Range[] = [];
    const sources: PackedSource[] = [];
    let start = 0;
    for (const [index, part] of parts.entries()) {
      const own = facts[index]?.rows ?? 0;
      const from = Math.max(0, at * rows - start);
      const to = Math.min(own, (at + 1) * rows - start);
      start += own;
      if (from >= to && !(total === 0 && index === 0)) continue;
      spans.push([from, to]);
      sources.push(part);
    }
    return submitSpans(operation, spans, sources, dictionaries);
  });
  return { parts: made, dictionaries };
}

/** Each partition cut into ones of so many rows; rows of different partitions do not come together. */
export function split(stored: Stored, facts: readonly PartFacts[], rows: number): Stored {
  const { parts, dictionaries } = stored;
  using operation = new Operation("repartition");
  const made = parts.flatMap((part, index) => {
    const own = facts[index]?.rows ?? 0;
    if (own <= rows) return [part];
    return Array.from({ length: Math.ceil(own / rows) }, (_, at) => {
      const span: Range = [at * rows, Math.min(own, (at + 1) * rows)];
      return submitSpans(operation, [span], [part], dictionaries);
    });
  });
  return { parts: made, dictionaries };
}

function submitSpans(
  operation: Operation,
  spans: readonly Range[],
  parts: readonly PackedSource[],
  dictionaries: readonly PackedSource[],
): PackedSource {
  const given = [...dictionaries, ...parts] as never[];
  return operation.submit(joinSpans, spans, dictionaries.length, ...given);
}

/** Rows of the whole table in their order, by their places. */
export function rowsAt(
  { parts, dictionaries }: Stored,
  facts: readonly PartFacts[],
  places: readonly number[],
): Stored {
  using operation = new Operation("sample");
  let start = 0;
  let next = 0;
  const made = parts.map((part, at) => {
    const end = start + (facts[at]?.rows ?? 0);
    const rows: number[] = [];
    for (; next < places.length && (places[next] as number) < end; next++) {
      rows.push((places[next] as number) - start);
    }
    start = end;
    const given = [...dictionaries, part] as never[];
    return operation.submit(chosenRows, rows, dictionaries.length, ...given);
  });
  return { parts: made, dictionaries };
}
