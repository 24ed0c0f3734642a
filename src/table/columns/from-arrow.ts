/**
 * Columns of Apache Arrow as columns of a partition: buffers are copied as they are where the layout is the same, and
 * converted where it is not. Batches with dictionaries of their own get one together.
 */

import type { Data, RecordBatch, Vector } from "apache-arrow";
import { Type } from "apache-arrow/enum";
import { invalidArgument } from "../../wire/errors.ts";
import { Scratch } from "../compiled/reader.ts";
import { appendTexts, type Codes, codesOf, textBytes } from "./arrow-texts.ts";
import { columnType } from "./arrow-types.ts";
import { copyNulls, copyValues } from "./arrow-values.ts";
import type { Field, Schema } from "./field.ts";
import { type ColumnFacts, newPartition, type OpenColumn, type Packed } from "./packing.ts";
import { rangeIn } from "./range.ts";

/**
 * One partition of the rows of some batches. `schema`: which columns, of the types that `schemaFromArrow` gives; a
 * column of strings may be asked for as `dictionary`. Only inside of a task, whose result it is.
 */
export function packArrow(batches: readonly RecordBatch[], schema: Schema): Packed {
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  using scratch = new Scratch();
  const sources = schema.map((field) => sourceOf(field, batches, scratch));
  const made = newPartition(
    rows,
    sources.map(({ field, nulls, bytes, codes }) => ({
      ...field,
      nullable: nulls > 0,
      ...(bytes !== undefined && { bytes }),
      ...(codes && { dictionary: codes.dictionary.build() }),
    })),
  );
  return made.seal(made.columns.map((column, at) => fill(column, sources[at] as Source)));
}

/** A dictionary is no use where most strings differ, unless there are no more than these. */
const FEW_STRINGS = 1024;

interface Source {
  readonly field: Field;
  readonly chunks: readonly Data[];
  readonly nulls: number;
  /** Of `utf8`. */
  readonly bytes?: number;
  /** Of a dictionary column. */
  readonly codes?: Codes;
}

function sourceOf(field: Field, batches: readonly RecordBatch[], scratch: Scratch): Source {
  const chunks = batches.flatMap((batch) => {
    const vector = batch.getChild(field.name) as Vector | null;
    if (!vector) throw invalidArgument(`there is no column '${field.name}'`);
    return vector.data as readonly Data[];
  });
  const isNull = chunks.map(({ type }) => type.typeId === Type.Null);
  const nulls = chunks.reduce(
    (sum, { length, nullCount }, at) => sum + (isNull[at] ? length : nullCount),
    0,
  );
  if (field.type === "dictionary") {
    const codes = codesOf(chunks, scratch);
    const isDistinct = codes.dictionary.size > Math.max(FEW_STRINGS, codes.values.length / 2);
    const hasTexts = chunks.every(({ type }) => columnType(type) === "utf8");
    if (!isDistinct || !hasTexts) return { field, chunks, nulls, codes };
  } else if (field.type !== "utf8") return { field, chunks, nulls };
  const bytes = chunks.reduce((sum, chunk) => sum + textBytes(chunk), 0);
  return { field: { ...field, type: "utf8" }, chunks, nulls, bytes };
}

function fill(column: OpenColumn, { chunks, nulls, codes }: Source): ColumnFacts {
  const { validity, type, values } = column;
  let at = 0;
  for (const chunk of chunks) {
    if (validity) copyNulls(validity, at, chunk);
    if (type === "utf8") appendTexts(column, at, chunk);
    else if (!codes) copyValues(values, at, chunk);
    at += chunk.length;
  }
  if (codes) values.set(codes.values as never);
  const range = rangeIn(type, values, nulls > 0 ? validity : undefined);
  return { nulls, ...(range && { range }) };
}
