/**
 * Groups by keys that are small integers: codes of dictionaries, integers of a small range, booleans. The number of a
 * group is made of them by multiplication, and all aggregates take a row in at once, in a loop that is compiled for the
 * arrays it meets. A task takes several partitions in, so that groups are fewer than rows also where they are many.
 */

import { compile } from "../../util/compile.ts";
import { ByteDictionary } from "../columns/byte-dictionary.ts";
import {
  arrayClass,
  bitmapBytes,
  type Column,
  type Partition,
  setNull,
} from "../columns/column.ts";
import { concat, wholeOf } from "../columns/concat.ts";
import { type ColumnType, isText } from "../columns/field.ts";
import { takeRows } from "../columns/rows.ts";
import { directRange } from "../keys/codes.ts";
import { columnNamed } from "../keys/columns.ts";
import type { Aggregation } from "./aggregates.ts";

/** Groups that are met have numbers below; where keys allow for more, others do it. */
export const MOST_NUMBERS: number = 1 << 20;

/** Groups in the order in which they come: a row of keys each, and the states of the aggregates. */
export interface DenseGroups {
  readonly count: number;
  readonly keys: readonly Column[];
  /** Columns of each aggregation, without names. */
  readonly states: readonly (readonly Omit<Column, "name">[])[];
}

// --- Which ones there are ---------------------------------------------------------------------------

const isWide = (type: ColumnType): boolean =>
  type === "i64" || type === "u64" || type === "timestamp";

/** Whether the loop can take rows into an aggregate of columns of these types. */
export function canTakeIn(verb: Aggregation["verb"], types: readonly ColumnType[]): boolean {
  if (verb === "count") return true;
  return verb in TAKING && types.every((type) => !isText(type) && !isWide(type));
}

/** Whether keys of a type may be small integers. */
export const mayBeSmall = (type: ColumnType): boolean =>
  type === "dictionary" || type === "bool" || (!isWide(type) && type !== "f32" && type !== "f64");

// --- Keys ------------------------------------------------------------------------------------------

/** A key of all partitions. */
interface Key {
  readonly columns: readonly Column[];
  /** Numbers are below, that of null among them. */
  readonly size: number;
  /** The number of null. */
  readonly none: number;
  /** What is taken from integers. */
  readonly low: number;
  /** For each partition what its codes are here; absent where they are so already. */
  readonly tables?: readonly Int32Array[];
}

function keyOf(columns: readonly Column[]): Key | undefined {
  const [{ type }] = columns as readonly [Column, ...Column[]];
  if (columns.some((column) => column.type !== type)) return undefined;
  const nulls = columns.some((column) => column.nulls > 0) ? 1 : 0;
  const made = (size: number, more: Partial<Key> = {}): Key => ({
    columns,
    size: size + nulls,
    none: size,
    low: 0,
    ...more,
  });
  if (type === "bool") return made(2);
  if (type !== "dictionary") {
    const range = directRange(columns);
    return range && made(range[1] - range[0] + 1, { low: range[0] });
  }
  const dictionaries = columns.flatMap(({ dictionary }) => dictionary ?? []);
  const [first] = dictionaries;
  if (!first || dictionaries.length < columns.length) return undefined;
  if (dictionaries.every(({ id }) => id === first.id)) return made(first.size);
  const all = new ByteDictionary();
  const known = new Map<number, Int32Array>();
  const tables = dictionaries.map(({ id, size, bytes, offsets }) => {
    let table = known.get(id);
    if (!table) {
      table = new Int32Array(Math.max(1, size));
      for (let code = 0; code < size; code++) {
        table[code] = all.add(bytes, offsets[code] as number, offsets[code + 1] as number);
      }
      known.set(id, table);
    }
    return table;
  });
  return made(all.size, { tables });
}

// --- The loop -------------------------------------------------------------------------------------------

/** What the loop does with a row for an aggregate, in words of JavaScript; `s0`, `s1`, … are its states. */
interface Taking {
  /** What states begin with. */
  readonly initial: readonly number[];
  /** `n` is how many rows the group has with this one, of those that are no nulls. */
  row(s: readonly string[], x: string, y: string, n: string): string;
  /** The columns of its state, where they are others than the counts and the states. */
  readonly columns: "count" | "sum" | "spread" | "typed";
}

const sum: Taking = {
  initial: [0],
  row: ([s], x) => `${s}[g] += ${x};`,
  columns: "sum",
};
const spread: Taking = {
  initial: [0, 0],
  row: ([mean, squares], x, _, n) =>
    `{ const v = ${x}, d = v - ${mean}[g], m = ${mean}[g] + d / ${n}; ${mean}[g] = m; ${squares}[g] += d * (v - m); }`,
  columns: "spread",
};

/** As `AGGREGATES` has them, which put the states together. */
const TAKING: Readonly<Partial<Record<Aggregation["verb"], Taking>>> = {
  count: { initial: [], row: () => "", columns: "count" },
  sum,
  mean: sum,
  std: spread,
  var: spread,
  corr: {
    initial: [0, 0, 0, 0, 0],
    row: ([mx, my, xx, yy, xy], x, y, n) =>
      [
        `{ const a = ${x}, b = ${y}, dx = a - ${mx}[g], dy = b - ${my}[g];`,
        `const u = ${mx}[g] + dx / ${n}, w = ${my}[g] + dy / ${n};`,
        `${mx}[g] = u; ${my}[g] = w;`,
        `${xx}[g] += dx * (a - u); ${yy}[g] += dy * (b - w); ${xy}[g] += dx * (b - w); }`,
      ].join(" "),
    columns: "spread",
  },
  // NaN is greater than all numbers. It begins the search for the least and ends that for the greatest.
  max: {
    initial: [Number.NEGATIVE_INFINITY],
    row: ([m], x) => `{ const v = ${x}; if (v > ${m}[g] || v !== v) ${m}[g] = v; }`,
    columns: "typed",
  },
  min: {
    initial: [Number.NaN],
    row: ([m], x) => `{ const v = ${x}, w = ${m}[g]; if (v < w || w !== w) ${m}[g] = v; }`,
    columns: "typed",
  },
};

/** An aggregate with its states; a count of its own where there are nulls. */
interface Running {
  readonly aggregation: Aggregation;
  readonly taking: Taking;
  readonly columns: readonly (readonly [Column, Column])[];
  readonly states: readonly Float64Array[];
  readonly count: Int32Array | undefined;
  /** Of the values: a column of nothing but nulls takes any. */
  readonly type: ColumnType;
}

type Loop = (
  rows: number,
  found: number,
  n: Int32Array,
  groups: Int32Array,
  firsts: Int32Array,
  ...rest: unknown[]
) => number;

/** Loops by their source and the classes of arrays that they meet. */
const LOOPS = new Map<string, Loop>();

/** The words of a loop, and what they name. */
class LoopBuilder {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];
  readonly #classes: string[] = [];

  /** A name for a value in the loop. */
  name(value: unknown): string {
    const name = `a${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(value);
    this.#classes.push((value as object).constructor.name);
    return name;
  }

  /** Whether a row of a column is no null, in words; nothing where none is. */
  isThere({ nulls, validity }: Column): string | undefined {
    if (nulls === 0 || !validity) return undefined;
    return `((${this.name(validity)}[row >> 3] >> (row & 7)) & 1) === 1`;
  }

  run(body: readonly string[], given: Parameters<Loop>): number {
    const text = body.join("\n");
    const key = `${this.#classes.join()}\n${text}`;
    let loop = LOOPS.get(key);
    if (!loop) {
      const parameters = ["rows", "found", "n", "groups", "firsts", ...this.#names];
      LOOPS.set(key, (loop = compile<Loop>("groupRows", parameters, text)));
    }
    return loop(...given, ...this.#values);
  }
}

function codeText(loop: LoopBuilder, key: Key, at: number): string {
  const column = key.columns[at] as Column;
  const value = `${loop.name(column.values)}[row]`;
  const table = key.tables?.[at];
  const code = table
    ? `${loop.name(table)}[${value}]`
    : key.low === 0
      ? value
      : `${value} - ${key.low}`;
  const there = loop.isThere(column);
  return there ? `(${there} ? ${code} : ${key.none})` : code;
}

function takingText(loop: LoopBuilder, running: Running, at: number): string {
  const { taking, aggregation, count } = running;
  const [x, y] = running.columns[at] as readonly [Column, Column];
  const columns = aggregation.other === undefined ? [x] : [x, y];
  const states = running.states.map((state) => loop.name(state));
  const value = (column: Column): string =>
    taking.columns === "count" ? "" : `${loop.name(column.values)}[row]`;
  const own = count && loop.name(count);
  const row = taking.row(states, value(x), value(y), own ? `${own}[g]` : "c");
  if (!own) return row;
  const there = columns.flatMap((column) => loop.isThere(column) ?? []);
  const counted = `${own}[g]++; ${row}`;
  return there.length > 0 ? `if (${there.join(" && ")}) { ${counted} }` : counted;
}

/**
 * The groups of some partitions and what the aggregates come to in them; undefined where the keys are no small integers,
 * or not so few.
 */
export function denseGroups(
  partitions: readonly Partition[],
  names: readonly string[],
  aggregations: readonly Aggregation[],
): DenseGroups | undefined {
  const filled = partitions.filter(({ rows }) => rows > 0);
  if (filled.length === 0) return undefined;
  const columnsOf = (name: string): Column[] => filled.map((part) => columnNamed(part, name));
  const keys: Key[] = [];
  let numbers = 1;
  for (const name of names) {
    const key = keyOf(columnsOf(name));
    numbers *= key?.size ?? Number.POSITIVE_INFINITY;
    if (!key || numbers > MOST_NUMBERS) return undefined;
    keys.push(key);
  }
  const running = aggregations.map((aggregation): Running => {
    const taking = TAKING[aggregation.verb] as Taking;
    const xs = columnsOf(aggregation.column);
    const ys = aggregation.other === undefined ? xs : columnsOf(aggregation.other);
    const hasNulls = [...xs, ...ys].some(({ nulls }) => nulls > 0);
    return {
      aggregation,
      taking,
      columns: xs.map((x, at) => [x, ys[at] as Column] as const),
      states: taking.initial.map((value) => new Float64Array(numbers).fill(value)),
      count: hasNulls ? new Int32Array(numbers) : undefined,
      type: (
        xs.find(({ nulls }, at) => nulls < (filled[at] as Partition).rows) ?? (xs[0] as Column)
      ).type,
    };
  });
  const n = new Int32Array(numbers);
  const groups = new Int32Array(numbers);
  const firsts = new Int32Array(numbers);
  let found = 0;
  const fresh = filled.map((partition, at) => {
    const before = found;
    found = takeIn(partition, at, keys, running, found, n, groups, firsts);
    const columns = keys.map(({ columns: own }) => own[at] as Column);
    return takeRows({ rows: partition.rows, columns }, firsts.subarray(before, found));
  });
  return {
    count: found,
    keys: concat(fresh.map(wholeOf)).columns,
    states: running.map((own) => stateColumns(own, groups.subarray(0, found), n)),
  };
}

function takeIn(
  { rows }: Partition,
  at: number,
  keys: readonly Key[],
  running: readonly Running[],
  found: number,
  n: Int32Array,
  groups: Int32Array,
  firsts: Int32Array,
): number {
  const loop = new LoopBuilder();
  const [first, ...others] = keys.map((key) => codeText(loop, key, at));
  const number = others.reduce(
    (sofar, code, k) => `(${sofar}) * ${keys[k + 1]?.size} + (${code})`,
    first as string,
  );
  const body = [
    "for (let row = 0; row < rows; row++) {",
    `const g = ${number};`,
    "const c = n[g] + 1;",
    "n[g] = c;",
    "if (c === 1) { groups[found] = g; firsts[found++] = row; }",
    ...running.map((own) => takingText(loop, own, at)),
    "}",
    "return found;",
  ];
  return loop.run(body, [rows, found, n, groups, firsts]);
}

/** The columns of a state as `AGGREGATES` puts them together. */
function stateColumns(
  { taking, states, type, count }: Running,
  groups: Int32Array,
  n: Int32Array,
): Omit<Column, "name">[] {
  const counted = count ?? n;
  const floats = (from: Int32Array | Float64Array): Omit<Column, "name"> => {
    const values = new Float64Array(groups.length);
    for (let k = 0; k < groups.length; k++) values[k] = from[groups[k] as number] as number;
    return { type: "f64", values, nulls: 0 };
  };
  switch (taking.columns) {
    case "count":
      return [floats(counted)];
    case "sum":
      return [...states.map(floats), floats(counted)];
    case "spread":
      return [floats(counted), ...states.map(floats)];
    case "typed":
      return [typedColumn(type, states[0] as Float64Array, groups, counted)];
  }
}

function typedColumn(
  type: ColumnType,
  state: Float64Array,
  groups: Int32Array,
  counted: Int32Array,
): Omit<Column, "name"> {
  const Class = arrayClass(type);
  const values = new Class(
    new ArrayBuffer(groups.length * Class.BYTES_PER_ELEMENT),
    0,
    groups.length,
  ) as Float64Array;
  const validity = new Uint8Array(bitmapBytes(groups.length)).fill(0xff);
  let nulls = 0;
  for (let k = 0; k < groups.length; k++) {
    const group = groups[k] as number;
    if (counted[group] === 0) {
      setNull(validity, k);
      nulls++;
    } else values[k] = state[group] as number;
  }
  return { type, values, nulls, ...(nulls > 0 && { validity }) };
}
