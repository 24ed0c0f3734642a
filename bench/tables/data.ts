/** The data of the db-benchmark's group-by questions (H2O.ai), as a file that every system reads. */

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const ROW_GROUP = 500_000;
/** Distinct values of the columns with few; those with many have rows / GROUPS. */
const GROUPS = 100;

/** The path of a Parquet file with `rows` rows, made if it is not there. */
export async function groupByFile(rows: number): Promise<string> {
  const folder = join(tmpdir(), "bodkin-bench");
  const path = join(folder, `groupby-${rows}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const connection = await (await DuckDBInstance.create()).connect();
  const many = Math.max(1, rows / GROUPS);
  const random = (k: number, count: number): string =>
    `1 + (hash(i * 16 + ${k}) % ${count})::integer`;
  const text = (k: number, count: number, width: number): string =>
    `'id' || lpad((${random(k, count)})::varchar, ${width}, '0')`;
  await connection.run(`copy (
    select ${text(1, GROUPS, 3)} id1, ${text(2, GROUPS, 3)} id2, ${text(3, many, 10)} id3,
      (${random(4, GROUPS)})::integer id4, (${random(5, GROUPS)})::integer id5, (${random(6, many)})::integer id6,
      (${random(7, 5)})::integer v1, (${random(8, 15)})::integer v2,
      round((hash(i * 16 + 9) % 100000000) / 1000000.0, 6)::double v3
    from range(${rows}) t(i)) to '${path}.part' (format parquet, row_group_size ${ROW_GROUP})`);
  connection.closeSync();
  renameSync(`${path}.part`, path);
  return path;
}

/** The same rows as CSV. */
export async function csvFile(rows: number): Promise<string> {
  const source = await groupByFile(rows);
  const path = source.replace(/\.parquet$/, ".csv");
  if (existsSync(path)) return path;
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`copy (select * from '${source}') to '${path}.part' (format csv, header)`);
  connection.closeSync();
  renameSync(`${path}.part`, path);
  return path;
}
