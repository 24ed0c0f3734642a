/**
 * The first row of each key: each partition keeps its own first ones, then one task, or one a bucket of keys, looks at
 * what they keep.
 */

import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { bucketsFor, dispose, eachPart, exchange } from "../keys/exchange.ts";
import type { Stored } from "../stored.ts";
import { firstOfBucket, firstOfKeys, keyedRows, type UniqueSpec } from "./tasks.ts";

/** Of all columns unless some are named. @throws BodkinError where there are no such columns */
export async function unique(stored: Stored, names: readonly string[]): Promise<Stored> {
  const schema = schemaOfParts(await partFacts(stored));
  checkColumns(names, schema);
  const keys = names.length > 0 ? names : schema.map(({ name }) => name);
  const spec = { keys, buckets: 1, dictionaries: stored.dictionaries.length };
  if (keys.length === 0) return stored;
  const own = eachPart<UniqueSpec>("unique", stored, spec, firstOfKeys);
  if (own.parts.length <= 1) return own;
  try {
    const kept = (await partFacts(own)).reduce((sum, { rows }) => sum + rows, 0);
    const whole = { ...spec, buckets: bucketsFor(kept) };
    return exchange<UniqueSpec>("unique", own, whole, keyedRows, firstOfBucket);
  } finally {
    dispose(own.parts);
  }
}
