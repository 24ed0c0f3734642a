/**
 * Rows of several partitions as part of a new one, without putting those together first. They are read nearly in the
 * order in which they lie, and written at random: a result is smaller than all that it is taken from.
 */

import { compile } from "../../util/compile.ts";
import { clear, type Filling, type IsShared, rangeFacts } from "./build.ts";
import { type Column, isNull, setNull } from "./column.ts";
import type { Dictionary } from "./dictionary.ts";
import type { Field } from "./field.ts";
import { copyText, wordsOf } from "./rows.ts";

/** Rows of partitions as numbers: `partition << bits | row`. */
export interface Numbering {
  readonly partitions: number;
  readonly bits: number;
}

/** How rows of partitions are numbered; undefined where 31 bits do not hold the numbers. */
export function numberingOf(rows: readonly number[]): Numbering | undefined {
  const most = rows.reduce((a, b) => Math.max(a, b), 1);
  const bits = Math.ceil(Math.log2(most));
  return rows.length * 2 ** bits < 2 ** 31 ? { partitions: rows.length, bits } : undefined;
}

/** Rows by their partitions: those of `p` from `starts[p]` to before `starts[p + 1]`. */
export interface Across {
  /** How many rows are made. */
  readonly length: number;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  /** Where each comes to. */
  readonly places: Int32Array;
  /** Places that no row comes to, which are null. */
  readonly missing: Int32Array;
}

/** Rows that are read in any order: their values fit the nearest cache. */
const NEAR_BITS = 11;
/** For each counter so many rows. */
const ROWS_A_COUNTER = 16;

/** The rows with these numbers, in their order; −1 gives a row of nulls. */
export function across(numbers: Int32Array, { partitions, bits }: Numbering): Across {
  let near = bits;
  while (near > NEAR_BITS && (partitions << (bits - near)) * ROWS_A_COUNTER < numbers.length) {
    near--;
  }
  const runs = partitions << (bits - near);
  // Run −1, of what is missing, comes first.
  const next = new Int32Array(runs + 2);
  for (let at = 0; at < numbers.length; at++) {
    const run = ((numbers[at] as number) >> near) + 2;
    next[run] = (next[run] as number) + 1;
  }
  for (let run = 1; run <= runs + 1; run++) {
    next[run] = (next[run] as number) + (next[run - 1] as number);
  }
  const starts = new Int32Array(partitions + 1);
  for (let p = 0; p <= partitions; p++) starts[p] = next[(p << (bits - near)) + 1] as number;
  const rows = new Int32Array(numbers.length);
  const places = new Int32Array(numbers.length);
  const mask = 2 ** bits - 1;
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] as number;
    const run = (number >> near) + 1;
    const place = next[run] as number;
    next[run] = place + 1;
    rows[place] = number & mask;
    places[place] = at;
  }
  const missing = places.subarray(0, starts[0]);
  return { length: numbers.length, starts, rows, places, missing };
}

/** What the codes of a partition's dictionary are in that of the result. */
export type Recode = (dictionary: Dictionary) => Int32Array;

/**
 * A column of these rows; `columns` has that of each partition, which is of the type of `field` or has nothing but nulls.
 * `dictionary`: what the result has, with what brings codes of another one to it.
 */
export function acrossOf(
  field: Field,
  columns: readonly Column[],
  rows: Across,
  isShared: IsShared,
  dictionary?: readonly [Dictionary, Recode],
): Filling {
  const texts = field.type === "utf8" ? textsOf(columns, rows) : undefined;
  const { missing } = rows;
  const nullable = missing.length > 0 || columns.some(({ nulls }) => nulls > 0);
  return {
    plan: {
      ...field,
      nullable,
      ...(texts && { bytes: texts.offsets[rows.length] as number }),
      ...(dictionary && { dictionary: dictionary[0], isShared: isShared(dictionary[0].id) }),
    },
    fill: (target) => {
      const nulls = target.validity ? fillNulls(target.validity, columns, rows) : 0;
      if (texts) {
        target.offsets?.set(texts.offsets);
        fillTexts(target.values as Uint8Array, texts, columns, rows);
        return { nulls };
      }
      if (nulls > 0) clear(target);
      for (const [p, column] of columns.entries()) {
        if (column.type !== field.type) continue;
        const own = column.dictionary;
        const table =
          own && dictionary && own.id !== dictionary[0].id ? dictionary[1](own) : undefined;
        const [from, to] = [rows.starts[p] as number, rows.starts[p + 1] as number];
        const loop = loopFor(column.values.constructor, table !== undefined);
        loop(target.values, column.values, rows.rows, rows.places, from, to, table);
      }
      return rangeFacts(target, nulls);
    },
  };
}

function fillNulls(validity: Uint8Array, columns: readonly Column[], rows: Across): number {
  const { starts, missing } = rows;
  for (let k = 0; k < missing.length; k++) setNull(validity, missing[k] as number);
  let nulls = missing.length;
  for (const [p, column] of columns.entries()) {
    if (column.nulls === 0) continue;
    for (let k = starts[p] as number; k < (starts[p + 1] as number); k++) {
      if (!isNull(column, rows.rows[k] as number)) continue;
      setNull(validity, rows.places[k] as number);
      nulls++;
    }
  }
  return nulls;
}

interface Texts {
  /** Where the strings of the result begin, and where the last one ends. */
  readonly offsets: Int32Array;
  /** Where each of the rows has its string. */
  readonly sources: Int32Array;
}

function textsOf(columns: readonly Column[], rows: Across): Texts {
  const made = new Int32Array(rows.length + 1);
  const sources = new Int32Array(rows.length);
  for (const [p, { offsets }] of columns.entries()) {
    if (!offsets) continue;
    for (let k = rows.starts[p] as number; k < (rows.starts[p + 1] as number); k++) {
      const row = rows.rows[k] as number;
      const start = offsets[row] as number;
      sources[k] = start;
      made[(rows.places[k] as number) + 1] = (offsets[row + 1] as number) - start;
    }
  }
  let end = 0;
  for (let at = 1; at <= rows.length; at++) {
    end += made[at] as number;
    made[at] = end;
  }
  return { offsets: made, sources };
}

function fillTexts(
  to: Uint8Array,
  { offsets, sources }: Texts,
  columns: readonly Column[],
  { starts, places }: Across,
): void {
  const target = wordsOf(to);
  for (const [p, column] of columns.entries()) {
    if (!column.offsets) continue;
    const source = wordsOf(column.values as Uint8Array);
    for (let k = starts[p] as number; k < (starts[p + 1] as number); k++) {
      const place = places[k] as number;
      const [start, at] = [sources[k] as number, offsets[place] as number];
      copyText(target, at, source, start, start + (offsets[place + 1] as number) - at);
    }
  }
}

type Loop = (
  to: Column["values"],
  x: Column["values"],
  rows: Int32Array,
  places: Int32Array,
  from: number,
  end: number,
  table: Int32Array | undefined,
) => void;
const LOOPS = new Map<unknown, Loop>();
const CODE_LOOP = Symbol();

/** Each class of arrays has a loop of its own: one for all is several times slower. */
function loopFor(of: unknown, isTable: boolean): Loop {
  const key = isTable ? CODE_LOOP : of;
  let loop = LOOPS.get(key);
  if (!loop) {
    const value = isTable ? "table[x[rows[k]]]" : "x[rows[k]]";
    const body = `for (let k = from; k < end; k++) to[places[k]] = ${value};`;
    const parameters = ["to", "x", "rows", "places", "from", "end", "table"];
    LOOPS.set(key, (loop = compile<Loop>("across", parameters, body)));
  }
  return loop;
}
