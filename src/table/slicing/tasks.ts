/** What the tasks run that take some rows of partitions; they travel by name. */

import { packPartition } from "../columns/build.ts";
import { concat } from "../columns/concat.ts";
import { type Packed, readDictionary, readPartition } from "../columns/packing.ts";
import { takeRows } from "../columns/rows.ts";

/** Rows of partitions from one to before another, one after another. The shared dictionaries come first. */
export function joinSpans(
  spans: readonly (readonly [from: number, to: number])[],
  dictionaries: number,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const own = spans.map(([from, to], at) => {
    const partition = partitions[at] as (typeof partitions)[number];
    return { partition, from, to };
  });
  return packPartition(concat(own), isShared);
}

/** Some rows of a partition, which comes after the shared dictionaries. */
export function chosenRows(
  rows: readonly number[],
  dictionaries: number,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const [partition] = partitions as [(typeof partitions)[number]];
  return packPartition(takeRows(partition, rows), isShared);
}

function opened(args: readonly Packed[], dictionaries: number) {
  const shared = args.slice(0, dictionaries);
  const identities = new Set(shared.map((each) => readDictionary(each).id));
  return {
    partitions: args.slice(dictionaries).map((part) => readPartition(part, shared)),
    isShared: (id: number): boolean => identities.has(id),
  };
}
