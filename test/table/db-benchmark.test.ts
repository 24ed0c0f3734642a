/**
 * The questions of the db-benchmark (H2O.ai), answered as DuckDB answers them: on few rows here, on the ten million of
 * the benchmark with full counts.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, start } from "bodkin";
import { col, readParquet } from "bodkin/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupByFile, type JoinFiles, joinFiles } from "../../bench/tables/data.ts";
import { JOINS } from "../../bench/tables/joins.ts";
import { QUESTIONS } from "../../bench/tables/questions.ts";
import { times } from "../support/counts.ts";
import { duckdb } from "./support/duckdb.ts";

const ROWS = times(10_000_000);
const duck = duckdb();
let cluster: Cluster;
let folder: string;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  folder = mkdtempSync(join(tmpdir(), "bodkin-questions-"));
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const SQL: Readonly<Record<string, (x: string, y?: string) => string>> = {
  sum: (x) => `sum(${x})::double`,
  mean: (x) => `avg(${x})`,
  median: (x) => `median(${x})`,
  std: (x) => `stddev_samp(${x})`,
  max: (x) => `max(${x})`,
  min: (x) => `min(${x})`,
  count: (x) => `count(${x})`,
  corr: (x, y) => `corr(${x}, ${y})`,
};

/** Rows that one of two answers has and the other has not, to within rounding. */
const differences = (
  ours: string,
  theirs: string,
  keys: readonly string[],
  values: readonly string[],
) => {
  const same = keys.map((key) => `o.${key} is not distinct from t.${key}`).join(" and ");
  // A correlation of one row is null here and NaN there.
  const off = values.map((name) => {
    const [a, b] = ["o", "t"].map((of) => `coalesce(${of}.${name}::double, 'nan'::double)`);
    return `not ((isnan(${a}) and isnan(${b})) or abs(${a} - ${b}) <= 1e-8 * (1 + abs(${b})))`;
  });
  return `select count(*)::double n from ${ours} o full join ${theirs} t on ${same}
    where o.${keys[0]} is null or t.${keys[0]} is null or ${off.join(" or ")}`;
};

describe(`of ${ROWS.toLocaleString("en")} rows`, { timeout: 600_000 }, () => {
  it.each(QUESTIONS)("$name: $text", async ({ name, keys, aggregates }) => {
    const path = await groupByFile(ROWS);
    const wanted = Object.fromEntries(aggregates.map(([result, ...rest]) => [result, rest]));
    const file = join(folder, `${name}.parquet`);
    await readParquet(path)
      .groupBy(...keys)
      .agg(wanted as never)
      .writeParquet(file);
    const parts = aggregates.map(([result, x, verb, y]) => `${SQL[verb]?.(x, y)} ${result}`);
    const asked = `(select ${[...keys, ...parts].join(", ")} from '${path}' group by ${keys.join(", ")})`;
    const values = aggregates.map(([result]) => result);
    const [found] = await duck.ask(differences(`'${file}'`, asked, keys, values));
    expect(found).toEqual({ n: 0 });
    const [counted] = await duck.ask(
      `select (select count(*) from '${file}')::double ours, (select count(*) from ${asked})::double theirs`,
    );
    expect(counted?.["ours"]).toBe(counted?.["theirs"]);
    expect(counted?.["ours"]).toBeGreaterThan(0);
  });

  it("q8: the two largest v3 by id6", async () => {
    const path = await groupByFile(ROWS);
    const file = join(folder, "q8.parquet");
    await readParquet<{ id6: number; v3: number }>(path)
      .window({ partitionBy: "id6", orderBy: "v3", descending: true }, { n: "rowNumber" })
      .filter(col("n").le(2))
      .select("id6", "v3")
      .writeParquet(file);
    const asked = `(select id6, v3 from (select id6, v3, row_number() over (partition by id6 order by v3 desc) n from '${path}') where n <= 2)`;
    const [found] = await duck.ask(
      `select (select count(*) from ((from '${file}') except all (from ${asked})))::double more,
        (select count(*) from ((from ${asked}) except all (from '${file}')))::double fewer`,
    );
    expect(found).toEqual({ more: 0, fewer: 0 });
  });

  it.each(JOINS)("$name: $text", async ({ name, other, on, how }) => {
    const files: JoinFiles = await joinFiles(ROWS);
    const file = join(folder, `${name}.parquet`);
    await readParquet(files.x)
      .join(readParquet(files[other]), { on, how })
      .select(on, "v1", "v2")
      .writeParquet(file);
    const asked = `(select x.${on}, v1, v2 from '${files.x}' x ${how} join '${files[other]}' o on x.${on} = o.${on})`;
    const [found] = await duck.ask(
      `select (select count(*) from '${file}')::double n,
        (select count(*) from ((from '${file}') except all (from ${asked})))::double more,
        (select count(*) from ((from ${asked}) except all (from '${file}')))::double fewer`,
    );
    expect(found).toMatchObject({ more: 0, fewer: 0 });
    expect(found?.["n"]).toBeGreaterThan(0);
  });
});
