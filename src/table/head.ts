/** The first rows of a stored table. */

import { Operation } from "../task/operation.ts";
import { packPartition } from "./columns/build.ts";
import { type Packed, readDictionary, readPartition } from "./columns/packing.ts";
import { takeRows } from "./columns/rows.ts";
import type { PartFacts } from "./rows/tasks.ts";
import type { Stored } from "./stored.ts";

export function firstRows(
  { parts, dictionaries }: Stored,
  facts: readonly PartFacts[],
  rows: number,
): Stored {
  using operation = new Operation("head");
  const taken: Stored["parts"][number][] = [];
  let left = rows;
  for (const [at, part] of parts.entries()) {
    const own = facts[at]?.rows ?? 0;
    if (at > 0 && left === 0) break;
    taken.push(
      own <= left
        ? part
        : operation.submit(firstOfPart, left, part as never, ...(dictionaries as never[])),
    );
    left = Math.max(0, left - own);
  }
  return { parts: taken, dictionaries };
}

/** The first rows of a partition; runs as a task. */
export function firstOfPart(rows: number, part: Packed, ...shared: Packed[]): Packed {
  const partition = readPartition(part, shared);
  const identities = new Set(shared.map((each) => readDictionary(each).id));
  const first = Int32Array.from({ length: rows }, (_, row) => row);
  return packPartition(takeRows(partition, first), (id) => identities.has(id));
}
