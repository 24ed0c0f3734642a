/** The rows of a partition group by group, each in its order, and what windows are made of. */

import type { Column, Partition } from "../columns/column.ts";
import { columnNamed } from "../keys/columns.ts";
import { identify } from "../keys/identify.ts";
import { comparerBy, orderOf, type SortKey } from "../sort/order.ts";

export interface WindowGroups {
  /** Rows of the partition: group `g` has those from `starts[g]` to before `starts[g + 1]`. */
  readonly order: Int32Array;
  readonly starts: Int32Array;
  /** Whether two rows of a group have equal places in its order. */
  readonly arePeers: (a: number, b: number) => boolean;
}

export function windowGroups(
  partition: Partition,
  partitionBy: readonly string[],
  orderBy: readonly SortKey[],
): WindowGroups {
  const { rows } = partition;
  const keys = partitionBy.map((name): Column => columnNamed(partition, name));
  const { ids, count } = identify([{ rows, keys }], "group");
  const [own] = ids as [Int32Array];
  const compare = comparerBy(partition, orderBy);
  const starts = new Int32Array(count + 1);
  for (let row = 0; row < rows; row++) (starts[(own[row] as number) + 1] as number)++;
  for (let group = 0; group < count; group++) {
    (starts[group + 1] as number) += starts[group] as number;
  }
  const next = starts.slice(0, count);
  const order = new Int32Array(rows);
  for (const row of orderOf(partition, orderBy)) {
    const group = own[row] as number;
    order[next[group] as number] = row;
    (next[group] as number)++;
  }
  return { order, starts, arePeers: (a, b) => compare(a, b) === 0 };
}
