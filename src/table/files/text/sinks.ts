/**
 * Columns that are filled while a text file is read, before it is known how many rows there are: memory of the heap
 * for the time of a task, copied into the partition in the end.
 */

import type { Field } from "../../columns/field.ts";
import { type ColumnFacts, newPartition, type Packed } from "../../columns/packing.ts";
import { rangeIn } from "../../columns/range.ts";
import { COLUMN_WORDS } from "../../compiled/layout.ts";
import { Scratch } from "../../compiled/reader.ts";
import { type Reading, Sink } from "./sink.ts";

export class Sinks implements Disposable {
  /** One a field, none where there is none. */
  readonly all: readonly (Sink | undefined)[];
  readonly columns: readonly Sink[];
  readonly scratch: Scratch = new Scratch();
  /** Where the columns are described, one after another. */
  readonly address: number;
  #rows = 0;

  /** `fields`: those that nobody wants are undefined. */
  constructor(fields: readonly (Field | undefined)[], reading?: (field: Field) => Reading) {
    const { scratch } = this;
    const { reader } = scratch;
    this.address = scratch.take(4 * COLUMN_WORDS * fields.length);
    this.all = fields.map((field, at) => {
      const address = this.address + at * 4 * COLUMN_WORDS;
      if (field) return new Sink(field, address, scratch, reading?.(field));
      reader.words.fill(0, address >>> 2, (address >>> 2) + COLUMN_WORDS);
      return undefined;
    });
    this.columns = this.all.filter((sink) => sink !== undefined);
    reader.grow = (address, length) => {
      this.columns.find((sink) => sink.isAt(address))?.grow(length);
    };
  }

  /** Makes room for so many rows; where there is not enough, for as many as are likely to come. */
  ensure(rows: number, likely: number = rows): void {
    if (rows <= this.#rows) return;
    this.#rows = Math.max(rows, likely);
    for (const sink of this.columns) sink.ensure(this.#rows);
  }

  /** The partition of the first `rows` rows, as the result of the task. */
  pack(rows: number): Packed {
    this.ensure(rows);
    const made = newPartition(
      rows,
      this.columns.map((sink) => sink.plan(rows)),
    );
    const facts = made.columns.map((column, at): ColumnFacts => {
      const sink = this.columns[at] as Sink;
      const { nulls } = sink;
      sink.copyTo(column, rows);
      const range = rangeIn(column.type, column.values, nulls > 0 ? column.validity : undefined);
      return { nulls, ...(range && { range }) };
    });
    return made.seal(facts);
  }

  [Symbol.dispose](): void {
    this.scratch.reader.grow = undefined;
    this.scratch[Symbol.dispose]();
  }
}
