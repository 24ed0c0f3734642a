/** Which row groups cannot have a row that is wanted, by the least and greatest values that a footer gives. */

import type { Field, Schema } from "../../columns/field.ts";
import type { Predicate } from "../../source.ts";
import { columnsOf, nameOf, statisticsOf } from "./footer.ts";
import type { ThriftStruct } from "./thrift.ts";

/** False only where no row of the group can fulfil all conditions. */
export function mayHold(
  group: ThriftStruct,
  fields: Schema,
  where: Predicate | undefined,
): boolean {
  if (!where) return true;
  const chunks = new Map(columnsOf(group).map((chunk) => [nameOf(chunk), chunk]));
  return where.every(({ column, compare, value }) => {
    const field = fields.find(({ name }) => name === column);
    const chunk = chunks.get(column);
    const statistics = chunk && statisticsOf(chunk);
    if (!field || !statistics) return true;
    const least = decode(field, statistics.least);
    const greatest = decode(field, statistics.greatest);
    if (least === undefined || greatest === undefined || !isNumeric(value)) return true;
    return FITS[compare](least, greatest, value);
  });
}

type Wide = number | bigint;

/** Whether a value between two bounds may compare so. */
const FITS: Readonly<Record<Predicate[number]["compare"], (a: Wide, b: Wide, v: Wide) => boolean>> =
  {
    "<": (least, _, value) => least < value,
    "<=": (least, _, value) => least <= value,
    ">": (_, greatest, value) => greatest > value,
    ">=": (_, greatest, value) => greatest >= value,
    "==": (least, greatest, value) => least <= value && greatest >= value,
  };

const isNumeric = (value: unknown): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

/** A bound as a value of its column; undefined where nothing can be said. Strings are not: theirs may be cut. */
function decode(field: Field, bytes: Uint8Array): number | bigint | undefined {
  const value = numberOf(field, bytes);
  return Number.isNaN(value) ? undefined : value;
}

function numberOf({ type }: Field, bytes: Uint8Array): number | bigint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case "i8":
    case "i16":
    case "i32":
      return bytes.length === 4 ? view.getInt32(0, true) : undefined;
    case "u8":
    case "u16":
    case "u32":
      return bytes.length === 4 ? view.getUint32(0, true) : undefined;
    case "i64":
      return bytes.length === 8 ? view.getBigInt64(0, true) : undefined;
    case "u64":
      return bytes.length === 8 ? view.getBigUint64(0, true) : undefined;
    case "f32":
      return bytes.length === 4 ? view.getFloat32(0, true) : undefined;
    case "f64":
      return bytes.length === 8 ? view.getFloat64(0, true) : undefined;
    default:
      return undefined;
  }
}
