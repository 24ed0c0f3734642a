/** Partitions as tables of Apache Arrow. Buffers are taken as they lie, but for booleans, which become bits. */

import type * as arrow from "apache-arrow";
import { arrowLibrary } from "../libraries.ts";
import { bitmapBytes, type Column, type Partition } from "./column.ts";
import type { Dictionary } from "./dictionary.ts";
import type { Field, TimeUnit } from "./field.ts";

const UNITS: Readonly<Record<TimeUnit, keyof typeof arrow.TimeUnit>> = {
  s: "SECOND",
  ms: "MILLISECOND",
  us: "MICROSECOND",
  ns: "NANOSECOND",
};

/** How strings with a dictionary are given: with the dictionary, or one by one. */
export type ArrowText = "dictionary" | "utf8";

/** The type in Arrow. Dictionaries have a number, by which the batches of a stream refer to them. */
export function arrowType({ type, unit }: Field, text: ArrowText, dictionary = 0): arrow.DataType {
  const lib = arrowLibrary();
  switch (type) {
    case "i8":
      return new lib.Int8();
    case "i16":
      return new lib.Int16();
    case "i32":
      return new lib.Int32();
    case "i64":
      return new lib.Int64();
    case "u8":
      return new lib.Uint8();
    case "u16":
      return new lib.Uint16();
    case "u32":
      return new lib.Uint32();
    case "u64":
      return new lib.Uint64();
    case "f32":
      return new lib.Float32();
    case "f64":
      return new lib.Float64();
    case "bool":
      return new lib.Bool();
    case "date":
      return new lib.DateDay();
    case "timestamp":
      return new lib.Timestamp(lib.TimeUnit[UNITS[unit ?? "ms"]], null);
    case "utf8":
      return new lib.Utf8();
    case "dictionary":
      return text === "utf8"
        ? new lib.Utf8()
        : new lib.Dictionary(new lib.Utf8(), new lib.Int32(), dictionary);
  }
}

/** The schema in Arrow; every column may have nulls. */
export function arrowSchema(fields: readonly Field[], text: ArrowText): arrow.Schema {
  const lib = arrowLibrary();
  return new lib.Schema(
    fields.map((field, at) => new lib.Field(field.name, arrowType(field, text, at), true)),
  );
}

/** The rows as one batch of a table with this schema. */
export function batchOf({ rows, columns }: Partition, schema: arrow.Schema): arrow.RecordBatch {
  const lib = arrowLibrary();
  const type = new lib.Struct(schema.fields);
  const children = columns.map((column, at) => {
    const own = (schema.fields[at] as arrow.Field).type;
    return dataOf(column, rows, own);
  });
  return new lib.RecordBatch(
    schema,
    lib.makeData({ type, length: rows, nullCount: 0, children }) as arrow.Data<arrow.Struct>,
  );
}

function dataOf(column: Column, rows: number, type: arrow.DataType): arrow.Data {
  const lib = arrowLibrary();
  const { nulls, validity, values } = column;
  const nullBitmap = nulls > 0 ? validity?.subarray(0, bitmapBytes(rows)) : undefined;
  const props = { type, length: rows, nullCount: nulls, nullBitmap };
  switch (column.type) {
    case "utf8":
      return lib.makeData({ ...props, valueOffsets: column.offsets, data: values } as never);
    case "bool":
      return lib.makeData({ ...props, data: bitsOf(values as Uint8Array) } as never);
    case "dictionary":
      if (type.typeId === lib.Type.Utf8) {
        const { offsets, bytes } = decoded(column, rows);
        return lib.makeData({ ...props, valueOffsets: offsets, data: bytes } as never);
      }
      return lib.makeData({
        ...props,
        data: values,
        dictionary: vectorOf(column.dictionary as Dictionary),
      } as never);
    default:
      return lib.makeData({ ...props, data: values } as never);
  }
}

function vectorOf({ size, offsets, bytes }: Dictionary): arrow.Vector<arrow.Utf8> {
  const lib = arrowLibrary();
  const data = lib.makeData({
    type: new lib.Utf8(),
    length: size,
    nullCount: 0,
    valueOffsets: offsets.subarray(0, size + 1),
    data: bytes,
  });
  return lib.makeVector(data);
}

/** Strings one by one; nulls are empty. */
function decoded(column: Column, rows: number): { offsets: Int32Array; bytes: Uint8Array } {
  const { offsets: places, bytes: texts } = column.dictionary as Dictionary;
  const codes = column.values as Int32Array;
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number;
    const length = (places[code + 1] as number) - (places[code] as number);
    offsets[row + 1] = (offsets[row] as number) + (length || 0);
  }
  const bytes = new Uint8Array(offsets[rows] as number);
  for (let row = 0; row < rows; row++) {
    const code = codes[row] as number;
    const from = places[code] as number;
    const at = offsets[row] as number;
    const length = (offsets[row + 1] as number) - at;
    for (let i = 0; i < length; i++) bytes[at + i] = texts[from + i] as number;
  }
  return { offsets, bytes };
}

function bitsOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(flags.length));
  for (let row = 0; row < flags.length; row++) {
    if (flags[row]) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  }
  return bits;
}
