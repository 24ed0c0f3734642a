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

/** What the loop does with a row for an aggregate, in words of JavaScript; `s` are its states. */
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
  row: ([s], x) => `${s} += ${x};`,
  columns: "sum",
};
const spread: Taking = {
  initial: [0, 0],
  row: ([mean, squares], x, _, n) =>
    `{ const v = ${x}, d = v - ${mean}, m = ${mean} + d / ${n}; ${mean} = m; ${squares} += d * (v - m); }`,
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
        `{ const a = ${x}, b = ${y}, dx = a - ${mx}, dy = b - ${my};`,
        `const u = ${mx} + dx / ${n}, w = ${my} + dy / ${n};`,
        `${mx} = u; ${my} = w;`,
        `${xx} += dx * (a - u); ${yy} += dy * (b - w); ${xy} += dx * (b - w); }`,
      ].join(" "),
    columns: "spread",
  },
  // NaN is greater than all numbers. It begins the search for the least and ends that for the greatest.
  max: {
    initial: [Number.NEGATIVE_INFINITY],
    row: ([m], x) => `{ const v = ${x}; if (v > ${m} || v !== v) ${m} = v; }`,
    columns: "typed",
  },
  min: {
    initial: [Number.NaN],
    row: ([m], x) => `{ const v = ${x}, w = ${m}; if (v < w || w !== w) ${m} = v; }`,
    columns: "typed",
  },
};

/** An aggregate, and where its numbers are among those of a group. */
interface Running {
  readonly aggregation: Aggregation;
  readonly taking: Taking;
  readonly columns: readonly (readonly [Column, Column])[];
  /** Of its states the first; they follow each other. */
  readonly at: number;
  /** Of the count of its own that it has where there are nulls; else that of all rows. */
  readonly count: number;
  /** Of the values: a column of nothing but nulls takes any. */
  readonly type: ColumnType;
}

/** How many rows a group has. */
const ROWS = 0;

/** What all groups come to: the numbers of one lie side by side, so that a row meets one place in memory. */
interface Totals {
  readonly numbers: Float64Array;
  readonly width: number;
  /** Groups in the order in which they came, and the row at which each did, in its partition. */
  readonly groups: Int32Array;
  readonly firsts: Int32Array;
}

type Loop = (
  rows: number,
  found: number,
  numbers: Float64Array,
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
      const parameters = ["rows", "found", "s", "groups", "firsts", ...this.#names];
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
  const states = taking.initial.map((_, k) => numberText(running.at + k));
  const value = (column: Column): string =>
    taking.columns === "count" ? "" : `${loop.name(column.values)}[row]`;
  if (count === ROWS) return taking.row(states, value(x), value(y), "c");
  const own = numberText(count);
  const there = columns.flatMap((column) => loop.isThere(column) ?? []);
  const counted = `${own}++; ${taking.row(states, value(x), value(y), own)}`;
  return there.length > 0 ? `if (${there.join(" && ")}) { ${counted} }` : counted;
}

/** A number of the group that a row belongs to. */
const numberText = (at: number): string => (at === 0 ? "s[g]" : `s[g + ${at}]`);

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
  let width = ROWS + 1;
  const running = aggregations.map((aggregation): Running => {
    const taking = TAKING[aggregation.verb] as Taking;
    const xs = columnsOf(aggregation.column);
    const ys = aggregation.other === undefined ? xs : columnsOf(aggregation.other);
    const hasNulls = [...xs, ...ys].some(({ nulls }) => nulls > 0);
    const at = width;
    width += taking.initial.length;
    const count = hasNulls ? width++ : ROWS;
    const columns = xs.map((x, k) => [x, ys[k] as Column] as const);
    const telling = xs.find(({ nulls }, k) => nulls < (filled[k] as Partition).rows);
    const { type } = telling ?? (xs[0] as Column);
    return { aggregation, taking, columns, at, count, type };
  });
  const totals = totalsFor(numbers, width, running);
  let found = 0;
  const fresh = filled.map((partition, at) => {
    const before = found;
    found = takeIn(partition, at, keys, running, found, totals);
    const columns = keys.map(({ columns: own }) => own[at] as Column);
    return takeRows({ rows: partition.rows, columns }, totals.firsts.subarray(before, found));
  });
  return {
    count: found,
    keys: concat(fresh.map(wholeOf)).columns,
    states: running.map((own) => stateColumns(own, totals, found)),
  };
}

function totalsFor(groups: number, width: number, running: readonly Running[]): Totals {
  const numbers = new Float64Array(groups * width);
  for (const { taking, at } of running) {
    taking.initial.forEach((value, k) => {
      if (value === 0) return;
      for (let place = at + k; place < numbers.length; place += width) numbers[place] = value;
    });
  }
  return { numbers, width, groups: new Int32Array(groups), firsts: new Int32Array(groups) };
}

function takeIn(
  { rows }: Partition,
  at: number,
  keys: readonly Key[],
  running: readonly Running[],
  found: number,
  { numbers, width, groups, firsts }: Totals,
): number {
  const loop = new LoopBuilder();
  const [first, ...others] = keys.map((key) => codeText(loop, key, at));
  const number = others.reduce(
    (sofar, code, k) => `(${sofar}) * ${keys[k + 1]?.size} + (${code})`,
    first as string,
  );
  const body = [
    "for (let row = 0; row < rows; row++) {",
    `const g = (${number}) * ${width};`,
    "const c = s[g] + 1;",
    "s[g] = c;",
    "if (c === 1) { groups[found] = g; firsts[found++] = row; }",
    ...running.map((own) => takingText(loop, own, at)),
    "}",
    "return found;",
  ];
  return loop.run(body, [rows, found, numbers, groups, firsts]);
}

/** The columns of a state as `AGGREGATES` puts them together. */
function stateColumns(
  { taking, at, count, type }: Running,
  { numbers, groups }: Totals,
  found: number,
): Omit<Column, "name">[] {
  const floats = (place: number): Omit<Column, "name"> => {
    const values = new Float64Array(found);
    for (let k = 0; k < found; k++) values[k] = numbers[(groups[k] as number) + place] as number;
    return { type: "f64", values, nulls: 0 };
  };
  const states = (): Omit<Column, "name">[] => taking.initial.map((_, k) => floats(at + k));
  switch (taking.columns) {
    case "count":
      return [floats(count)];
    case "sum":
      return [...states(), floats(count)];
    case "spread":
      return [floats(count), ...states()];
    case "typed":
      return [typedColumn(type, floats(at).values as Float64Array, floats(count).values)];
  }
}

function typedColumn(
  type: ColumnType,
  state: Float64Array,
  counts: Column["values"],
): Omit<Column, "name"> {
  const Class = arrayClass(type);
  const { length } = state;
  const memory = new ArrayBuffer(length * Class.BYTES_PER_ELEMENT);
  const values = new Class(memory, 0, length) as Float64Array;
  const validity = new Uint8Array(bitmapBytes(length)).fill(0xff);
  let nulls = 0;
  for (let k = 0; k < length; k++) {
    if (counts[k] === 0) {
      setNull(validity, k);
      nulls++;
    } else values[k] = state[k] as number;
  }
  return { type, values, nulls, ...(nulls > 0 && { validity }) };
}
