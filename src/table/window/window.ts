/**
 * Windows over stored tables: the rows of a group come to one task, which lays them out in order and looks at each
 * with those before it.
 */

import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { bucketsFor, dispose, exchange } from "../keys/exchange.ts";
import { alikeTexts, unified } from "../keys/unify.ts";
import type { Stored } from "../stored.ts";
import type { WindowRequest } from "./options.ts";
import { bucketWindow, type WindowSpec, windowBucket } from "./tasks.ts";

/** Without `partitionBy` one task has all rows. @throws BodkinError where there are no such columns */
export async function window(given: Stored, request: WindowRequest): Promise<Stored> {
  const facts = await partFacts(given);
  const { partitionBy, orderBy, columns } = request;
  const used = columns.flatMap(({ column }) => (column === undefined ? [] : [column]));
  const ordered = orderBy.map(({ name }) => name);
  checkColumns([...partitionBy, ...ordered, ...used], schemaOfParts(facts));
  const rows = facts.reduce((sum, own) => sum + own.rows, 0);
  const buckets = partitionBy.length > 0 ? bucketsFor(rows) : 1;
  const stored = facts.length > 1 ? unified(given, facts, alikeTexts(facts)) : given;
  const spec = { ...request, buckets, dictionaries: stored.dictionaries.length };
  const made = exchange<WindowSpec>("window", stored, spec, bucketWindow, windowBucket);
  if (stored !== given) dispose(stored.parts);
  return made;
}
