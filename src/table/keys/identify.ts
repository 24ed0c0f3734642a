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

/** Combinations of codes are codes up to this many. */
const DIRECT = 1 << 22;

/** `nulls`: rows with a null are a key like any other, or have none. */
export function identify(sides: readonly Side[], nulls: "group" | "drop"): Identities {
  const rows = sides.map((side) => side.rows);
  const width = sides[0]?.keys.length ?? 0;
  if (width === 0) return { ids: rows.map((count) => new Int32Array(count)), count: 1 };
  let combined: { codes: readonly Int32Array[]; size: number } | undefined;
  for (let at = 0; at < width; at++) {
    const own = codesOf(
      sides.map(({ keys }) => keys[at] as Column),
      rows,
    );
    const size = own.size + (nulls === "group" ? 1 : 0);
    if (nulls === "group") for (const codes of own.codes) replaceNulls(codes, own.size);
    combined = combined
      ? combine(combined, { codes: own.codes, size })
      : { codes: own.codes, size };
  }
  return inOrder(combined as { codes: readonly Int32Array[]; size: number });
}

function replaceNulls(codes: Int32Array, code: number): void {
  for (let row = 0; row < codes.length; row++) if ((codes[row] as number) < 0) codes[row] = code;
}

type Coded = { readonly codes: readonly Int32Array[]; readonly size: number };

function combine(a: Coded, b: Coded): Coded {
  if (a.size * b.size <= DIRECT) {
    const codes = a.codes.map((own, side) => {
      const other = b.codes[side] as Int32Array;
      const made = new Int32Array(own.length);
      for (let row = 0; row < own.length; row++) {
        const [x, y] = [own[row] as number, other[row] as number];
        made[row] = x < 0 || y < 0 ? -1 : x * b.size + y;
      }
      return made;
    });
    return { codes, size: a.size * b.size };
  }
  const pairs = new PairInterner();
  const codes = a.codes.map((own, side) => {
    const other = b.codes[side] as Int32Array;
    const made = new Int32Array(own.length);
    for (let row = 0; row < own.length; row++) {
      const [x, y] = [own[row] as number, other[row] as number];
      made[row] = x < 0 || y < 0 ? -1 : pairs.add(x, y);
    }
    return made;
  });
  return { codes, size: pairs.size };
}

/** Numbers without gaps, in the order in which keys come. */
function inOrder({ codes, size }: Coded): Identities {
  const numbers = new Int32Array(size).fill(-1);
  let count = 0;
  const ids = codes.map((own) => {
    const made = new Int32Array(own.length);
    for (let row = 0; row < own.length; row++) {
      const code = own[row] as number;
      if (code < 0) made[row] = -1;
      else {
        let number = numbers[code] as number;
        if (number < 0) numbers[code] = number = count++;
        made[row] = number;
      }
    }
    return made;
  });
  return { ids, count };
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
