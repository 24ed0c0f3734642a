/** What the types of Apache Arrow are in a table. */

import type { Schema as ArrowSchema, DataType, Timestamp } from "apache-arrow";
import { TimeUnit as ArrowUnit, Precision, Type } from "apache-arrow/enum";
import { invalidArgument } from "../../wire/errors.ts";
import type { ColumnType, Field, Schema, TimeUnit } from "./field.ts";

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

/** Of a timestamp without its unit; undefined of what tables do not hold. */
export function columnType(type: DataType): ColumnType | undefined {
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
