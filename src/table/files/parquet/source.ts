/** Parquet files as a source of a lazy table. Opening it reads their footers; pieces are row groups. */

import type { Schema as ArrowSchema } from "apache-arrow";
import { withFileErrors } from "../../../array/files/paths.ts";
import { fileError } from "../../../wire/errors.ts";
import { schemaFromArrow } from "../../columns/arrow-types.ts";
import type { Schema } from "../../columns/field.ts";
import { arrowLibrary, parquetLibrary } from "../../libraries.ts";
import type { TableSource } from "../../source.ts";
import { type Files, filesText, pathsOf } from "../paths.ts";
import { type Footer, groupsOf, readFooter, rowsOf, schemaFile, withGroups } from "./footer.ts";
import { type ParquetPiece, readParquetPiece } from "./piece.ts";
import { type ThriftStruct, writeThrift } from "./thrift.ts";

/** What is read. */
export interface ParquetPlan {
  readonly files: Files;
  /** Names of columns; all unless given. */
  readonly columns: readonly string[] | undefined;
}

/** Row groups that are smaller are read together. */
const LEAST_ROWS = 1 << 16;

export function parquetSource(plan: ParquetPlan): TableSource<ParquetPiece> {
  return {
    text: `Parquet ${filesText(plan.files)}`,
    async open() {
      const paths = await pathsOf(plan.files, "readParquet");
      const files = await Promise.all(paths.map((path) => openFile(path)));
      const [first] = files as [OpenedFile];
      const schema = schemaOf(files, first, plan.columns);
      const pieces = files.flatMap(({ path, footer }) =>
        runsOf(groupsOf(footer)).map((groups) => ({
          path,
          footer: writeThrift(withGroups(footer, groups)),
          fields: schema,
        })),
      );
      return { schema, pieces };
    },
    read: readParquetPiece,
  };
}

interface OpenedFile {
  readonly path: string;
  readonly footer: Footer;
  readonly schema: ArrowSchema;
}

async function openFile(path: string): Promise<OpenedFile> {
  const footer = await withFileErrors("read", path, () => readFooter(path));
  try {
    const found = parquetLibrary().readSchema(schemaFile(footer));
    const { schema } = arrowLibrary().tableFromIPC(found.intoIPCStream());
    return { path, footer, schema };
  } catch (error) {
    throw fileError(`${path} is damaged: its footer cannot be read (${String(error)})`, error);
  }
}

/** Columns as the first file has them; strings get a dictionary where they repeat. */
function schemaOf(
  files: readonly OpenedFile[],
  { path, schema }: OpenedFile,
  columns: readonly string[] | undefined,
): Schema {
  const names = columns ?? schema.fields.map(({ name }) => name);
  const select = (file: OpenedFile): Schema =>
    schemaFromArrow({
      fields: names.map((name) => {
        const field = file.schema.fields.find((each) => each.name === name);
        if (field) return field;
        const there = file.schema.fields.map((each) => each.name).join(", ");
        throw fileError(`${file.path} has no column '${name}'; it has ${there}`);
      }),
    });
  const own = select({ path, schema } as OpenedFile);
  for (const file of files) {
    const other = select(file);
    const at = own.findIndex(
      ({ type, unit }, i) => other[i]?.type !== type || other[i]?.unit !== unit,
    );
    if (at < 0) continue;
    const [a, b] = [own[at], other[at]] as [Schema[number], Schema[number]];
    throw fileError(`${file.path} has column '${a.name}' of ${b.type}, but ${path} of ${a.type}`);
  }
  return own.map((field) => (field.type === "utf8" ? { ...field, type: "dictionary" } : field));
}

/** Consecutive row groups that are read together; one empty run where there are none. */
function runsOf(groups: readonly ThriftStruct[]): ThriftStruct[][] {
  const runs: ThriftStruct[][] = [[]];
  let rows = 0;
  for (const group of groups) {
    if (rows >= LEAST_ROWS) {
      runs.push([]);
      rows = 0;
    }
    (runs.at(-1) as ThriftStruct[]).push(group);
    rows += rowsOf(group);
  }
  return runs;
}
