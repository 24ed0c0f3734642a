/**
 * Joins of stored tables. A small right side goes to every partition of the left one, one whose keys are integers of a
 * small range with an index of them; otherwise, and where unmatched rows of the right side are wanted, rows of both are
 * put into buckets by their keys, and each bucket is joined.
 */

import { Operation } from "../../task/operation.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Field, Schema } from "../columns/field.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { dispose } from "../keys/exchange.ts";
import { alikeTexts, merging } from "../keys/unify.ts";
import type { PackedSource, Stored } from "../stored.ts";
import { denseKeys } from "./dense.ts";
import { indexed, type JoinSide } from "./indexed.ts";
import { type JoinSpec, keepsRight } from "./match.ts";
import { type NearestSpec, nearestKind } from "./nearest.ts";
import { type BucketWork, bucketKeys, type JoinWork, joinBucket } from "./tasks.ts";

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
  if (spec.near) checkNearest(spec.near, ...schemas);
  const rows = [own, other].map((facts) => facts.reduce((sum, part) => sum + part.rows, 0));
  const [lefts, rights] = rows as [number, number];
  const dictionaries = [...left.dictionaries, ...right.dictionaries];
  const work: JoinWork = { spec, dictionaries: dictionaries.length, lefts: 1, schemas, buckets: 1 };
  if (spec.left.length === 0 || (!keepsRight(spec) && rights <= SMALL)) {
    return broadcast(left, right, work, dictionaries);
  }
  const wanted = Math.ceil((lefts + rights) / ROWS_A_BUCKET);
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, wanted));
  const sides = [
    { stored: left, facts: own, keys: spec.left },
    { stored: right, facts: other, keys: spec.right },
  ] as const;
  const dense = buckets > 1 ? denseKeys(sides, buckets) : undefined;
  const made = dense && indexed(sides, schemas, spec, dense, 2 ** dense.bits);
  if (made) return made;
  return shuffle(
    sides,
    dense ? { ...work, buckets: 2 ** dense.bits, dense } : { ...work, buckets },
  );
}

function checkNearest({ left, right }: NearestSpec, ...schemas: readonly [Schema, Schema]): void {
  const types = [left, right].map((name, side) => {
    checkColumns([name], schemas[side] as Schema);
    return (schemas[side] as Schema).find((field) => field.name === name) as Field;
  });
  const [own, other] = types as [Field, Field];
  const kind = nearestKind(own.type);
  if (kind && kind === nearestKind(other.type) && own.unit === other.unit) return;
  const texts = types.map(({ type, unit }) => (unit ? `${type}[${unit}]` : type));
  throw invalidArgument(
    `an as-of join is on numbers, dates or times of both sides, not on '${left}' (${texts[0]}) and '${right}' (${texts[1]}); cast one side`,
  );
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

function shuffle(sides: readonly [JoinSide, JoinSide], work: JoinWork): Stored {
  using operation = new Operation("join");
  const inBuckets = (side: JoinSide): Stored => {
    const { parts, dictionaries } = side.stored;
    const names = work.buckets > 1 ? alikeTexts(side.facts) : [];
    const { texts, merged, shared } = merging(side.stored, side.facts, names);
    const { buckets, dense } = work;
    const own: BucketWork = {
      ...{ keys: side.keys, texts, buckets, dictionaries: dictionaries.length },
      ...(dense && { dense }),
    };
    const given = operation.share(own) as never;
    const made = parts.map((part) =>
      operation.submit(bucketKeys, given, ...([...dictionaries, part, ...merged] as never[])),
    );
    dispose(merged);
    return { parts: made, dictionaries: [...dictionaries, ...shared] };
  };
  const [lefts, rights] = [inBuckets(sides[0]), inBuckets(sides[1])];
  const dictionaries = [...lefts.dictionaries, ...rights.dictionaries];
  const bucketed = [...lefts.parts, ...rights.parts];
  const shared = operation.share({
    ...work,
    lefts: lefts.parts.length,
    dictionaries: dictionaries.length,
  });
  const parts = Array.from({ length: work.buckets }, (_, bucket) =>
    operation.submit(joinBucket, shared, bucket, ...([...dictionaries, ...bucketed] as never[])),
  );
  dispose(bucketed);
  return { parts, dictionaries };
}
