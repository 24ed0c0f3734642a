/**
 * Columns of Apache Arrow as columns of a partition: buffers are copied as they are where the layout is the same, and
 * converted where it is not. Batches with dictionaries of their own get one together.
 */

import type {
  Schema as ArrowSchema,
  Data,
  DataType,
  RecordBatch,
  Timestamp,
  Vector,
} from "apache-arrow";
import { TimeUnit as ArrowUnit, DateUnit, Precision, Type } from "apache-arrow/enum";
import { invalidArgument } from "../../wire/errors.ts";
import { ByteDictionary } from "./byte-dictionary.ts";
import { type ColumnArray, setNull } from "./column.ts";
import type { ColumnType, Field, Schema, TimeUnit } from "./field.ts";
import { type ColumnFacts, newPartition, type OpenColumn, type Packed } from "./packing.ts";
import { rangeIn } from "./range.ts";

const UNITS: Readonly<Record<ArrowUnit, TimeUnit>> = {
  [ArrowUnit.SECOND]: "s",
  [ArrowUnit.MILLISECOND]: "ms",
  [ArrowUnit.MICROSECOND]: "us",
  [ArrowUnit.NANOSECOND]: "ns",
};

/** What the columns of an Arrow table become. @throws BodkinError for types that tables do not have */
export const schemaFromArrow = ({ fields }: Pick<ArrowSchema, "fields">): Schema =>
  fields.map(({ name, type }) => fieldFromArrow(name, type));

function fieldFromArrow(name: string, type: DataType): Field {
  if (type.typeId === Type.Timestamp) {
    return { name, type: "timestamp", unit: UNITS[(type as Timestamp).unit] };
  }
  const found = columnType(type);
  if (found) return { name, type: found };
  throw invalidArgument(
    `column '${name}' has type ${type} of Arrow, which tables do not hold; leave it out, or cast it before`,
  );
}

function columnType(type: DataType): ColumnType | undefined {
  switch (type.typeId) {
    case Type.Int: {
      const { bitWidth, isSigned } = type as DataType & { bitWidth: number; isSigned: boolean };
      return `${isSigned ? "i" : "u"}${bitWidth}` as ColumnType;
    }
    case Type.Float:
      return (type as DataType & { precision: Precision }).precision === Precision.DOUBLE
        ? "f64"
        : "f32";
    case Type.Decimal:
      return "f64";
    case Type.Bool:
      return "bool";
    case Type.Date:
      return "date";
    case Type.Time:
      return (type as DataType & { bitWidth: number }).bitWidth === 32 ? "i32" : "i64";
    case Type.Duration:
      return "i64";
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return "utf8";
    case Type.Null:
      return "dictionary";
    case Type.Dictionary: {
      const { dictionary } = type as DataType & { dictionary: DataType };
      return columnType(dictionary) === "utf8" ? "dictionary" : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * One partition of the rows of some batches. `schema`: which columns, of the types that `schemaFromArrow` gives; a
 * column of strings may be asked for as `dictionary`. Only inside of a task, whose result it is.
 */
export function packArrow(batches: readonly RecordBatch[], schema: Schema): Packed {
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  const sources = schema.map((field) => sourceOf(field, batches));
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
  /** Of a dictionary column: all codes, and what they stand for. */
  readonly codes?: { readonly values: Int32Array; readonly dictionary: ByteDictionary };
}

function sourceOf(field: Field, batches: readonly RecordBatch[]): Source {
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
    const codes = codesOf(chunks);
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

function copyNulls(validity: Uint8Array, at: number, chunk: Data): void {
  const { length, offset, nullBitmap, nullCount, type } = chunk;
  if (nullCount === 0 && type.typeId !== Type.Null) return;
  const bits = nullBitmap as Uint8Array | undefined;
  for (let i = 0; i < length; i++) {
    if (type.typeId === Type.Null || !isSet(bits as Uint8Array, offset + i)) {
      setNull(validity, at + i);
    }
  }
}

const isSet = (bits: Uint8Array, at: number): boolean =>
  (((bits[at >> 3] as number) >> (at & 7)) & 1) === 1;

const isNullAt = ({ nullBitmap, nullCount, offset }: Data, at: number): boolean =>
  nullCount > 0 && !isSet(nullBitmap as Uint8Array, offset + at);

/** Values that are neither strings nor codes. */
function copyValues(target: ColumnArray, at: number, chunk: Data): void {
  const { type, length, offset, values } = chunk;
  switch (type.typeId) {
    case Type.Bool:
      for (let i = 0; i < length; i++) target[at + i] = isSet(values, offset + i) ? 1 : 0;
      return;
    case Type.Date:
      if ((type as DataType & { unit: DateUnit }).unit === DateUnit.DAY) break;
      for (let i = 0; i < length; i++) target[at + i] = Math.floor(Number(values[i]) / 86_400_000);
      return;
    case Type.Float:
      if ((type as DataType & { precision: Precision }).precision !== Precision.HALF) break;
      for (let i = 0; i < length; i++) target[at + i] = halfFloat(values[i] as number);
      return;
    case Type.Decimal: {
      const { scale, bitWidth } = type as DataType & { scale: number; bitWidth: number };
      for (let i = 0; i < length; i++) target[at + i] = decimal(values, i, bitWidth, scale);
      return;
    }
    default:
  }
  (target as Float64Array).set(values.subarray(0, length), at);
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return (
    sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024)
  );
}

/** The nearest float to a decimal number of 128 or 256 bits, given as words of 32. */
function decimal(words: Uint32Array, at: number, bits: number, scale: number): number {
  const count = bits / 32;
  let value = 0n;
  for (let word = count - 1; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[at * count + word] as number);
  }
  const whole = BigInt.asIntN(bits, value);
  return Number(`${whole}e${-scale}`);
}

// --- Strings --------------------------------------------------------------------------------------

const isView = ({ type }: Data): boolean => type.typeId === Type.Utf8View;

/** Calls with the bytes of each string of a chunk that is not null. */
function eachText(
  chunk: Data,
  call: (row: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  const { length, values, valueOffsets } = chunk;
  const checks = chunk.nullCount > 0;
  for (let i = 0; i < length; i++) {
    if (checks && isNullAt(chunk, i)) continue;
    if (isView(chunk)) viewedText(chunk, i, call);
    else call(i, values as Uint8Array, Number(valueOffsets[i]), Number(valueOffsets[i + 1]));
  }
}

/** Strings of up to 12 bytes lie in their view, longer ones in a buffer that it names. */
function viewedText(
  { values, variadicBuffers }: Data,
  at: number,
  call: (row: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  const views = values as Uint8Array;
  const view = new DataView(views.buffer, views.byteOffset + at * 16, 16);
  const length = view.getInt32(0, true);
  const from = length <= 12 ? at * 16 + 4 : view.getInt32(12, true);
  if (length <= 12) call(at, views, from, from + length);
  else call(at, variadicBuffers[view.getInt32(8, true)] as Uint8Array, from, from + length);
}

function textBytes(chunk: Data): number {
  const { length, valueOffsets, type } = chunk;
  if (type.typeId === Type.Null || length === 0) return 0;
  if (!isView(chunk)) return Number(valueOffsets[length]) - Number(valueOffsets[0]);
  let sum = 0;
  eachText(chunk, (_, __, from, to) => {
    sum += to - from;
  });
  return sum;
}

function appendTexts(column: OpenColumn, at: number, chunk: Data): void {
  const offsets = column.offsets as Int32Array;
  const target = column.values as Uint8Array;
  if (at === 0) offsets[0] = 0;
  const { length, valueOffsets, type, values } = chunk;
  let end = offsets[at] as number;
  if (type.typeId === Type.Null || isView(chunk)) {
    let next = at;
    const skipTo = (row: number): void => {
      while (next < at + row) offsets[++next] = end;
    };
    if (isView(chunk)) {
      eachText(chunk, (row, bytes, from, to) => {
        skipTo(row);
        target.set(bytes.subarray(from, to), end);
        end += to - from;
        offsets[++next] = end;
      });
    }
    skipTo(length);
    return;
  }
  if (length === 0) return;
  const first = Number(valueOffsets[0]);
  target.set((values as Uint8Array).subarray(first, Number(valueOffsets[length])), end);
  for (let i = 1; i <= length; i++) offsets[at + i] = end + Number(valueOffsets[i]) - first;
}

/** Codes of strings, or of their codes in dictionaries of the chunks. */
function codesOf(chunks: readonly Data[]): NonNullable<Source["codes"]> {
  const dictionary = new ByteDictionary();
  const values = new Int32Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    const { type, length } = chunk;
    if (type.typeId === Type.Dictionary) recode(chunk, dictionary, values, at);
    else if (type.typeId !== Type.Null) {
      eachText(chunk, (row, bytes, from, to) => {
        values[at + row] = dictionary.add(bytes, from, to);
      });
    }
    at += length;
  }
  if (dictionary.size === 0) dictionary.add(new Uint8Array(), 0, 0); // under nulls lies the code 0
  return { values, dictionary };
}

function recode(chunk: Data, dictionary: ByteDictionary, target: Int32Array, at: number): void {
  const codes: number[] = [];
  for (const part of (chunk.dictionary as Vector).data as readonly Data[]) {
    const start = codes.length;
    for (let i = 0; i < part.length; i++) codes.push(0);
    eachText(part, (row, bytes, from, to) => {
      codes[start + row] = dictionary.add(bytes, from, to);
    });
  }
  const { length, values } = chunk;
  for (let i = 0; i < length; i++) {
    target[at + i] = isNullAt(chunk, i) ? 0 : (codes[Number(values[i])] as number);
  }
}
