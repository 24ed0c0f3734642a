/**
 * Distributed tables.
 * @module bodkin/table
 */

import "../entry/setup.ts";
import "../entry/tables.ts";

export type { WaitOptions } from "./collect.ts";
export type { ColumnType, Field, Schema, TimeUnit } from "./columns/field.ts";
export type { Row, Value } from "./columns/values.ts";
export { type ColumnValues, dtable } from "./construct.ts";
export type { Description } from "./describe.ts";
export { DTable, type RepartitionOptions, type SampleOptions, type TableChunk } from "./dtable.ts";
export {
  type CastType,
  col,
  type Expr,
  lit,
  type Operand,
  type Then,
  type When,
  when,
} from "./expressions/expr.ts";
export type { ArrowWriteOptions } from "./files/arrow/write.ts";
export type { CSVWriteOptions } from "./files/csv/write.ts";
export type { ParquetCompression } from "./files/parquet/encode.ts";
export type { ParquetWriteOptions } from "./files/parquet/write.ts";
export type { Files } from "./files/paths.ts";
export {
  type CSVOptions,
  type ParquetOptions,
  readArrow,
  readCSV,
  readJSON,
  readParquet,
  type TextOptions,
} from "./files/read.ts";
export type { GivenTypes } from "./files/text/types.ts";
export type { WriteOptions } from "./files/writing/write.ts";
export type { Aggregate, Grouped, GroupFunctions, GroupRow } from "./groupby/grouped.ts";
export type { JoinKind } from "./join/match.ts";
export type { JoinOptions } from "./join/options.ts";
export { type Loaded, loadTable } from "./loading.ts";
export type { InitOptions } from "./reducing/reduce.ts";
export type { MeltOptions } from "./reshape/melt.ts";
export type { PivotOptions } from "./reshape/pivot.ts";
export { all, between, not, type Selection, type Selector } from "./rows/selectors.ts";
export type { SortOptions } from "./sort/options.ts";
export type { WindowFunction, WindowOptions, WindowRow } from "./window/options.ts";
