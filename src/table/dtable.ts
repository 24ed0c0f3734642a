/**
 * A distributed table: partitions of rows on workers, or a plan to make them. Verbs give a new table at once; tasks
 * are submitted when rows are asked for, and once.
 */

import type { Table as ArrowTable } from "apache-arrow";
import type { DataFrame } from "nodejs-polars";
import { choice } from "../array/drawing.ts";
import type { FilePath } from "../array/files/paths.ts";
import { randomSeed } from "../array/random/uniform.ts";
import { printAsString } from "../platform/inspect.ts";
import { type CollectionView, placeOfChunk, showCollection } from "../task/collections.ts";
import { waitAll } from "../task/wait.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames as checkOptions } from "../wire/option-names.ts";
import { checkFunction, checkNames, checkRenames, checkRows } from "./checks.ts";
import {
  collectArrow,
  collectRows,
  fetchPartition,
  type PinnedTable,
  type WaitOptions,
} from "./collect.ts";
import type { Schema } from "./columns/field.ts";
import type { Row, Value } from "./columns/values.ts";
import { type Description, describeColumns } from "./describe.ts";
import { type Expr, isExpr } from "./expressions/expr.ts";
import { partFacts, schemaOfParts } from "./facts.ts";
import { type ArrowWriteOptions, writeArrow } from "./files/arrow/write.ts";
import { type CSVWriteOptions, writeCSV } from "./files/csv/write.ts";
import { writeJSON } from "./files/json/write.ts";
import { type ParquetWriteOptions, writeParquet } from "./files/parquet/write.ts";
import type { WriteOptions } from "./files/writing/write.ts";
import { Grouped } from "./groupby/grouped.ts";
import { join } from "./join/join.ts";
import type { JoinKind } from "./join/match.ts";
import { type Joined, type JoinOptions, joinSpec } from "./join/options.ts";
import {
  isStored,
  type Plan,
  type PlannedStep,
  planText,
  runLater,
  runStored,
  withPart,
} from "./plan.ts";
import { toFrame } from "./polars.ts";
import { type InitOptions, mapReduceRows, reduceColumns } from "./reducing/reduce.ts";
import { type MeltOptions, melt, meltSpec } from "./reshape/melt.ts";
import { type PivotOptions, pivot, pivotRequest } from "./reshape/pivot.ts";
import type { RowFunction } from "./rows/loop.ts";
import { not, picksOf, type Selected, type Selection, type Selector } from "./rows/selectors.ts";
import type { Step } from "./rows/steps.ts";
import type { PartFacts } from "./rows/tasks.ts";
import { concatTables } from "./slicing/concat.ts";
import { type Range, repartition, rowsAt, rowsBetween, split } from "./slicing/slicing.ts";
import { type SortOptions, sortKeys } from "./sort/options.ts";
import { sort } from "./sort/sort.ts";
import { topk } from "./sort/topk.ts";
import type { Stored } from "./stored.ts";
import { storedText } from "./text.ts";
import { unique } from "./unique/unique.ts";
import {
  type WindowFunction,
  type WindowOptions,
  type WindowRow,
  windowRequest,
} from "./window/options.ts";
import { window } from "./window/window.ts";

/** A partition of a table. */
export interface TableChunk<R extends Row = Row> {
  /** Its rows as a table of Arrow of your own. */
  fetch(): Promise<ArrowTable>;
  toRows(): Promise<R[]>;
}

/** How a table is cut anew. */
export interface RepartitionOptions {
  /** Whether rows of different partitions may come together; true unless given. */
  readonly interpartitionMerges?: boolean;
}

export interface SampleOptions {
  readonly seed?: number;
}

/** What a function of a row, or an expression, makes. */
type MadeBy<F> = F extends (row: never) => infer V ? V : F extends Expr<infer V> ? V : never;

export class DTable<R extends Row = Row> {
  readonly #plan: Plan;
  #stored: Stored | Promise<Stored> | undefined;
  #facts: Promise<readonly PartFacts[]> | undefined;
  #lengths: readonly number[] | undefined;

  /** @internal */
  constructor(plan: Plan) {
    this.#plan = plan;
  }

  // --- Its partitions -----------------------------------------------------------------------------

  #keep(stored: Stored): Stored {
    this.#stored = stored;
    showCollection(this, (table) => table.view());
    return stored;
  }

  /** Where its partitions are. @internal */
  view(): CollectionView | undefined {
    const stored = this.#stored;
    if (!stored || stored instanceof Promise) return undefined;
    const { parts } = stored;
    const text = `DTable with ${parts.length} ${parts.length === 1 ? "partition" : "partitions"}`;
    return { text, grid: [parts.length], chunks: parts.map(placeOfChunk) };
  }

  /** Submits the tasks that make the partitions, once. @internal */
  stored(): Stored | Promise<Stored> {
    if (this.#stored) return this.#stored;
    const { base, steps } = this.#plan;
    if (isStored(base)) return this.#keep(runStored(base, steps));
    const made = runLater(base, steps);
    this.#stored = made;
    made.then(
      (stored) => void this.#keep(stored),
      () => {
        this.#stored = undefined; // the files may be there the next time
      },
    );
    return made;
  }

  /** The table that a verb makes of this whole one. @internal */
  derived(text: string, run: (stored: Stored) => Promise<Stored>): DTable {
    const plan = `${this.explain()}\n${text}`;
    return new DTable({
      base: { text: plan, run: async () => await run(withPart(await this.stored())) },
      steps: [],
    });
  }

  async #partFacts(): Promise<readonly PartFacts[]> {
    const stored = await this.stored();
    this.#facts ??= partFacts(withPart(stored));
    const facts = await this.#facts;
    this.#lengths = stored.parts.map((_, at) => facts[at]?.rows ?? 0);
    return facts;
  }

  /** The partitions and how many rows each has, where that was waited for. @internal */
  known(): { readonly stored: Stored; readonly lengths: readonly number[] } {
    const stored = this.#stored;
    const lengths = this.#lengths;
    if (stored && lengths && !(stored instanceof Promise)) return { stored, lengths };
    throw invalidArgument(
      "how many rows the partitions of a table have is not known yet; await table.wait() before folding it",
    );
  }

  /**
   * The partitions. Of a table that is read from files they are known when it was read: after `await table.wait()`.
   */
  get chunks(): readonly TableChunk<R>[] {
    const stored = this.stored();
    if (stored instanceof Promise) {
      throw invalidArgument(
        "the partitions of a table that is read from files are not known yet; await table.wait() first",
      );
    }
    const { parts, dictionaries } = stored;
    return parts.map((part, at) => ({
      fetch: async () => await fetchPartition(stored, at),
      toRows: async () => (await collectRows({ parts: [part], dictionaries })) as R[],
    }));
  }

  /** Waits until all partitions are made. @throws TaskFailedError where one fails */
  async wait(): Promise<void> {
    await this.#partFacts();
    // What depends on a partition may be known before it is itself.
    const { parts } = await this.stored();
    await waitAll(parts.filter((part) => "wait" in part));
  }

  /** Names and types of the columns. */
  async schema(): Promise<Schema> {
    return schemaOfParts(await this.#partFacts());
  }

  async names(): Promise<string[]> {
    return (await this.schema()).map(({ name }) => name);
  }

  async nrow(): Promise<number> {
    return (await this.#partFacts()).reduce((sum, { rows }) => sum + rows, 0);
  }

  // --- All of its rows ----------------------------------------------------------------------------

  /** All rows as a table of Arrow of your own; `{ copy: false }`: of the memory of the partitions, as far as they are here. */
  collect(options: WaitOptions & { readonly copy: false }): Promise<PinnedTable>;
  collect(options?: WaitOptions & { readonly copy?: boolean }): Promise<ArrowTable>;
  async collect(options: WaitOptions & { readonly copy?: boolean } = {}): Promise<ArrowTable> {
    checkOptions(options, ["signal", "copy"], "collect");
    options.signal?.throwIfAborted();
    return await collectArrow(await this.stored(), await this.schema(), options);
  }

  /** All rows as objects. */
  async toRows(options: WaitOptions = {}): Promise<R[]> {
    checkOptions(options, ["signal"], "toRows");
    options.signal?.throwIfAborted();
    return (await collectRows(await this.stored(), options)) as R[];
  }

  /** Rows as objects, a partition at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    const { parts, dictionaries } = await this.stored();
    for (const part of parts) {
      yield* (await collectRows({ parts: [part], dictionaries })) as R[];
    }
  }

  /** All rows as a frame of polars, which must be installed: `npm install nodejs-polars`. */
  async toPolars(options: WaitOptions = {}): Promise<DataFrame> {
    checkOptions(options, ["signal"], "toPolars");
    options.signal?.throwIfAborted();
    const table = await collectArrow(await this.stored(), await this.schema(), options, "utf8");
    return await toFrame(table);
  }

  // --- Row by row ---------------------------------------------------------------------------------

  #with(step: Step, functions: readonly unknown[] = []): DTable {
    const planned: PlannedStep = { step, functions: functions as RowFunction[] };
    const stored = this.#stored;
    if (stored instanceof Promise) {
      // It is being made, which need not be done twice.
      return new DTable({
        base: { text: this.explain(), run: async () => await this.stored() },
        steps: [planned],
      });
    }
    if (stored) return new DTable({ base: stored, steps: [planned] });
    return new DTable({ ...this.#plan, steps: [...this.#plan.steps, planned] });
  }

  /** The rows that the function gives. Columns keep their type where all values stay what they are. */
  map<S extends Row>(f: (row: R) => S): DTable<S> {
    checkFunction("map", f);
    return this.#with({ kind: "map" }, [f]) as unknown as DTable<S>;
  }

  /** The rows for which a function, or an expression, gives something true. Partitions may become empty. */
  filter(condition: ((row: R) => unknown) | Expr<boolean | null>): DTable<R> {
    const given: unknown = condition;
    if (isExpr(given)) {
      return this.#with({ kind: "filter", node: given.node }) as unknown as DTable<R>;
    }
    checkFunction("filter", given);
    return this.#with({ kind: "filter" }, [given]) as unknown as DTable<R>;
  }

  /**
   * With new columns, or others in the place of those of the same name, of functions of a row or of expressions. Later
   * ones see earlier ones.
   */
  mutate<M extends Readonly<Record<string, ((row: R) => Row[string]) | Expr>>>(
    columns: M,
  ): DTable<Omit<R, keyof M> & { readonly [K in keyof M]: MadeBy<M[K]> }> {
    const functions: unknown[] = [];
    const made = Object.entries(columns).map(([name, given]) => {
      if (isExpr(given)) return { name, node: given.node };
      checkFunction(`mutate: column '${name}'`, given);
      functions.push(given);
      return { name };
    });
    return this.#with({ kind: "mutate", columns: made }, functions) as never;
  }

  /**
   * These columns, each once, in this order: names, patterns (`/^v/`), `between("a", "d")`, `not("a")`, `all()`, and
   * expressions.
   */
  select<K extends keyof R & string>(...names: readonly K[]): DTable<Pick<R, K>>;
  select<const S extends readonly (Selector | (keyof R & string))[]>(
    ...selectors: S
  ): DTable<Selected<R, S>>;
  select(...selectors: readonly unknown[]): unknown {
    return this.#with({ kind: "select", picks: picksOf("select", selectors) });
  }

  /** Without these columns: names, patterns, `between("a", "d")`. */
  drop<K extends keyof R & string>(
    ...selectors: readonly (K | RegExp | Selection)[]
  ): DTable<Omit<R, K>> {
    return this.select(not(...selectors)) as never;
  }

  /** With other names: `{ old: "new" }`. */
  rename<const M extends { readonly [K in keyof R]?: string }>(
    names: M,
  ): DTable<{
    readonly [K in keyof R as K extends keyof M ? (M[K] extends string ? M[K] : K) : K]: R[K];
  }> {
    return this.#with({ kind: "rename", names: checkRenames(names) }) as never;
  }

  // --- Other rows ---------------------------------------------------------------------------------

  /** The first of the rows that agree in these columns, or in all; in no order that is told. Nulls are equal, NaNs too. */
  unique(...names: readonly (keyof R & string)[]): DTable<R> {
    const own = names.length > 0 ? checkNames("unique", names) : [];
    const text = `unique ${own.join(", ")}`.trimEnd();
    return this.derived(text, (stored) => unique(stored, own)) as unknown as DTable<R>;
  }

  /** The rows with the greatest values of one column or of several, in that order; `{ descending: false }`: the least. */
  topk(
    rows: number,
    names: (keyof R & string) | readonly (keyof R & string)[],
    options: SortOptions = {},
  ): DTable<R> {
    checkRows("topk", rows);
    const keys = sortKeys(typeof names === "string" ? [names] : names, {
      descending: true,
      ...options,
    });
    const text = `topk ${rows} by ${keys.map(({ name }) => name).join(", ")}`;
    return this.derived(text, (stored) => topk(stored, rows, keys)) as unknown as DTable<R>;
  }

  /**
   * With columns that are made of the rows of a group in an order: `window({ partitionBy: "city", orderBy: "day" },
   * { week: ["sales", "rollingMean", 7], place: "rowNumber" })`. Rows come group by group, in that order. Frames are of
   * rows: those of `rolling…` are the last so many, those of `cum…` all up to this one, others the group. Without
   * `partitionBy` one task has all rows.
   */
  window<const W extends Readonly<Record<string, WindowFunction<R>>>>(
    options: WindowOptions<R>,
    columns: W,
  ): DTable<WindowRow<R, W>> {
    const request = windowRequest(options, columns);
    const { partitionBy } = request;
    const verbs = request.columns.map(
      (each) => `${each.name} = ${each.verb}(${each.column ?? ""})`,
    );
    const text = `window${partitionBy.length > 0 ? ` by ${partitionBy.join(", ")}` : ""}: ${verbs.join(", ")}`;
    return this.derived(text, (stored) => window(stored, request)) as never;
  }

  /**
   * The values of one column as names of columns, which hold those of another: `{ index: "day", columns: "city",
   * values: "sales", agg: "sum" }`. One row for each value of the index, null where there is none.
   */
  pivot<I extends keyof R & string>(
    options: PivotOptions<I, keyof R & string>,
  ): DTable<Pick<R, I> & Readonly<Record<string, Value>>> {
    const request = pivotRequest(options);
    const text = `pivot ${request.columns} to columns of ${request.agg}(${request.values})`;
    return this.derived(text, (stored) => pivot(stored, request)) as never;
  }

  /**
   * Columns as rows, one for each name and value: `{ index: ["id"], values: ["x", "y"] }`. Numbers of different types
   * become f64.
   */
  melt<
    I extends keyof R & string = never,
    V extends keyof R & string = Exclude<keyof R & string, I>,
    const N extends string = "variable",
    const T extends string = "value",
  >(
    options: MeltOptions<I, V, N, T> = {},
  ): DTable<{
    readonly [P in I | N | T]: P extends I ? R[P] : P extends N ? string : R[V];
  }> {
    const spec = meltSpec(options as MeltOptions);
    const text = `melt ${spec.values?.join(", ") ?? "all other columns"}`;
    return this.derived(text, (stored) => melt(stored, spec)) as never;
  }

  // --- Whole tables -------------------------------------------------------------------------------

  /** Rows of equal keys together, for `agg`: columns, expressions, or a function of a row, a key called `key`. */
  groupBy<K extends keyof R & string>(
    ...names: readonly K[] | readonly [readonly K[]]
  ): Grouped<R, K>;
  groupBy<const S extends readonly ((keyof R & string) | Expr)[]>(
    ...keys: S
  ): Grouped<R & Selected<R, S>, keyof Selected<R, S> & string>;
  groupBy<V extends Value>(f: (row: R) => V): Grouped<R & { readonly key: V }, "key">;
  groupBy(...given: readonly unknown[]): unknown {
    const [first] = given;
    if (typeof first === "function") {
      const key = first as (row: R) => Value;
      return new Grouped(this.mutate({ key }) as unknown as DTable, ["key"]);
    }
    const keys = given.flat();
    const made = keys.filter(isExpr).map((key) => {
      if (key.isNamed) return [key.name, key] as const;
      throw invalidArgument(`groupBy ${key}: give the key a name with .as("...")`);
    });
    const names = keys.map((key) => (isExpr(key) ? key.name : key));
    const table = made.length > 0 ? this.mutate(Object.fromEntries(made)) : this;
    return new Grouped(table as unknown as DTable, checkNames("groupBy", names));
  }

  /**
   * In order of one column or expression or of several, the first of which counts most; equal rows stay as they are.
   */
  sort(
    by: (keyof R & string) | Expr | readonly ((keyof R & string) | Expr)[],
    options: SortOptions = {},
  ): DTable<R> {
    const given: readonly (string | Expr)[] = typeof by === "string" || isExpr(by) ? [by] : by;
    if (!Array.isArray(given) || !given.every((key) => typeof key === "string" || isExpr(key))) {
      throw invalidArgument(
        'sort takes names of columns and expressions; make a column of a function first: mutate({ key: f }).sort("key")',
      );
    }
    // Columns of expressions, which no column that is there can be called.
    const made = given.map((key) => (isExpr(key) ? `${key} to sort by` : key));
    const keys = sortKeys(made, options);
    const text = `sort by ${given.join(", ")}`;
    const own = given.flatMap((key, at) =>
      isExpr(key) ? [[made[at] as string, key] as const] : [],
    );
    const table = own.length > 0 ? this.mutate(Object.fromEntries(own)) : this;
    const sorted = table.derived(text, (stored) => sort(stored, keys));
    return (own.length > 0 ? sorted.drop(...own.map(([name]) => name)) : sorted) as never;
  }

  /**
   * With the columns of the rows of another table that have the same keys: `{ on: "id", how: "left" }`. `on` is a name,
   * several, or pairs of a left and a right name. Null keys match nothing. Right columns whose names are taken get a
   * suffix; the order of rows is not told. `{ how: "asof", on: "time", by: "city" }` gives each row that one of the other
   * table whose `on` is nearest: the greatest that is not above it, unless `strategy` says `"forward"` or `"nearest"`.
   */
  join<S extends Row, const H extends JoinKind = "inner">(
    other: DTable<S>,
    options: JoinOptions<H>,
  ): DTable<Joined<R, S, H>> {
    if (!(other instanceof DTable)) {
      throw invalidArgument('join takes another table and keys: a.join(b, { on: "id" })');
    }
    const spec = joinSpec(options);
    const keys = [...spec.left, ...(spec.near ? [spec.near.left] : [])];
    const text = `${spec.how} join${keys.length > 0 ? ` on ${keys.join(", ")}` : ""}`;
    return this.derived(
      text,
      async (stored) => await join(stored, withPart(await other.stored()), spec),
    ) as never;
  }

  /** The rows of this table and then those of others, which have the same columns, in any order. */
  concat(...others: readonly DTable<R>[]): DTable<R> {
    if (!others.every((other) => other instanceof DTable)) {
      throw invalidArgument("concat takes tables: a.concat(b, c)");
    }
    const tables = [this, ...others];
    return this.derived(`concat ${tables.length} tables`, async () => {
      const known = tables.map(async (table) => {
        return { stored: withPart(await table.stored()), facts: await table.#partFacts() };
      });
      return concatTables(await Promise.all(known));
    }) as unknown as DTable<R>;
  }

  #rows(caller: string, rows: number, range: (total: number) => Range): DTable<R> {
    checkRows(caller, rows);
    return this.derived(`${caller} ${rows}`, async (stored) =>
      rowsBetween(stored, await this.#partFacts(), range(await this.nrow())),
    ) as unknown as DTable<R>;
  }

  /** The first rows: 5 unless given. */
  head(rows: number = 5): DTable<R> {
    return this.#rows("head", rows, (total) => [0, Math.min(rows, total)]);
  }

  /** The last rows: 5 unless given. */
  tail(rows: number = 5): DTable<R> {
    return this.#rows("tail", rows, (total) => [Math.max(0, total - rows), total]);
  }

  /** So many different rows by chance, in their order; the same for a seed, however they are cut. */
  sample(rows: number, options: SampleOptions = {}): DTable<R> {
    checkOptions(options, ["seed"], "sample");
    checkRows("sample", rows);
    const seed = options.seed ?? randomSeed();
    return this.derived(`sample ${rows}`, async (stored) => {
      const total = await this.nrow();
      const chosen = choice(total, [Math.min(rows, total)], { seed, replace: false });
      const places = [...chosen].map(Number).sort((a, b) => a - b);
      return rowsAt(stored, await this.#partFacts(), places);
    }) as unknown as DTable<R>;
  }

  /**
   * In partitions of so many rows; the last one may have fewer. `{ interpartitionMerges: false }`: partitions are only
   * cut, and smaller ones stay as they are.
   */
  repartition(rows: number, options: RepartitionOptions = {}): DTable<R> {
    checkOptions(options, ["interpartitionMerges"], "repartition");
    checkRows("repartition", rows, 1);
    const cut = options.interpartitionMerges === false ? split : repartition;
    return this.derived(`repartition ${rows}`, async (stored) =>
      cut(stored, await this.#partFacts(), rows),
    ) as unknown as DTable<R>;
  }

  /** Without partitions that have no rows. */
  trim(): DTable<R> {
    return this.derived("trim", async ({ parts, dictionaries }) => {
      const facts = await this.#partFacts();
      const kept = parts.filter((_, at) => (facts[at]?.rows ?? 0) > 0);
      return { parts: kept, dictionaries, schema: schemaOfParts(facts) };
    }) as unknown as DTable<R>;
  }

  /** What the values of each column are like, a row a column: how many, mean, deviation and quartiles. */
  describe(): DTable<Description> {
    return this.derived("describe", async (stored) =>
      describeColumns(stored, await this.schema()),
    ) as unknown as DTable<Description>;
  }

  // --- One value ----------------------------------------------------------------------------------

  /**
   * All values of each column put together: `await table.reduce((a, b) => a + b, { columns: ["x"], init: 0 })`. The
   * function must be associative; `init` is applied once.
   * @throws BodkinError where there are no rows and no `init`
   */
  async reduce<K extends keyof R & string = keyof R & string, A = R[K]>(
    op: (a: A, b: A) => A,
    options: InitOptions<A> & { readonly columns?: readonly K[] } = {},
  ): Promise<{ readonly [P in K]: A }> {
    checkFunction("reduce", op);
    checkOptions(options, ["columns", "init"], "reduce");
    const names = options.columns ?? (await this.names());
    const given = withPart(await this.stored());
    return (await reduceColumns(given, op as never, names, options)) as never;
  }

  /** What the function gives for each row, put together; otherwise as `reduce`. */
  async mapReduce<A>(
    f: (row: R) => A,
    op: (a: A, b: A) => A,
    options: InitOptions<A> = {},
  ): Promise<A> {
    checkFunction("mapReduce", f);
    checkFunction("mapReduce", op);
    checkOptions(options, ["init"], "mapReduce");
    const given = withPart(await this.stored());
    return (await mapReduceRows(given, f as never, op as never, options)) as A;
  }

  // --- Writing ------------------------------------------------------------------------------------

  async #written() {
    return { ...(await this.stored()), schema: await this.schema() };
  }

  /** Writes all rows as CSV. A path that ends with `/` becomes a folder with a file a partition. */
  async writeCSV(path: FilePath, options: CSVWriteOptions = {}): Promise<void> {
    await writeCSV(path, () => this.#written(), options);
  }

  /** Writes all rows as Parquet, a row group a partition. Folders as with `writeCSV`. */
  async writeParquet(path: FilePath, options: ParquetWriteOptions = {}): Promise<void> {
    await writeParquet(path, () => this.#written(), options);
  }

  /** Writes all rows in Arrow's IPC format, a batch a partition. Folders as with `writeCSV`. */
  async writeArrow(path: FilePath, options: ArrowWriteOptions = {}): Promise<void> {
    await writeArrow(path, () => this.#written(), options);
  }

  /** Writes all rows as JSON lines. Folders as with `writeCSV`. */
  async writeJSON(path: FilePath, options: WriteOptions = {}): Promise<void> {
    await writeJSON(path, () => this.#written(), options);
  }

  /** How the table is made. */
  explain(): string {
    return planText(this.#plan);
  }

  toString(): string {
    const stored = this.#stored;
    if (!stored || stored instanceof Promise) {
      const { base } = this.#plan;
      const isThere = isStored(base) && this.#plan.steps.length === 0;
      return isThere ? storedText(base) : `DTable  not made yet:\n${this.explain()}`;
    }
    return storedText(stored);
  }
}

printAsString(DTable);
