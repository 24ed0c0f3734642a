/** Tables as text: what is here of their first and last rows is shown, nothing is waited for, computed or moved. */

import { arrayOf } from "../array/ndarray.ts";
import { rowMajor, type Strided } from "../array/strided.ts";
import { TAG } from "../sched/layout.ts";
import {
  cellText,
  countText,
  numberCell,
  type ShownColumn,
  tableText,
} from "../show/table-text.ts";
import { TaskHandle } from "../task/task.ts";
import type { Column, Partition } from "./columns/column.ts";
import { type Packed, readPartition } from "./columns/packing.ts";
import { readerOf, type Value } from "./columns/values.ts";
import type { PackedSource, Stored } from "./stored.ts";

/** Rows that are shown at each end. */
const ENDS = 5;

type State =
  | { readonly kind: "pending" | "failed" | "elsewhere" }
  | { readonly kind: "here"; readonly rows: number; readonly shown: readonly ShownColumn[] };

export function storedText({ parts, dictionaries }: Stored): string {
  const shared = dictionaries.map((source) => packedHere(source));
  const known = shared.filter((each) => typeof each !== "string") as Packed[];
  const isReadable = known.length === shared.length;
  const states = parts.map((part) => stateOf(part, isReadable ? known : undefined));
  const here = states.filter((state) => state.kind === "here");
  const rows = here.reduce((sum, state) => sum + state.rows, 0);
  const total = here.length === parts.length ? countText(rows) : "?";
  const filled = here.find((state) => state.rows > 0) ?? here[0];
  const columns = filled ? ` × ${filled.shown.length} columns` : "";
  const head = `DTable  ${total} rows${columns} · ${partsText(states)}`;
  if (!filled || filled.shown.length === 0) return head;
  return `${head}\n${boxOf(states, filled.shown)}`;
}

function partsText(states: readonly State[]): string {
  const all = `${states.length} ${states.length === 1 ? "partition" : "partitions"}`;
  const count = (kind: State["kind"]): number =>
    states.filter((state) => state.kind === kind).length;
  const notes = [
    count("failed") > 0 && `${count("failed")} failed; collect() says why`,
    count("pending") > 0 && `${states.length - count("pending")} ready`,
    count("elsewhere") > 0 && `${count("elsewhere")} on other workers`,
  ].filter((note) => note !== false);
  return notes.length > 0 ? `${all} (${notes.join(", ")})` : all;
}

/** The first rows of the first partitions and the last ones of the last, as far as these are here. */
function boxOf(states: readonly State[], columns: readonly ShownColumn[]): string {
  const first = cellsFrom(states, columns.length, (cells) => cells);
  const isAll = states.every(({ kind }) => kind === "here");
  const total = states.reduce((sum, state) => sum + (state.kind === "here" ? state.rows : 0), 0);
  const fits = isAll && total <= 2 * ENDS;
  const count = fits ? total : ENDS;
  const backwards = [...states].reverse();
  const last = fits
    ? columns.map((): readonly string[] => [])
    : cellsFrom(backwards, columns.length, (cells) => [...cells].reverse());
  const own = columns.map((column, at): ShownColumn => {
    const head = (first[at] as readonly string[]).slice(0, count);
    const tail = (last[at] as readonly string[]).slice(0, ENDS);
    return { ...column, cells: [...head, ...[...tail].reverse()] };
  });
  const heads = Math.min(count, first[0]?.length ?? 0);
  const width = process.stdout.columns ?? 100;
  return tableText({ columns: own, width, ...(!fits && { gapAfter: heads }) });
}

/** Cells of each column until a partition is not here, or there are enough. */
function cellsFrom(
  states: readonly State[],
  width: number,
  order: (cells: readonly string[]) => readonly string[],
): readonly (readonly string[])[] {
  const cells = Array.from({ length: width }, (): string[] => []);
  for (const state of states) {
    if (state.kind !== "here" || (cells[0]?.length ?? 0) >= 2 * ENDS) break;
    if (state.rows === 0) continue;
    state.shown.forEach((column, at) => {
      cells[at]?.push(...order(column.cells));
    });
  }
  return cells;
}

function stateOf(part: PackedSource, shared: readonly Packed[] | undefined): State {
  const packed = packedHere(part);
  if (typeof packed === "string") return { kind: packed };
  if (!shared) return { kind: "elsewhere" };
  const partition = readPartition(packed, shared);
  return { kind: "here", rows: partition.rows, shown: shownColumns(partition) };
}

/** A partition in place, or why it cannot be read. */
function packedHere(source: PackedSource): Packed | "pending" | "failed" | "elsewhere" {
  if (!(source instanceof TaskHandle)) return "elsewhere";
  if (!source.isReady) return "pending";
  const { outcome, context } = source as TaskHandle<unknown>;
  if (outcome?.tag !== TAG.chunk) return "failed";
  const { heap } = context;
  const index = outcome.word;
  // Not from disk: that would move it.
  if (!heap.hasData(index) || heap.stateOf(index) !== "sealed") return "elsewhere";
  const data = heap.using(index, () => heap.view(index) as Uint8Array);
  return arrayOf(rowMajor(data as Strided<"u8">["data"], heap.shapeOf(index), "u8"));
}

/** Rows at both ends as text; those between are left out. */
function shownColumns({ rows, columns }: Partition): ShownColumn[] {
  const places = Array.from({ length: rows > 4 * ENDS ? 4 * ENDS : rows }, (_, at) =>
    rows > 4 * ENDS && at >= 2 * ENDS ? rows - 4 * ENDS + at : at,
  );
  return columns.map((column) => {
    const read = readerOf(column);
    return {
      name: column.name,
      type: typeText(column),
      isNumber: /^[iuf]\d/.test(column.type),
      cells: places.map((row) => valueText(read(row), column)),
    };
  });
}

const typeText = ({ type, unit }: Column): string =>
  unit ? `${type}[${unit}]` : type === "dictionary" ? "dict" : type;

function valueText(value: Value, { type }: Column): string {
  if (value === null) return "null";
  if (typeof value === "number") return numberCell(value, type === "f64" || type === "f32");
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? "out of range" : value.toISOString();
    return type === "date" ? text.slice(0, 10) : text;
  }
  return cellText(String(value));
}
