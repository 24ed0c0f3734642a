/** What the tasks of row-wise steps run, a partition each, on whichever worker; they travel by name. */

import { schemaFromArrow } from "../columns/arrow-types.ts";
import { packPartition } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import type { Field, Schema } from "../columns/field.ts";
import { packArrow } from "../columns/from-arrow.ts";
import { columnOf, columnOfTyped } from "../columns/from-values.ts";
import { type Packed, readDictionary, readPartition } from "../columns/packing.ts";
import { noRows } from "../columns/rows.ts";
import { arrowLibrary } from "../libraries.ts";
import type { Want } from "../source.ts";
import { inPartition } from "./located.ts";
import type { RowFunction } from "./loop.ts";
import { runSteps, type Step } from "./steps.ts";
import { packView } from "./view.ts";

/** What a task does to a partition. Plain data. */
export interface Work {
  readonly steps: readonly Step[];
  /** How many shared dictionaries come before the functions of the steps. */
  readonly dictionaries: number;
}

/** The steps on a partition that is there. */
export function runPart(
  { steps, dictionaries }: Work,
  at: number,
  part: Packed,
  ...rest: readonly unknown[]
): Packed {
  const shared = rest.slice(0, dictionaries) as Packed[];
  const identities = shared.map((each) => readDictionary(each).id);
  const functions = rest.slice(dictionaries) as RowFunction[];
  return inPartition(at, () =>
    packView(runSteps(readPartition(part, shared), steps, functions), (id) =>
      identities.includes(id),
    ),
  );
}

/** The steps on a piece of a source. */
export function runPiece(
  read: (piece: never, want: Want) => Packed,
  piece: unknown,
  want: Want,
  { steps }: Work,
  at: number,
  ...functions: readonly RowFunction[]
): Packed {
  const part = read(piece as never, want);
  if (steps.length === 0) return part;
  return inPartition(at, () =>
    packView(runSteps(readPartition(part), steps, functions), () => false),
  );
}

/** A partition of values by column: typed arrays keep their type. */
export function packValues(names: readonly string[], ...values: ArrayLike<unknown>[]): Packed {
  const columns = names.map((name, at) => valuesColumn(name, values[at] as ArrayLike<unknown>));
  return packPartition({ rows: values[0]?.length ?? 0, columns });
}

function valuesColumn(name: string, values: ArrayLike<unknown>): Column {
  const typed = ArrayBuffer.isView(values)
    ? columnOfTyped(name, values as unknown as Column["values"])
    : undefined;
  return typed ?? columnOf(name, values);
}

/** A partition of a stream of Arrow. */
export const packBatch = (schema: Schema, bytes: Uint8Array): Packed =>
  packArrow(arrowLibrary().tableFromIPC(bytes).batches, schema);

/** The same, of the columns that it has. */
export function packStream(bytes: Uint8Array): Packed {
  const table = arrowLibrary().tableFromIPC(bytes);
  return packArrow(table.batches, schemaFromArrow(table.schema));
}

/** A partition without rows. */
export const packNoRows = (schema: Schema): Packed => packPartition(noRows(schema));

/** What is known of a partition without reading its values. */
export interface PartFacts {
  readonly rows: number;
  readonly fields: readonly Field[];
  /** By column: whether all values are null, so that it takes any type. */
  readonly isNull: readonly boolean[];
  /** By column: its dictionary, if it has one. */
  readonly dictionaries: readonly (Pick<Dictionary, "id" | "size"> | undefined)[];
  /** By column, as columns have it. */
  readonly ranges: readonly Column["range"][];
}

export const factsOf = (part: Packed, ...dictionaries: Packed[]): PartFacts =>
  factsOfPartition(readPartition(part, dictionaries));

export function factsOfPartition({ rows, columns }: Partition): PartFacts {
  return {
    rows,
    fields: columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) })),
    isNull: columns.map(({ nulls }) => nulls === rows),
    dictionaries: columns.map(
      ({ dictionary }) => dictionary && { id: dictionary.id, size: dictionary.size },
    ),
    ranges: columns.map(({ range }) => range),
  };
}
