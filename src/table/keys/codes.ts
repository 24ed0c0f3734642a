/**
 * Values of a column as small integers that are equal for equal values, over several columns at once: those of two
 * sides of a join, or of one. NaN equals NaN and −0 equals 0. Null has no code: −1.
 */

import { invalidArgument } from "../../wire/errors.ts";
import { ByteDictionary, Translation } from "../columns/byte-dictionary.ts";
import { type Column, isNull } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { type ColumnType, isText } from "../columns/field.ts";
import { rangeIn } from "../columns/range.ts";
import { PairInterner } from "./interner.ts";

export interface Codes {
  /** One for each row of each column. */
  readonly codes: readonly Int32Array[];
  /** All are below. */
  readonly size: number;
}

/** Integers that lie in so small a range are their own codes. */
const DIRECT = 1 << 22;

type Kind = "text" | "bool" | "number" | "wide" | "timestamp" | "date";

function kindOf(type: ColumnType): Kind {
  if (isText(type)) return "text";
  if (type === "i64" || type === "u64") return "wide";
  if (type === "bool" || type === "timestamp" || type === "date") return type;
  return "number";
}

/** @throws BodkinError where the columns hold things of different kinds */
export function codesOf(columns: readonly Column[], rows: readonly number[]): Codes {
  // A column of nothing but nulls takes any type.
  const telling = columns.filter(({ nulls }, at) => nulls < (rows[at] as number));
  const kinds = new Set(telling.map(({ type }) => kindOf(type)));
  if (kinds.has("wide") && kinds.has("number")) kinds.delete("wide");
  const [kind, other] = kinds;
  const empty = (): Codes => ({
    codes: rows.map((count) => new Int32Array(count).fill(-1)),
    size: 0,
  });
  if (kind === undefined) return empty();
  if (other !== undefined) {
    const types = [...new Set(telling.map(({ type }) => type))].join(" and ");
    throw invalidArgument(
      `column '${columns[0]?.name}' has keys of type ${types}, which are never equal; cast one side`,
    );
  }
  const own = columns.map((column) => (telling.includes(column) ? column : undefined));
  const code = CODERS[kind](telling);
  return {
    codes: own.map((column, at) => {
      const codes = column
        ? code.of(column, rows[at] as number)
        : new Int32Array(rows[at] as number);
      if (!column) codes.fill(-1);
      else if (column.nulls > 0) eraseNulls(codes, column);
      return codes;
    }),
    get size() {
      return code.size;
    },
  };
}

function eraseNulls(codes: Int32Array, column: Column): void {
  for (let row = 0; row < codes.length; row++) if (isNull(column, row)) codes[row] = -1;
}

interface Coder {
  of(column: Column, rows: number): Int32Array;
  readonly size: number;
}

const CODERS: Readonly<Record<Kind, (columns: readonly Column[]) => Coder>> = {
  text: textCoder,
  bool: () => ({ of: ({ values }) => Int32Array.from(values as Uint8Array), size: 2 }),
  number: numberCoder,
  date: numberCoder,
  wide: wideCoder,
  timestamp: wideCoder,
};

function textCoder(columns: readonly Column[]): Coder {
  const [first] = columns as readonly [Column, ...Column[]];
  const isOne = columns.every(
    ({ dictionary }) => dictionary && dictionary.id === first.dictionary?.id,
  );
  if (isOne) {
    const { size } = first.dictionary as Dictionary;
    return { of: ({ values }, rows) => (values as Int32Array).slice(0, rows), size };
  }
  const all = new ByteDictionary();
  return {
    of: (column, rows) => {
      const { values, dictionary, offsets } = column;
      const codes = new Int32Array(rows);
      if (dictionary) {
        // Each string once, however many rows have it.
        const known = new Translation(all, dictionary);
        for (let row = 0; row < rows; row++) codes[row] = known.of(values[row] as number);
      } else {
        for (let row = 0; row < rows; row++) {
          const [from, to] = [offsets?.[row] as number, offsets?.[row + 1] as number];
          codes[row] = all.add(values as Uint8Array, from, to);
        }
      }
      return codes;
    },
    get size() {
      return all.size;
    },
  };
}

function numberCoder(columns: readonly Column[]): Coder {
  const direct = directRange(columns);
  if (direct) {
    const [low, high] = direct;
    return {
      of: ({ values }, count) => {
        const codes = new Int32Array(count);
        const numbers = values as Int32Array;
        for (let row = 0; row < count; row++) codes[row] = (numbers[row] as number) - low;
        return codes;
      },
      size: high - low + 1,
    };
  }
  const pairs = new PairInterner();
  const number = new Float64Array(1);
  const halves = new Int32Array(number.buffer);
  return {
    of: ({ values }, count) => {
      const codes = new Int32Array(count);
      const isWide = values instanceof BigInt64Array || values instanceof BigUint64Array;
      for (let row = 0; row < count; row++) {
        const value = isWide ? Number(values[row]) : ((values as Float64Array)[row] as number);
        number[0] = value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value;
        codes[row] = pairs.add(halves[0] as number, halves[1] as number);
      }
      return codes;
    },
    get size() {
      return pairs.size;
    },
  };
}

const INTEGERS: readonly ColumnType[] = ["i8", "i16", "i32", "u8", "u16", "u32", "date"];

/** The least and greatest of integers that lie in a small range; undefined of others, and where there are none. */
export function directRange(columns: readonly Column[]): readonly [number, number] | undefined {
  if (!columns.every(({ type }) => INTEGERS.includes(type))) return undefined;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { range, type, values, validity } of columns) {
    const own = range ?? rangeIn(type, values, validity);
    if (!own) continue;
    low = Math.min(low, own[0]);
    high = Math.max(high, own[1]);
  }
  return low <= high && high - low < DIRECT ? [low, high] : undefined;
}

function wideCoder(): Coder {
  const pairs = new PairInterner();
  return {
    of: ({ values }, count) => {
      const codes = new Int32Array(count);
      const { buffer, byteOffset } = values as BigInt64Array;
      const halves = new Int32Array(buffer, byteOffset, 2 * count);
      for (let row = 0; row < count; row++) {
        codes[row] = pairs.add(halves[2 * row] as number, halves[2 * row + 1] as number);
      }
      return codes;
    },
    get size() {
      return pairs.size;
    },
  };
}
