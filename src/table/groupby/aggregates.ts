/**
 * What groups come to. An aggregate keeps numbers for each group (a state), takes rows in, takes in the states that
 * other tasks have, and gives a column in the end. States are columns, so that they travel as partitions do. Nulls do
 * not count; what has no value is null, but for `count`, `nunique`, `any` and `all`.
 */

import { compile } from "../../util/compile.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { bitmapBytes, type Column, isNull, setNull } from "../columns/column.ts";
import type { ColumnType } from "../columns/field.ts";
import { codesOf } from "../keys/codes.ts";
import { comparatorOf } from "../keys/compare.ts";
import { quantileOf } from "./quantile.ts";

/** What is asked for, checked, as plain data. */
export interface Aggregation {
  /** Name of the result. */
  readonly name: string;
  /** `fold`: functions of the user, which come with it. */
  readonly verb: Verb | "fold";
  readonly column: string;
  /** The second column of `corr`. */
  readonly other?: string;
  /** The fraction of `quantile`. */
  readonly fraction?: number;
}

export type Verb =
  | "all"
  | "any"
  | "corr"
  | "count"
  | "first"
  | "last"
  | "max"
  | "mean"
  | "median"
  | "min"
  | "nunique"
  | "quantile"
  | "std"
  | "sum"
  | "var";

/** A column of the result, without its name. */
export type Made = Omit<Column, "name">;

/** Numbers of all groups, one array for each number of a state. */
export interface Numeric {
  readonly kind: "numeric";
  /** How many numbers a group has, and what they begin with. */
  readonly initial: readonly number[];
  /** Takes rows in. */
  add(state: readonly Float64Array[], ids: Int32Array, column: Column, other: Column): void;
  /** Takes a state of another task in: its group `from` is our group `to`. */
  merge(
    state: readonly Float64Array[],
    to: number,
    given: readonly Float64Array[],
    from: number,
  ): void;
  /** The value of a group; NaN may be one, undefined is null. */
  finish(state: readonly Float64Array[], group: number): number | undefined;
  readonly type: ColumnType;
}

/** One of the rows of a group: its value is the state. */
export interface Selecting {
  readonly kind: "selecting";
  /** For each group a row, or −1. */
  select(ids: Int32Array, count: number, column: Column): Int32Array;
}

/** Needs all values of a group at once. */
export interface Whole {
  readonly kind: "whole";
  /** `rows` has the rows of group `g` from `starts[g]` on, those without nulls. */
  compute(column: Column, rows: Int32Array, starts: Int32Array, fraction: number): Made;
}

export type Aggregate = Numeric | Selecting | Whole;

/** The number of a row; NaN for null, which callers ask for before. */
export function numbersOf(column: Column): ArrayLike<number> {
  const { values, type, name, nulls } = column;
  if (type === "i64" || type === "u64" || type === "timestamp") {
    return Float64Array.from(values as BigInt64Array, Number);
  }
  // A column of nothing but nulls takes any type.
  if ((type === "utf8" || type === "dictionary") && nulls < rowsIn(column)) {
    throw invalidArgument(
      `column '${name}' holds strings, which have no sum or mean; use count, nunique, min, max, first or last`,
    );
  }
  return values as ArrayLike<number>;
}

/** Calls with each row that is no null: without a look at nulls where there are none. */
function eachRow(ids: Int32Array, column: Column, visit: (id: number, row: number) => void): void {
  const hasNulls = column.nulls > 0;
  for (let row = 0; row < ids.length; row++) {
    if (hasNulls && isNull(column, row)) continue;
    visit(ids[row] as number, row);
  }
}

type Arrays = readonly Float64Array[];
const at = (state: Arrays, k: number): Float64Array => state[k] as Float64Array;

const sums: Numeric = {
  kind: "numeric",
  initial: [0, 0],
  add(state, ids, column) {
    const [sum, count] = state as [Float64Array, Float64Array];
    const numbers = numbersOf(column);
    if (column.nulls > 0) {
      eachRow(ids, column, (id, row) => {
        (sum[id] as number) += numbers[row] as number;
        (count[id] as number)++;
      });
      return;
    }
    addSums(sum, count, ids, numbers);
  },
  merge(state, to, given, from) {
    (at(state, 0)[to] as number) += at(given, 0)[from] as number;
    (at(state, 1)[to] as number) += at(given, 1)[from] as number;
  },
  finish: (state, group) =>
    at(state, 1)[group] === 0 ? undefined : (at(state, 0)[group] as number),
  type: "f64",
};

function addSums(
  sum: Float64Array,
  count: Float64Array,
  ids: Int32Array,
  numbers: ArrayLike<number>,
): void {
  // Each class of arrays has a loop of its own: one for all is several times slower.
  const loop =
    LOOPS.get((numbers as object).constructor) ?? loopFor((numbers as object).constructor);
  loop(sum, count, ids, numbers);
}

type Loop = (sum: Float64Array, count: Float64Array, ids: Int32Array, x: ArrayLike<number>) => void;
const LOOPS = new Map<unknown, Loop>();

function loopFor(of: unknown): Loop {
  const body =
    "for (let row = 0; row < ids.length; row++) { const id = ids[row]; sum[id] += x[row]; count[id]++; }";
  const loop = compile<Loop>("addSums", ["sum", "count", "ids", "x"], body);
  LOOPS.set(of, loop);
  return loop;
}

const counts: Numeric = {
  kind: "numeric",
  initial: [0],
  add(state, ids, column) {
    const count = at(state, 0);
    if (column.nulls > 0) eachRow(ids, column, (id) => void (count[id] as number)++);
    else for (let row = 0; row < ids.length; row++) (count[ids[row] as number] as number)++;
  },
  merge: (state, to, given, from) =>
    void ((at(state, 0)[to] as number) += at(given, 0)[from] as number),
  finish: (state, group) => at(state, 0)[group] as number,
  type: "f64",
};

/** Count, mean and sum of squared distances from it, combined as by Chan, Golub and LeVeque (1979). */
function spread(of: (squares: number, count: number) => number | undefined): Numeric {
  return {
    kind: "numeric",
    initial: [0, 0, 0],
    add(state, ids, column) {
      const [count, mean, squares] = state as [Float64Array, Float64Array, Float64Array];
      const numbers = numbersOf(column);
      eachRow(ids, column, (id, row) => {
        const x = numbers[row] as number;
        const n = (count[id] as number) + 1;
        const delta = x - (mean[id] as number);
        count[id] = n;
        (mean[id] as number) += delta / n;
        (squares[id] as number) += delta * (x - (mean[id] as number));
      });
    },
    merge(state, to, given, from) {
      const [a, b] = [at(state, 0)[to] as number, at(given, 0)[from] as number];
      if (b === 0) return;
      const delta = (at(given, 1)[from] as number) - (at(state, 1)[to] as number);
      (at(state, 1)[to] as number) += (delta * b) / (a + b);
      (at(state, 2)[to] as number) +=
        (at(given, 2)[from] as number) + (delta * delta * a * b) / (a + b);
      at(state, 0)[to] = a + b;
    },
    finish: (state, group) => of(at(state, 2)[group] as number, at(state, 0)[group] as number),
    type: "f64",
  };
}

type Six = readonly [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];

const correlation: Numeric = {
  kind: "numeric",
  initial: [0, 0, 0, 0, 0, 0],
  add(state, ids, column, other) {
    const [n, mx, my, xx, yy, xy] = state as unknown as Six;
    const [x, y] = [numbersOf(column), numbersOf(other)];
    eachRow(ids, column, (id, row) => {
      if (isNull(other, row)) return;
      const count = (n[id] as number) + 1;
      const dx = (x[row] as number) - (mx[id] as number);
      const dy = (y[row] as number) - (my[id] as number);
      n[id] = count;
      (mx[id] as number) += dx / count;
      (my[id] as number) += dy / count;
      const after = (y[row] as number) - (my[id] as number);
      (xx[id] as number) += dx * ((x[row] as number) - (mx[id] as number));
      (yy[id] as number) += dy * after;
      (xy[id] as number) += dx * after;
    });
  },
  merge(state, to, given, from) {
    const [a, b] = [at(state, 0)[to] as number, at(given, 0)[from] as number];
    if (b === 0) return;
    const share = (a * b) / (a + b);
    const dx = (at(given, 1)[from] as number) - (at(state, 1)[to] as number);
    const dy = (at(given, 2)[from] as number) - (at(state, 2)[to] as number);
    (at(state, 1)[to] as number) += (dx * b) / (a + b);
    (at(state, 2)[to] as number) += (dy * b) / (a + b);
    (at(state, 3)[to] as number) += (at(given, 3)[from] as number) + dx * dx * share;
    (at(state, 4)[to] as number) += (at(given, 4)[from] as number) + dy * dy * share;
    (at(state, 5)[to] as number) += (at(given, 5)[from] as number) + dx * dy * share;
    at(state, 0)[to] = a + b;
  },
  finish(state, group) {
    if ((at(state, 0)[group] as number) < 2) return undefined;
    return (
      (at(state, 5)[group] as number) /
      Math.sqrt((at(state, 3)[group] as number) * (at(state, 4)[group] as number))
    );
  },
  type: "f64",
};

/** Whether some, or all, values are true: numbers other than 0 are. */
const truth = (isAll: boolean): Numeric => ({
  kind: "numeric",
  initial: [isAll ? 1 : 0],
  add(state, ids, column) {
    const found = at(state, 0);
    const numbers = numbersOf(column);
    eachRow(ids, column, (id, row) => {
      if ((numbers[row] !== 0) !== isAll) found[id] = isAll ? 0 : 1;
    });
  },
  merge(state, to, given, from) {
    if ((at(given, 0)[from] !== 0) !== isAll) at(state, 0)[to] = isAll ? 0 : 1;
  },
  finish: (state, group) => at(state, 0)[group] as number,
  type: "bool",
});

/** The first or last row that is no null. */
const placed = (isLast: boolean): Selecting => ({
  kind: "selecting",
  select(ids, count, column) {
    const rows = new Int32Array(count).fill(-1);
    eachRow(ids, column, (id, row) => {
      if (isLast || (rows[id] as number) < 0) rows[id] = row;
    });
    return rows;
  },
});

/** The row with the least or greatest value; NaN is greater than all numbers. */
const extreme = (sign: 1 | -1): Selecting => ({
  kind: "selecting",
  select(ids, count, column) {
    const rows = new Int32Array(count).fill(-1);
    const compare = comparatorOf(column);
    eachRow(ids, column, (id, row) => {
      const best = rows[id] as number;
      if (best < 0 || compare(row, best) * sign > 0) rows[id] = row;
    });
    return rows;
  },
});

const quantiles: Whole = {
  kind: "whole",
  compute(column, rows, starts, fraction) {
    const numbers = numbersOf(column);
    const values = new Float64Array(rows.length);
    for (let k = 0; k < rows.length; k++) values[k] = numbers[rows[k] as number] as number;
    return numericColumn(starts.length - 1, (group) => {
      const own = values.subarray(starts[group] as number, starts[group + 1] as number);
      return quantileOf(own, fraction);
    });
  },
};

const distinct: Whole = {
  kind: "whole",
  compute(column, rows, starts) {
    const { codes, size } = codesOf([column], [rowsIn(column)]);
    const [own] = codes as [Int32Array];
    const seen = new Int32Array(size).fill(-1);
    return numericColumn(starts.length - 1, (group) => {
      let count = 0;
      for (let k = starts[group] as number; k < (starts[group + 1] as number); k++) {
        const code = own[rows[k] as number] as number;
        if (seen[code] !== group) count++;
        seen[code] = group;
      }
      return count;
    });
  },
};

const rowsIn = ({ offsets, values }: Column): number =>
  offsets ? offsets.length - 1 : values.length;

/** A column of f64, or of bool; undefined becomes null. */
export function numericColumn(
  groups: number,
  finish: (group: number) => number | undefined,
  type: ColumnType = "f64",
): Made {
  const values = type === "bool" ? new Uint8Array(groups) : new Float64Array(groups);
  const validity = new Uint8Array(bitmapBytes(groups)).fill(0xff);
  let nulls = 0;
  for (let group = 0; group < groups; group++) {
    const value = finish(group);
    if (value === undefined) {
      setNull(validity, group);
      nulls++;
    } else values[group] = value;
  }
  return { type, values, nulls, ...(nulls > 0 && { validity }) };
}

const deviation = (squares: number, count: number): number | undefined =>
  count < 2 ? undefined : squares / (count - 1);

export const AGGREGATES: Readonly<Record<Verb, Aggregate>> = {
  all: truth(true),
  any: truth(false),
  corr: correlation,
  count: counts,
  first: placed(false),
  last: placed(true),
  max: extreme(1),
  mean: {
    ...sums,
    finish: (state, group) => {
      const count = at(state, 1)[group] as number;
      return count === 0 ? undefined : (at(state, 0)[group] as number) / count;
    },
  },
  median: quantiles,
  min: extreme(-1),
  nunique: distinct,
  quantile: quantiles,
  std: spread((squares, count) => {
    const variance = deviation(squares, count);
    return variance === undefined ? undefined : Math.sqrt(variance);
  }),
  sum: sums,
  var: spread(deviation),
};
