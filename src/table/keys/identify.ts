/**
 * Rows told apart by several columns: equal keys have the same number, in the order in which they come, over all sides
 * that are looked at together.
 */

import type { Column } from "../columns/column.ts";
import { codesOf } from "./codes.ts";
import { PairInterner } from "./interner.ts";

export interface Side {
  readonly rows: number;
  readonly keys: readonly Column[];
}

export interface Identities {
  /** Of each side the number of each row's key; −1 where a null has none. */
  readonly ids: readonly Int32Array[];
  readonly count: number;
}

/** So many codes get their numbers from a table, whatever the number of rows. */
const TABLE = 1 << 22;
/** Combinations of codes are codes as long as integers of 32 bits hold them. */
const WIDEST = 2 ** 31;

/** `nulls`: rows with a null are a key like any other, or have none. */
export function identify(sides: readonly Side[], nulls: "group" | "drop"): Identities {
  const rows = sides.map((side) => side.rows);
  const width = sides[0]?.keys.length ?? 0;
  if (width === 0) return { ids: rows.map((count) => new Int32Array(count)), count: 1 };
  const parts: Coded[] = [];
  for (let at = 0; at < width; at++) {
    const own = codesOf(
      sides.map(({ keys }) => keys[at] as Column),
      rows,
    );
    const size = own.size + (nulls === "group" ? 1 : 0);
    if (nulls === "group") for (const codes of own.codes) replaceNulls(codes, own.size);
    const before = parts.at(-1);
    if (before && before.size * size <= WIDEST) {
      parts[parts.length - 1] = multiplied(before, { codes: own.codes, size });
    } else parts.push({ codes: own.codes, size });
  }
  const [first, ...others] = parts as [Coded, ...Coded[]];
  const most = rows.reduce((sum, count) => sum + count, 0);
  if (others.length === 0 && first.size <= Math.max(TABLE, 2 * most)) return inOrder(first);
  // Pairs are numbered as they come.
  const zeros = { codes: rows.map((count) => new Int32Array(count)), size: 1 };
  const made = (others.length > 0 ? others : [zeros]).reduce(numbered, first);
  return { ids: made.codes, count: made.size };
}

function replaceNulls(codes: Int32Array, code: number): void {
  for (let row = 0; row < codes.length; row++) if ((codes[row] as number) < 0) codes[row] = code;
}

type Coded = { readonly codes: readonly Int32Array[]; readonly size: number };

/** Over the codes of the first, which nobody else has. */
function multiplied(a: Coded, b: Coded): Coded {
  a.codes.forEach((own, side) => {
    const other = b.codes[side] as Int32Array;
    for (let row = 0; row < own.length; row++) {
      const [x, y] = [own[row] as number, other[row] as number];
      own[row] = x < 0 || y < 0 ? -1 : x * b.size + y;
    }
  });
  return { codes: a.codes, size: a.size * b.size };
}

function numbered(a: Coded, b: Coded): Coded {
  const pairs = new PairInterner();
  a.codes.forEach((own, side) => {
    const other = b.codes[side] as Int32Array;
    for (let row = 0; row < own.length; row++) {
      const [x, y] = [own[row] as number, other[row] as number];
      own[row] = x < 0 || y < 0 ? -1 : pairs.add(x, y);
    }
  });
  return { codes: a.codes, size: pairs.size };
}

/** Numbers without gaps, in the order in which keys come. */
function inOrder({ codes, size }: Coded): Identities {
  const numbers = new Int32Array(size).fill(-1);
  let count = 0;
  for (const own of codes) {
    for (let row = 0; row < own.length; row++) {
      const code = own[row] as number;
      if (code < 0) continue;
      let number = numbers[code] as number;
      if (number < 0) numbers[code] = number = count++;
      own[row] = number;
    }
  }
  return { ids: codes, count };
}

/** The first row of each number. */
export function firstRows(ids: Int32Array, count: number): Int32Array {
  const rows = new Int32Array(count).fill(-1);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id >= 0 && (rows[id] as number) < 0) rows[id] = row;
  }
  return rows;
}
