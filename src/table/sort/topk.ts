/** The first rows in an order: each partition gives its own first ones, of which one task takes the first. */

import { Operation } from "../../task/operation.ts";
import { packPartition } from "../columns/build.ts";
import type { Partition } from "../columns/column.ts";
import { concat, wholeOf } from "../columns/concat.ts";
import type { Packed } from "../columns/packing.ts";
import { takeRows } from "../columns/rows.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { dispose, eachPart, opened } from "../keys/exchange.ts";
import type { Stored } from "../stored.ts";
import { comparerBy, type SortKey } from "./order.ts";

export interface TopSpec {
  readonly count: number;
  readonly keys: readonly SortKey[];
  readonly dictionaries: number;
}

/** @throws BodkinError where there are no such columns */
export async function topk(
  stored: Stored,
  count: number,
  keys: readonly SortKey[],
): Promise<Stored> {
  const names = keys.map(({ name }) => name);
  checkColumns(names, schemaOfParts(await partFacts(stored)));
  const { dictionaries } = stored;
  const spec: TopSpec = { count, keys, dictionaries: dictionaries.length };
  const own = eachPart("topk", stored, spec, topOf);
  if (own.parts.length === 1) return own;
  using operation = new Operation("topk");
  const args = [...dictionaries, ...own.parts] as never[];
  const made = operation.submit(topOf, spec, ...args);
  dispose(own.parts);
  return { parts: [made], dictionaries };
}

/** The first rows of some partitions, in order; runs as a task. */
export function topOf({ count, keys, dictionaries }: TopSpec, ...args: readonly Packed[]): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const whole =
    partitions.length === 1 ? (partitions[0] as Partition) : concat(partitions.map(wholeOf));
  if (whole.rows === 0) return packPartition(whole, isShared);
  return packPartition(takeRows(whole, firstInOrder(whole, keys, count)), isShared);
}

/** Keeps the best rows in a heap whose root is the last of them. */
function firstInOrder(partition: Partition, keys: readonly SortKey[], count: number): Int32Array {
  const compare = comparerBy(partition, keys);
  const isAfter = (a: number, b: number): boolean => (compare(a, b) || a - b) > 0;
  const heap = Int32Array.from({ length: Math.min(count, partition.rows) }, (_, row) => row);
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at, isAfter);
  for (let row = heap.length; heap.length > 0 && row < partition.rows; row++) {
    if (isAfter(row, heap[0] as number)) continue;
    heap[0] = row;
    sink(heap, 0, isAfter);
  }
  return heap.sort((a, b) => compare(a, b) || a - b);
}

function sink(heap: Int32Array, from: number, isAfter: (a: number, b: number) => boolean): void {
  let at = from;
  for (;;) {
    let last = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isAfter(heap[child] as number, heap[last] as number)) last = child;
    }
    if (last === at) return;
    [heap[at], heap[last]] = [heap[last] as number, heap[at] as number];
    at = last;
  }
}
