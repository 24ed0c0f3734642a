/** The data of the db-benchmark's questions (H2O.ai), as files that every system reads. */

import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const ROW_GROUP = 500_000;
/** Distinct values of the columns with few; those with many have rows / GROUPS. */
const GROUPS = 100;

/** The path of what a query gives as a Parquet file, made if it is not there. */
async function fileOf(name: string, query: string): Promise<string> {
  const folder = join(tmpdir(), "bodkin-bench");
  const path = join(folder, `${name}.parquet`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(
    `copy (${query}) to '${path}.part' (format parquet, row_group_size ${ROW_GROUP})`,
  );
  connection.closeSync();
  renameSync(`${path}.part`, path);
  return path;
}

/** The table of the group-by questions. */
export async function groupByFile(rows: number): Promise<string> {
  const many = Math.max(1, rows / GROUPS);
  const random = (k: number, count: number): string =>
    `1 + (hash(i * 16 + ${k}) % ${count})::integer`;
  const text = (k: number, count: number, width: number): string =>
    `'id' || lpad((${random(k, count)})::varchar, ${width}, '0')`;
  return await fileOf(
    `groupby-${rows}`,
    `select ${text(1, GROUPS, 3)} id1, ${text(2, GROUPS, 3)} id2, ${text(3, many, 10)} id3,
      (${random(4, GROUPS)})::integer id4, (${random(5, GROUPS)})::integer id5, (${random(6, many)})::integer id6,
      (${random(7, 5)})::integer v1, (${random(8, 15)})::integer v2,
      round((hash(i * 16 + 9) % 100000000) / 1000000.0, 6)::double v3
    from range(${rows}) t(i)`,
  );
}

export interface JoinFiles {
  readonly x: string;
  readonly small: string;
  readonly medium: string;
  readonly big: string;
}

/**
 * The tables of the join questions: keys of three sizes as integers (id1, id2, id3) and as strings of the same (id4,
 * id5, id6). Of ten keys of a side eight are on both.
 */
export async function joinFiles(rows: number): Promise<JoinFiles> {
  const small = Math.max(10, rows / 1e6);
  const medium = Math.max(10, rows / 1e3);
  const sizes = [small, medium, rows];
  /** Keys of table `table`: row `i` has key `i`, or one at random; a tenth of all lie beyond the others. */
  const keys = (table: number, count: number, own: number): string =>
    sizes
      .slice(0, count)
      .map((size, k) => {
        const random = `hash(i * 16 + ${table * 4 + k}) % ${size}`;
        const base = k === own ? "i" : random;
        const beyond = `${size} + ${base} // 10 + ${table === 0 ? 0 : Math.ceil(size / 10)}`;
        const key = `(case when ${base} % 10 = ${table === 0 ? 0 : 9} then ${beyond} else ${base} end)::integer`;
        return `${key} id${k + 1}, 'id' || ${key} id${k + 4}`;
      })
      .join(", ");
  const value = (name: string, k: number): string =>
    `round((hash(i * 16 + ${k}) % 100000000) / 1000000.0, 6)::double ${name}`;
  const table = (at: number, count: number, own: number, size: number): string =>
    `select ${keys(at, count, own)}, ${value(at === 0 ? "v1" : "v2", 15)} from range(${size}) t(i)`;
  return {
    x: await fileOf(`join-x-${rows}`, table(0, 3, 3, rows)),
    small: await fileOf(`join-small-${rows}`, table(1, 1, 0, small)),
    medium: await fileOf(`join-medium-${rows}`, table(2, 2, 1, medium)),
    big: await fileOf(`join-big-${rows}`, `${table(3, 3, 2, rows)} order by hash(i)`),
  };
}

/** The rows of the group-by questions as CSV. */
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
