/**
 * Joins with a large right side whose keys are integers of a small range: one task notes which row has which key, and
 * every partition of the left side takes what it matches from the partitions of the right one, wherever it is. No row is
 * moved before it is known where it goes.
 */

import { findContext } from "../../runtime/context.ts";
import { Operation } from "../../task/operation.ts";
import { numberingOf } from "../columns/across.ts";
import type { Field, Schema } from "../columns/field.ts";
import { dispose } from "../keys/exchange.ts";
import { alikeTexts, merging } from "../keys/unify.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { PackedSource, Stored } from "../stored.ts";
import type { Dense } from "./dense.ts";
import { type IndexedWork, indexKeys, joinIndexed } from "./index-tasks.ts";
import { type JoinSpec, keepsRight } from "./match.ts";

/** A side of a join. */
export interface JoinSide {
  readonly stored: Stored;
  readonly facts: readonly PartFacts[];
  readonly keys: readonly string[];
}

/** Rows that one task takes in. */
const MOST_ROWS = 1 << 21;
/** The right side is in memory at once: of that a part so large at most. */
const MEMORY_SHARE = 4;
const BYTES_A_VALUE = 8;

/**
 * Undefined where it would not do: the right side too large for memory, or of many partitions, or strings that are not
 * worth one dictionary. `buckets`: of the other way.
 */
export function indexed(
  sides: readonly [JoinSide, JoinSide],
  schemas: readonly [Schema, Schema],
  spec: JoinSpec,
  dense: Dense,
  buckets: number,
): Stored | undefined {
  const [left, right] = sides;
  if (keepsRight(spec) || spec.near) return undefined;
  const lefts = left.stored.parts.length;
  const filled = [...right.facts.entries()].filter(([, { rows }]) => rows > 0);
  const rows = filled.map(([, part]) => part.rows);
  const count = rows.reduce((sum, own) => sum + own, 0);
  const numbering = numberingOf(rows);
  const bound = findContext()?.heap.stats().spill?.bound ?? Number.POSITIVE_INFINITY;
  const bytes = BYTES_A_VALUE * count * schemas[1].length + 4 * dense.size;
  if (!numbering || bytes > bound / MEMORY_SHARE) return undefined;
  if (left.facts.some((part) => part.rows > MOST_ROWS)) return undefined;
  // Tasks of the other way read each partition once a bucket.
  if (lefts * filled.length > buckets * (lefts + filled.length)) return undefined;
  const facts = filled.map(([, part]) => part);
  const alike = alikeTexts(facts);
  if (!schemas[1].every((field, at) => isTakenAcross(field, at, facts, alike))) return undefined;
  const rights = filled.map(([part]) => right.stored.parts[part] as PackedSource);
  return indexedJoin(left, { ...right.stored, parts: rights }, facts, alike, {
    ...{ spec, numbering, schemas },
    dense: { ...dense, bits: 0 },
  });
}

/** Whether partitions hold values of one type, and of one dictionary in the end. */
const isTakenAcross = (
  { name, type }: Field,
  at: number,
  facts: readonly PartFacts[],
  alike: readonly string[],
): boolean =>
  (type !== "dictionary" || alike.includes(name)) &&
  facts.every(({ fields, isNull }) => isNull[at] || fields[at]?.type === type);

function indexedJoin(
  left: JoinSide,
  right: Stored,
  facts: readonly PartFacts[],
  alike: readonly string[],
  plan: Omit<IndexedWork, "texts" | "dictionaries">,
): Stored {
  using operation = new Operation("join");
  const { texts, merged, shared } = merging(right, facts, alike);
  const both = [...left.stored.dictionaries, ...right.dictionaries];
  const work = { ...plan, texts, dictionaries: both.length };
  const given = operation.share<IndexedWork>(work) as never;
  const rights = right.parts as never[];
  const index = operation.submit(indexKeys, given, ...(both as never[]), ...rights);
  const parts = left.stored.parts.map((part) =>
    operation.submit(
      joinIndexed,
      given,
      ...([...both, ...merged, index, part, ...rights] as never[]),
    ),
  );
  dispose([...merged, index]);
  return { parts, dictionaries: [...both, ...shared] };
}
