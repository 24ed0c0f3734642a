/**
 * Joins of stored tables. A small right side goes to every partition of the left one; otherwise, and where unmatched
 * rows of the right side are wanted, rows of both are put into buckets by their keys, and each bucket is joined.
 */

import { Operation } from "../../task/operation.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import type { PackedSource, Stored } from "../stored.ts";
import { type JoinSpec, keepsRight } from "./match.ts";
import { bucketKeys, type JoinWork, joinBucket } from "./tasks.ts";

/** Rows of a right side that every partition of the left one gets. */
const SMALL = 1 << 18;
/** Rows of both sides for one task. */
const ROWS_A_BUCKET = 1 << 19;
const MOST_BUCKETS = 256;

/** @throws BodkinError where a side has no such columns */
export async function join(left: Stored, right: Stored, spec: JoinSpec): Promise<Stored> {
  const [own, other] = await Promise.all([partFacts(left), partFacts(right)]);
  const schemas = [schemaOfParts(own), schemaOfParts(other)] as const;
  checkColumns(spec.left, schemas[0]);
  checkColumns(spec.right, schemas[1]);
  const rows = [own, other].map((facts) => facts.reduce((sum, part) => sum + part.rows, 0));
  const [lefts, rights] = rows as [number, number];
  const dictionaries = [...left.dictionaries, ...right.dictionaries];
  const work: JoinWork = { spec, dictionaries: dictionaries.length, lefts: 1, schemas, buckets: 1 };
  if (spec.how === "cross" || (!keepsRight(spec) && rights <= SMALL)) {
    return broadcast(left, right, work, dictionaries);
  }
  const wanted = Math.ceil((lefts + rights) / ROWS_A_BUCKET);
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, wanted));
  return shuffle(left, right, { ...work, buckets }, dictionaries);
}

function broadcast(
  left: Stored,
  right: Stored,
  work: JoinWork,
  dictionaries: readonly PackedSource[],
): Stored {
  using operation = new Operation("join");
  const shared = operation.share(work);
  const parts = left.parts.map((part) =>
    operation.submit(
      joinBucket,
      shared,
      0,
      ...([...dictionaries, part, ...right.parts] as never[]),
    ),
  );
  return { parts, dictionaries };
}

function shuffle(
  left: Stored,
  right: Stored,
  work: JoinWork,
  dictionaries: readonly PackedSource[],
): Stored {
  using operation = new Operation("join");
  const { buckets, spec } = work;
  const side = ({ parts, dictionaries: own }: Stored, keys: readonly string[]) =>
    parts.map((part) =>
      operation.submit(bucketKeys, keys, buckets, own.length, ...([...own, part] as never[])),
    );
  const lefts = side(left, spec.left);
  const rights = side(right, spec.right);
  const shared = operation.share({ ...work, lefts: lefts.length });
  const parts = Array.from({ length: buckets }, (_, bucket) =>
    operation.submit(
      joinBucket,
      shared,
      bucket,
      ...([...dictionaries, ...lefts, ...rights] as never[]),
    ),
  );
  for (const task of [...lefts, ...rights]) task.dispose();
  return { parts, dictionaries };
}
