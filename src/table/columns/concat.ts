/** Rows of several partitions one after another, outside of the heap. */

import { ByteDictionary, Translation } from "./byte-dictionary.ts";
import { arrayClass, bitmapBytes, type Column, isNull, type Partition, setNull } from "./column.ts";
import type { Dictionary } from "./dictionary.ts";
import { type Field, isText } from "./field.ts";
import { copyTexts, noRows } from "./rows.ts";

/** Rows of a partition from `from` to before `to`. */
export interface Span {
  readonly partition: Partition;
  readonly from: number;
  readonly to: number;
}

export const wholeOf = (partition: Partition): Span => ({ partition, from: 0, to: partition.rows });

/** Columns have the names of the first span; those of nothing but nulls take any type. */
export function concat(spans: readonly Span[]): Partition {
  const filled = spans.filter(({ from, to }) => to > from);
  const [first] = filled;
  if (!first) {
    const some = spans[0]?.partition;
    return some ? { rows: 0, columns: noRows(some.columns).columns } : { rows: 0, columns: [] };
  }
  const rows = filled.reduce((sum, { from, to }) => sum + to - from, 0);
  const columns = first.partition.columns.map((_, at) => concatColumn(filled, at, rows));
  return { rows, columns };
}

function concatColumn(spans: readonly Span[], at: number, rows: number): Column {
  const columns = spans.map(({ partition }) => partition.columns[at] as Column);
  const telling = columns.filter(({ nulls }, k) => nulls < (spans[k] as Span).partition.rows);
  const [{ name, type, unit }] = (telling.length > 0 ? telling : columns) as [Column];
  const isUtf8 =
    type === "utf8" || columns.some((column) => telling.includes(column) && column.type === "utf8");
  const field: Field = { name, type: isUtf8 ? "utf8" : type, ...(unit && { unit }) };
  const validity = new Uint8Array(bitmapBytes(rows)).fill(0xff);
  let [nulls, row] = [0, 0];
  spans.forEach(({ from, to }, k) => {
    const column = columns[k] as Column;
    if (column.nulls > 0) {
      for (let own = from; own < to; own++) {
        if (!isNull(column, own)) continue;
        setNull(validity, row + own - from);
        nulls++;
      }
    }
    row += to - from;
  });
  const common = { ...field, nulls, ...(nulls > 0 && { validity }) };
  if (isUtf8) return { ...common, ...concatTexts(spans, columns, rows) };
  if (isText(field.type)) return { ...common, ...concatCodes(spans, columns, telling, rows) };
  const Class = arrayClass(field.type);
  const values = new Class(new ArrayBuffer(rows * Class.BYTES_PER_ELEMENT), 0, rows);
  let target = 0;
  spans.forEach(({ from, to }, k) => {
    const column = columns[k] as Column;
    if (column.type === field.type) values.set(column.values.subarray(from, to) as never, target);
    target += to - from;
  });
  return { ...common, values };
}

function concatCodes(
  spans: readonly Span[],
  columns: readonly Column[],
  telling: readonly Column[],
  rows: number,
): { values: Int32Array; dictionary: Dictionary } {
  const values = new Int32Array(rows);
  // Where all is null, some columns may be of another type.
  const own = (telling.length > 0 ? telling : columns).flatMap(
    ({ dictionary }) => dictionary ?? [],
  );
  const [first] = own as [Dictionary];
  const isOne = own.every(({ id }) => id === first.id);
  const all = new ByteDictionary();
  if (!isOne && all.size === 0) all.add(new Uint8Array(0), 0, 0); // code 0 lies under nulls
  let target = 0;
  spans.forEach(({ from, to }, k) => {
    const column = columns[k] as Column;
    if (telling.includes(column)) {
      const codes = column.values as Int32Array;
      const known = isOne ? undefined : new Translation(all, column.dictionary as Dictionary);
      for (let row = from; row < to; row++) {
        const code = codes[row] as number;
        values[target + row - from] = known ? known.of(code) : code;
      }
    }
    target += to - from;
  });
  return { values, dictionary: isOne ? first : all.build() };
}

function concatTexts(
  spans: readonly Span[],
  columns: readonly Column[],
  rows: number,
): { values: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(rows + 1);
  let row = 0;
  spans.forEach(({ from, to }, k) => {
    const { offsets: own, dictionary, values } = columns[k] as Column;
    const texts = own ?? dictionary?.offsets;
    for (let at = from; at < to; at++) {
      const place = own ? at : (values[at] as number);
      const length = texts ? (texts[place + 1] as number) - (texts[place] as number) : 0;
      offsets[row + 1] = (offsets[row] as number) + (length || 0); // NaN under nulls without strings
      row++;
    }
  });
  const values = new Uint8Array(offsets[rows] as number);
  row = 0;
  spans.forEach(({ from, to }, k) => {
    const { values: own, offsets: places, dictionary } = columns[k] as Column;
    if (places) values.set(own.subarray(places[from], places[to]) as Uint8Array, offsets[row]);
    else if (dictionary) {
      const codes = (own as Int32Array).subarray(from, to);
      copyTexts(values.subarray(offsets[row]), dictionary.bytes, dictionary.offsets, codes);
    }
    row += to - from;
  });
  return { values, offsets };
}
