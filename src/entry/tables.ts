/** Makes what tables run in tasks known by name: with `bodkin/table`, and in threads with the first of these names. */

import { registerExports } from "../runtime/payload.ts";
import * as packing from "../table/columns/packing.ts";
import * as tableConstruction from "../table/construct.ts";
import * as tables from "../table/dtable.ts";
import * as arrowPieces from "../table/files/arrow/piece.ts";
import * as csvPieces from "../table/files/csv/piece.ts";
import * as csvQuotes from "../table/files/csv/quotes.ts";
import * as jsonPieces from "../table/files/json/piece.ts";
import * as parquetPieces from "../table/files/parquet/piece.ts";
import * as tableReading from "../table/files/read.ts";
import * as writeTasks from "../table/files/writing/tasks.ts";
import * as tableFolding from "../table/folding.ts";
import * as groupTasks from "../table/groupby/tasks.ts";
import * as indexTasks from "../table/join/index-tasks.ts";
import * as joinTasks from "../table/join/tasks.ts";
import * as unifyTasks from "../table/keys/unify-tasks.ts";
import * as tableLoading from "../table/loading.ts";
import * as reduceTasks from "../table/reducing/tasks.ts";
import * as melting from "../table/reshape/melt.ts";
import * as pivoting from "../table/reshape/pivot.ts";
import * as rowTasks from "../table/rows/tasks.ts";
import * as sliceTasks from "../table/slicing/tasks.ts";
import * as sortTasks from "../table/sort/tasks.ts";
import * as tableTop from "../table/sort/topk.ts";
import * as uniqueTasks from "../table/unique/tasks.ts";
import * as windowTasks from "../table/window/tasks.ts";

for (const room of [
  arrowPieces,
  packing,
  csvPieces,
  csvQuotes,
  groupTasks,
  indexTasks,
  joinTasks,
  sortTasks,
  reduceTasks,
  tableFolding,
  tableLoading,
  sliceTasks,
  jsonPieces,
  melting,
  parquetPieces,
  pivoting,
  rowTasks,
  tableConstruction,
  tableReading,
  tables,
  tableTop,
  unifyTasks,
  uniqueTasks,
  windowTasks,
  writeTasks,
])
  registerExports(room, "table");
