/** `melt`: columns become rows, one for each of them, with its name and its value. */

import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { packPartition } from "../columns/build.ts";
import type { Column } from "../columns/column.ts";
import { concat, wholeOf } from "../columns/concat.ts";
import { type ColumnType, isText, type Schema } from "../columns/field.ts";
import { columnOf } from "../columns/from-values.ts";
import type { Packed } from "../columns/packing.ts";
import { nullColumn } from "../columns/rows.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns, columnNamed } from "../keys/columns.ts";
import { eachPart, opened } from "../keys/exchange.ts";
import type { Stored } from "../stored.ts";

export interface MeltOptions<
  I extends string = string,
  V extends string = string,
  N extends string = "variable",
  T extends string = "value",
> {
  /** Columns that stay; none unless given. */
  readonly index?: readonly I[];
  /** Columns that become rows; all others unless given. They have values of one kind. */
  readonly values?: readonly V[];
  /** The column of their names, `"variable"` unless given. */
  readonly variable?: N;
  /** The column of their values, `"value"` unless given. */
  readonly value?: T;
}

/** Plain data. */
export interface MeltSpec {
  readonly dictionaries: number;
  readonly index: readonly string[];
  readonly values?: readonly string[];
  readonly variable: string;
  readonly value: string;
  /** What the columns become; known when the table is. */
  readonly type?: ColumnType;
}

export function meltSpec(options: MeltOptions): MeltSpec {
  checkNames(options, ["index", "values", "variable", "value"], "melt");
  const { index = [], values, variable = "variable", value = "value" } = options;
  for (const names of [index, values ?? [], [variable, value]]) {
    const wrong = Array.isArray(names) ? names.find((name) => typeof name !== "string") : names;
    if (wrong !== undefined) {
      throw invalidArgument(
        `melt takes lists of names: melt({ index: ["id"], values: ["x", "y"] }), not ${describe(wrong)}`,
      );
    }
  }
  const made = [...index, variable, value];
  if (new Set(made).size < made.length) {
    throw invalidArgument(`melt: the columns ${made.join(", ")} would have equal names`);
  }
  return { index, variable, value, dictionaries: 0, ...(values && { values }) };
}

/** @throws BodkinError where there are no such columns, or their values are of different kinds */
export async function melt(stored: Stored, given: MeltSpec): Promise<Stored> {
  const facts = await partFacts(stored);
  const schema = schemaOfParts(facts);
  const { index } = given;
  const values =
    given.values ?? schema.map(({ name }) => name).filter((name) => !index.includes(name));
  checkColumns([...index, ...values], schema);
  const telling = schema.filter((_, at) =>
    facts.some(({ rows, isNull }) => rows > 0 && !isNull[at]),
  );
  const isOpen = (name: string): boolean => !telling.some((field) => field.name === name);
  const own = values.every(isOpen) ? schema : telling;
  const type = commonType(
    own.filter(({ name }) => values.includes(name)),
    values,
  );
  const dictionaries = stored.dictionaries.length;
  return eachPart<MeltSpec>("melt", stored, { ...given, values, type, dictionaries }, meltPart);
}

const NUMBERS: readonly ColumnType[] = ["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64"];

/** Numbers of different types become f64. */
function commonType(fields: Schema, values: readonly string[]): ColumnType {
  const [first] = fields;
  if (!first || values.length === 0)
    throw invalidArgument("melt: there is no column that could become rows");
  if (fields.every(({ type, unit }) => type === first.type && unit === first.unit)) {
    return first.type;
  }
  if (fields.every(({ type }) => isText(type))) return "utf8";
  if (fields.every(({ type }) => NUMBERS.includes(type))) return "f64";
  throw invalidArgument(
    `melt: ${fields.map(({ name, type }) => `'${name}' is ${type}`).join(", ")}; give columns of one kind as values`,
  );
}

/** Runs as a task. */
export function meltPart(spec: MeltSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  const { rows } = partition;
  const { values = [], index, variable, value, type } = spec;
  const kept = index.map((name) => columnNamed(partition, name));
  const spans = values.map((name) => {
    const own = converted(columnNamed(partition, name), rows, type as ColumnType);
    const names = columnOf(variable, new Array(rows).fill(name));
    return wholeOf({ rows, columns: [...kept, names, { ...own, name: value }] });
  });
  return packPartition(concat(spans), isShared);
}

/** A column of nothing but nulls takes any type. */
function converted(column: Column, rows: number, type: ColumnType): Column {
  if (column.type === type || (isText(column.type) && isText(type))) return column;
  const { name, unit } = column;
  if (column.nulls === rows) return nullColumn({ name, type, ...(unit && { unit }) }, rows);
  return { ...column, type, values: Float64Array.from(column.values as Float64Array) };
}
