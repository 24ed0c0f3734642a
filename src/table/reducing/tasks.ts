/** What the tasks of reductions run; they travel by name. */

import { type Packed, readPartition } from "../columns/packing.ts";
import { readerOf } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { type RowFunction, valuesFrom } from "../rows/loop.ts";

type Combine = (a: unknown, b: unknown) => unknown;

/** What a partition comes to, in a list that is empty where it has no rows. */
export type PartResult = readonly unknown[];

/** The values of each column put together; a partition comes after the shared dictionaries. */
export function reducePart(
  op: Combine,
  names: readonly string[],
  dictionaries: number,
  ...args: readonly Packed[]
): readonly PartResult[] {
  const partition = readPartition(args[dictionaries] as Packed, args.slice(0, dictionaries));
  const { rows } = partition;
  return names.map((name) => {
    if (rows === 0) return [];
    const read = readerOf(columnNamed(partition, name));
    let result: unknown = read(0);
    for (let row = 1; row < rows; row++) result = op(result, read(row));
    return [result];
  });
}

/** What the function gives for each row, put together. */
export function mapReducePart(
  f: RowFunction,
  op: Combine,
  dictionaries: number,
  ...args: readonly Packed[]
): PartResult {
  const partition = readPartition(args[dictionaries] as Packed, args.slice(0, dictionaries));
  const values = valuesFrom(partition, f);
  return values.length === 0 ? [] : [(values as unknown[]).reduce(op)];
}
